package import Octets

/// A one-time invitation to be enrolled: 128 random bits, less a fifth of one, in a spelling that people can read aloud and type.
///
/// Crockford's base32 with its check symbol: 26 symbols for the bits, most significant first, and one for their remainder by 37. In
/// groups of three, `2Z8-4CQ-…`. Read in either case, with hyphens and spaces anywhere, `I` and `L` as 1, `O` as 0. A mistyped symbol
/// and two that changed places are always noticed. Never printed but by ``spelled``.
package struct InvitationCode: Sendable, Equatable {
    package static let byteCount = 16
    /// Without hyphens.
    package static let symbolCount = 27

    private static let symbols = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    /// The check symbol of 36. Those of 32 to 35, `*~$=`, mean something to shells: no code has them.
    private static let lastCheck = UInt8(ascii: "U")
    private static let modulus = 37

    /// 16 bytes.
    package let secret: SecretOctets

    private init(_ secret: SecretOctets) { self.secret = secret }

    /// A new code.
    package static func random(using generator: inout some RandomNumberGenerator) -> InvitationCode {
        while true {
            let code = InvitationCode(.random(count: byteCount, using: &generator))
            if code.checkSymbol != nil { return code }
        }
    }

    /// Reads the 16 bytes.
    ///
    /// - Throws: ``InvitationCodeError``.
    package init(bytes: some Collection<UInt8>) throws(InvitationCodeError) {
        guard bytes.count == Self.byteCount else { throw .length(bytes.count) }
        self.init(SecretOctets(copying: bytes))
        guard checkSymbol != nil else { throw .check }
    }

    /// Reads what somebody typed.
    ///
    /// - Throws: ``InvitationCodeError``, which says where and never what.
    package init(typed text: some StringProtocol) throws(InvitationCodeError) {
        var typed = text.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
        defer { wipe(&typed) }
        guard typed.count == Self.symbolCount else { throw .length(typed.count) }
        var bytes: [UInt8] = []
        defer { wipe(&bytes) }
        var bits = 0
        var held = 0
        for (place, symbol) in typed.dropLast().enumerated() {
            guard let value = Self.value(of: symbol), place > 0 || value < 8 else { throw .symbol(place: place + 1) }
            held = held << 5 | value
            // The first symbol says three bits.
            bits += place == 0 ? 3 : 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> bits))
                held &= 1 << bits - 1
            }
        }
        self.init(SecretOctets(copying: bytes))
        let check = typed[Self.symbolCount - 1]
        guard let expected = checkSymbol else { throw .check }
        if expected == Self.lastCheck {
            guard check & 0xdf == expected else { throw .check }
        } else {
            guard Self.value(of: check).map({ Self.symbols[$0] }) == expected else { throw .check }
        }
    }

    /// The code for whoever is invited, and for nobody else: nine groups of three symbols.
    package var spelled: String {
        var text: [UInt8] = []
        var held = 0
        var bits = 2
        unsafe secret.withUnsafeBytes { bytes in
            for place in 0..<Self.byteCount {
                held = unsafe held << 8 | Int(bytes[place])
                bits += 8
                while bits >= 5 {
                    bits -= 5
                    text.append(Self.symbols[held >> bits & 31])
                }
                held &= 1 << bits - 1
            }
        }
        text.append(checkSymbol ?? Self.lastCheck)
        let groups = stride(from: 0, to: text.count, by: 3).map { text[$0..<min($0 + 3, text.count)] }
        return groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    /// Nil where it would be one that no code has.
    private var checkSymbol: UInt8? {
        let remainder = unsafe secret.withUnsafeBytes { bytes in
            unsafe bytes.reduce(0) { ($0 << 8 | Int($1)) % Self.modulus }
        }
        if remainder == Self.modulus - 1 { return Self.lastCheck }
        return remainder < Self.symbols.count ? Self.symbols[remainder] : nil
    }

    private static func value(of symbol: UInt8) -> Int? {
        let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(symbol) ? symbol & 0xdf : symbol
        return switch upper {
        case UInt8(ascii: "I"), UInt8(ascii: "L"): 1
        case UInt8(ascii: "O"): 0
        default: symbols.firstIndex(of: upper)
        }
    }
}

extension InvitationCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "InvitationCode(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why something is no invitation code.
package enum InvitationCodeError: Error, Hashable, Sendable {
    /// So many symbols, or bytes.
    case length(Int)
    /// The symbol at this place, counted from 1, is none that can stand there.
    case symbol(place: Int)
    /// The check symbol is not that of the others.
    case check
}

extension InvitationCodeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .length(let count):
            "an invitation code has \(InvitationCode.symbolCount) letters and digits, this has \(count)"
        case .symbol(let place): "the invitation code has a mistake at its letter or digit \(place)"
        case .check: "the invitation code has a mistake somewhere: its last letter or digit does not fit the others"
        }
    }
}
