import Octets
import TransparencyLog

extension VectorNode {
    func unsigned() throws(VectorError) -> UInt64 {
        guard let value = UInt64(exactly: try integer()) else {
            throw failure(.wrongType(expected: "a number that is not negative"))
        }
        return value
    }

    func digests() throws(VectorError) -> [MerkleHash] {
        try array().map { node throws(VectorError) in
            try node.parsed { bytes throws(OctetsError) in try MerkleHash(bytes) }
        }
    }

    func verifierKeys() throws(VectorError) -> [VerifierKey] {
        try array().map { node throws(VectorError) in
            let text = try node.string()
            return try node.attempt { () throws(TransparencyLogError) in try VerifierKey(text) }
        }
    }

    /// Demands this very text.
    func reads(_ expected: [UInt8]) throws(VectorError) {
        guard try Array(string().utf8) == expected else {
            throw failure(.unequal(expected: String(decoding: expected, as: UTF8.self)))
        }
    }

    /// Demands that `body` throws the error that this text names.
    func names(_ body: () throws(TransparencyLogError) -> Void) throws(VectorError) {
        let expected = try string()
        do throws(TransparencyLogError) { try body() } catch {
            guard error.caseName == expected else { throw failure(.unequal(expected: error.caseName)) }
            return
        }
        throw failure(.accepted)
    }
}

extension TransparencyLogError {
    private static let withoutPayload: [TransparencyLogError: String] = [
        .sizeOutOfRange: "sizeOutOfRange", .pathTooLong: "pathTooLong", .inclusionNotProved: "inclusionNotProved",
        .consistencyNotProved: "consistencyNotProved", .notCanonicalBase64: "notCanonicalBase64",
        .notCanonicalDecimal: "notCanonicalDecimal", .badKeyName: "badKeyName", .badVerifierKey: "badVerifierKey",
        .keyIDMismatch: "keyIDMismatch", .weakKey: "weakKey", .noKnownSignature: "noKnownSignature",
        .badSecretKey: "badSecretKey", .badOrigin: "badOrigin", .emptyTreeWithRoot: "emptyTreeWithRoot",
        .notSignedByLog: "notSignedByLog", .quorumNotMet: "quorumNotMet", .noQuorum: "noQuorum",
    ]

    /// The case's own name, as the vectors give it.
    var caseName: String {
        Self.withoutPayload[self] ?? Mirror(reflecting: self).children.first?.label ?? "unknown"
    }
}
