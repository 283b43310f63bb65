import Octets
import Secp256k1

/// The group's operations, of which everything above is made. None allocates, but for the hash in the two of a signature.
struct GroupOperations {
    private let secret = Scalar.random()
    private let other = Scalar.random()
    private let a = Scalar.random().revealed()
    private let b = Scalar.random().revealed()
    private let point = Point.generator(times: Scalar.random())
    private let second = Point.generator(times: Scalar.random())
    private let message = [UInt8](0..<32)

    var all: [Operation] { multiplications + scalars + encodings + signatures }

    private var multiplications: [Operation] {
        [
            Operation("group_secret_k_g") { blackHole(Point.generator(times: secret)) },
            Operation("group_secret_k_p") { blackHole(point.multiplied(by: secret)) },
            Operation("group_public_k_p") { blackHole(point.multiplied(byPublic: a)) },
            Operation("group_public_a_p_plus_b_g") { blackHole(try Point.linearCombination(a, point, b)) },
            Operation("group_sum_of_two") { blackHole(try point.adding(second)) },
        ]
    }

    private var scalars: [Operation] {
        [
            Operation("group_public_scalar_inverse") { blackHole(a.inverted()) },
            Operation("group_scratch_multiply_add_invert") {
                blackHole(
                    try ScratchScalar.with(secret) { scratch throws(Secp256k1Error) in
                        scratch.multiply(by: other)
                        try scratch.add(other)
                        scratch.invert()
                        return scratch.revealed()
                    })
            },
            Operation("group_schnorr_response") {
                blackHole(try secret.response(to: a, provingKnowledgeOf: other))
            },
        ]
    }

    private var encodings: [Operation] {
        let encoded = point.compressed
        let signature = Signature.sign(message, with: secret).compact
        return [
            Operation("group_point_parse") { blackHole(try Point(encoded)) },
            Operation("group_point_encode") { blackHole(point.compressed) },
            Operation("group_signature_parse") {
                blackHole(
                    try unsafe withUnsafeBytes(of: signature) { bytes throws(Secp256k1Error) in
                        try unsafe Signature(compact: bytes)
                    })
            },
        ]
    }

    /// Each hashes its message, for which swift-crypto's SHA-256 allocates its state.
    private var signatures: [Operation] {
        let key = Point.generator(times: secret)
        let signature = Signature.sign(message, with: secret)
        return [
            Operation("group_signature_make") { blackHole(Signature.sign(message, with: secret)) },
            Operation("group_signature_verify") {
                try expect(signature.verifies(message, for: key), "the signature does not verify")
            },
        ]
    }
}
