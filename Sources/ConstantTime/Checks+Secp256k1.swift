import Octets
import Secp256k1

/// The group's secret operations, each kind of argument once.
let groupChecks: [Check] = {
    let point = Point.generator(times: Scalar.random())
    let challenge = Scalar.random().revealed()
    return [
        Check("Scalar(bigEndian:)") {
            let octets = Secret.octets()
            keep(
                try unsafe octets.withUnsafeBytes { bytes throws(Secp256k1Error) in try unsafe Scalar(bigEndian: bytes)
                })
        },
        Check("Scalar(SecretOctets)") { keep(try Scalar(Secret.octets())) },
        Check("Scalar.random") {
            var generator = SecretFirstGenerator(secretScalars: 1)
            keep(Scalar.random(using: &generator))
        },
        Check("Scalar(mapping:)") {
            keep(unsafe Secret.octets().withUnsafeBytes { unsafe Scalar(mapping: $0) })
        },
        Check("Scalar + Scalar") { keep(try Secret.scalar().adding(Secret.scalar())) },
        Check("Scalar * Scalar") { keep(Secret.scalar().multiplied(by: Secret.scalar())) },
        Check("Scalar * PublicScalar") { keep(Secret.scalar().multiplied(by: challenge)) },
        Check("-Scalar") { keep(Secret.scalar().negated()) },
        Check("1/Scalar") { keep(Secret.scalar().inverted()) },
        Check("Scalar == Scalar") { keep(Secret.scalar() == Secret.scalar()) },
        Check("Schnorr response") {
            keep(try Secret.scalar().response(to: challenge, provingKnowledgeOf: Secret.scalar()))
        },
        Check("ScratchScalar") {
            let scalars = (Secret.scalar(), Secret.scalar(), Secret.scalar())
            keep(
                try ScratchScalar.with(scalars.0) { scratch throws(Secp256k1Error) in
                    scratch.multiply(by: scalars.1)
                    try scratch.add(scalars.2)
                    scratch.negate()
                    scratch.invert()
                    return scratch.multiplying(point)
                })
        },
        Check("k*G") { keep(Point.generator(times: Secret.scalar()).compressed) },
        Check("k*P") { keep(point.multiplied(by: Secret.scalar()).compressed) },
        Check("shared secret") { keep(point.sharedSecret(times: Secret.scalar())) },
        Check("ECDSA signature") {
            let message = Array("a message".utf8)
            keep(try Signature.sign(message, with: Secret.scalar(), entropy: Secret.octets()).compact)
            keep(try Signature.sign(message, with: Secret.scalar(), entropy: nil).compact)
        },
        Check("SecretOctets == SecretOctets") {
            keep(Secret.octets() == Secret.octets())
            let octets = Secret.octets()
            keep(octets == SecretOctets(copying: unsafe octets.withUnsafeBytes { unsafe Array($0) }))
        },
    ]
}()
