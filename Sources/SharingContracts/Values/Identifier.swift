package import Octets

/// 16 random bytes that name one thing of one kind on the ledger, made by whoever first names it.
///
/// `Kind` keeps a record from being taken for a folder. Ordered as the bytes are, most significant first.
package struct Identifier<Kind: IdentifierKind>: Hashable, Sendable {
    /// Bytes of every identifier.
    package static var byteCount: Int { 16 }

    // Two words rather than sixteen bytes: identifiers are what every rule looks up by.
    private let high: UInt64
    private let low: UInt64

    package init(_ octets: FixedOctets<16>) {
        func word(_ start: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in start..<start + 8 { word = word << 8 | UInt64(octets[index]) }
            return word
        }
        high = word(0)
        low = word(8)
    }

    /// Reads exactly 16 bytes.
    ///
    /// - Throws: `OctetsError/wrongLength(expected:actual:)`.
    package init(_ bytes: some Collection<UInt8>) throws(OctetsError) {
        self.init(try FixedOctets<16>(bytes))
    }

    /// Reads 32 hexadecimal digits.
    package init(hexadecimal text: some StringProtocol) throws(OctetsError) {
        self.init(try FixedOctets<16>(hexadecimal: text))
    }

    /// 16 bytes from `generator`.
    package static func random(using generator: inout some RandomNumberGenerator) -> Self {
        Self(high: .random(in: .min ... .max, using: &generator), low: .random(in: .min ... .max, using: &generator))
    }

    fileprivate init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The 16 bytes.
    package var bytes: [UInt8] {
        [UInt8](capacity: 16) { output in
            for word in [high, low] {
                for shift: UInt64 in [56, 48, 40, 32, 24, 16, 8, 0] {
                    output.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
        }
    }

    /// The 16 bytes, as a fixed-size value.
    package var octets: FixedOctets<16> {
        do { return try FixedOctets(bytes) } catch { preconditionFailure("an identifier has 16 bytes") }
    }
}

extension Identifier: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

extension Identifier: CustomStringConvertible {
    /// 32 lower-case hexadecimal digits.
    package var description: String { bytes.hexadecimal }
}

/// What an ``Identifier`` names.
package protocol IdentifierKind: Sendable {}
/// A kind of thing that has a key of its own and signs.
package protocol SignerKind: IdentifierKind {}

package enum TransactionKind: IdentifierKind {}
package enum RecordIdentifierKind: IdentifierKind {}
package enum ConsentKind: IdentifierKind {}
package enum IdentityKind: SignerKind {}
package enum MemberKind: SignerKind {}
package enum FolderKind: SignerKind {}
package enum AnySignerKind: IdentifierKind {}

/// Names a transaction; of an `AccessRequested`, names the request.
package typealias TransactionID = Identifier<TransactionKind>
/// Names a person's, machine's or service's enrolled key.
package typealias IdentityID = Identifier<IdentityKind>
/// Names a member organisation.
package typealias MemberID = Identifier<MemberKind>
/// Names a folder, the pseudonym of a patient.
package typealias FolderID = Identifier<FolderKind>
/// Names a record.
package typealias RecordID = Identifier<RecordIdentifierKind>
/// Names a consent.
package typealias ConsentID = Identifier<ConsentKind>
/// Names an identity, a member or a folder as a signer. No two of them share an identifier.
package typealias SignerID = Identifier<AnySignerKind>

extension Identifier where Kind == AnySignerKind {
    package init<Signer: SignerKind>(_ signer: Identifier<Signer>) {
        self.init(high: signer.high, low: signer.low)
    }
}

extension Identifier where Kind: SignerKind {
    /// The same identifier as that of a signer of any kind.
    package var signer: SignerID { SignerID(self) }

    /// Takes a signer for one of this kind. Whether it is one, only the ledger's state can say.
    package init(_ signer: SignerID) {
        self.init(high: signer.high, low: signer.low)
    }
}
