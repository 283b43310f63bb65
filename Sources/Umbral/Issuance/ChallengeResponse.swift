import Octets
import Secp256k1

/// A Schnorr or Chaum-Pedersen proof made non-interactive (Fiat-Shamir): challenge c and response z = k + c·secret.
///
/// The commitments R are not carried: whoever verifies recomputes them from c and z and then c from them.
struct ChallengeResponse: Hashable, Sendable {
    /// c || z.
    static let byteCount = 64

    let challenge: PublicScalar
    let response: PublicScalar

    init(reading reader: inout IssuanceReader) throws(IssuanceError) {
        challenge = try reader.publicScalar(.challenge)
        response = try reader.publicScalar(.response)
    }

    func write(to writer: inout IssuanceWriter) {
        writer.fixed(challenge.bigEndian)
        writer.fixed(response.bigEndian)
    }

    /// Proves knowledge of `secret`, the logarithm of a point to G that `transcript` holds already.
    ///
    /// - Parameter nonce: fresh and uniform; used twice, it gives the secret away.
    init(knowing secret: Scalar, nonce: Scalar, transcript: HashToScalar) throws(IssuanceError) {
        var hash = transcript
        hash.append(Point.generator(times: nonce))
        challenge = hash.publicScalar()
        response = try Self.answer(nonce, challenge, secret)
    }

    /// Whether the prover knew the logarithm of `share` to G.
    func shows(knowledgeOf share: Point, transcript: HashToScalar) -> Bool {
        guard let commitment = try? Point.linearCombination(challenge.negated(), share, response) else { return false }
        var hash = transcript
        hash.append(commitment)
        return hash.publicScalar() == challenge
    }

    /// Proves that `secret` is the logarithm of one point to G and of another to `base`; `transcript` holds both.
    ///
    /// - Parameter nonce: fresh and uniform; used twice, it gives the secret away.
    init(equating secret: Scalar, toBase base: Point, nonce: Scalar, transcript: HashToScalar) throws(IssuanceError) {
        var hash = transcript
        hash.append(Point.generator(times: nonce))
        hash.append(base.multiplied(by: nonce))
        challenge = hash.publicScalar()
        response = try Self.answer(nonce, challenge, secret)
    }

    /// Whether `image` has to `base` the logarithm that `share` has to G.
    func shows(share: Point, equalTo image: Point, base: Point, transcript: HashToScalar) -> Bool {
        guard let first = try? Point.linearCombination(challenge.negated(), share, response),
            let second = try? base.multiplied(byPublic: response).subtracting(image.multiplied(byPublic: challenge))
        else { return false }
        var hash = transcript
        hash.append(first)
        hash.append(second)
        return hash.publicScalar() == challenge
    }

    private static func answer(
        _ nonce: Scalar, _ challenge: PublicScalar, _ secret: Scalar
    ) throws(IssuanceError) -> PublicScalar {
        do { return try nonce.response(to: challenge, provingKnowledgeOf: secret) } catch {
            throw .degenerate(.response)
        }
    }
}
