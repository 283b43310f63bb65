internal import Octets

/// A witness's claim: at `time` this was the largest consistent tree it had seen of this log.
public struct Cosignature: Hashable, Sendable {
    /// The key it verified under.
    public let key: VerifierKey
    /// Seconds since 1970, below 2^63.
    public let time: UInt64
}

/// What stands in a cosignature/v1 line behind the key ID: eight bytes of time, then the signature.
struct CosignaturePayload {
    let time: UInt64
    let signature: [UInt8]

    init?(_ payload: [UInt8]) {
        guard payload.count == 72 else { return nil }
        let time = payload[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard time <= UInt64(Int64.max) else { return nil }
        self.time = time
        signature = Array(payload[8...])
    }

    /// What is signed: the time and the whole note text. The witness's name is not, so a key serves one name only.
    static func message(time: UInt64, text: [UInt8]) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n".utf8) + text
    }
}
