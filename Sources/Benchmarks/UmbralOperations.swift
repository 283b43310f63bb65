import Octets
import Umbral

/// The scheme's operations, each as a user of the library calls it.
///
/// Names and meanings are those of `Scripts/peers/umbral_bench.py`.
struct UmbralOperations {
    private let owner = SecretKey.random()
    private let receiver = SecretKey.random()
    private let signer = Signer(SecretKey.random())
    private let message = [UInt8](0..<32)
    private let capsule: Capsule
    private let ciphertext: [UInt8]
    private let keyFragments: [VerifiedKeyFragment]
    private let answers: [[UInt8]]
    private let session: GrantSession

    init() throws {
        (capsule, ciphertext) = try owner.publicKey.encrypt(message)
        keyFragments = try owner.keyFragments(for: receiver.publicKey, signer: signer, threshold: 2, shares: 3)
        var answers: [[UInt8]] = []
        for fragment in keyFragments.prefix(2) { answers.append(try fragment.reencrypt(capsule).serialized) }
        self.answers = answers
        session = try GrantSession(
            receiver: receiver, precursor: keyFragments[0].fragment.precursor, delegatingKey: owner.publicKey,
            verifyingKey: signer.verifyingKey, threshold: 2)
    }

    var all: [Operation] {
        issuing + transforming + [
            Operation("open_2_of_3") {
                let opened = try GrantSession.open(
                    capsule: capsule, fragments: try parsedAnswers(), threshold: 2, receiver: receiver,
                    delegatingKey: owner.publicKey, verifyingKey: signer.verifyingKey
                ) { try? $0.open(ciphertext, with: capsule) }
                try expect(opened.value == message, "opening gave another message")
            },
            Operation("open_2_of_3_session") {
                let opened = try session.open(capsule: capsule, fragments: try parsedAnswers()) {
                    try? $0.open(ciphertext, with: capsule)
                }
                try expect(opened.value == message, "opening gave another message")
            },
        ] + messages(mebibytes: 1) + messages(mebibytes: 64)
    }

    private var issuing: [Operation] {
        [
            Operation("encrypt_32") { blackHole(try owner.publicKey.encrypt(message).ciphertext) },
            Operation("capsule_parse") { [serialized = capsule.serialized] in
                blackHole(try Capsule(serialized: serialized))
            },
            Operation("kfrags_2_of_3") {
                blackHole(
                    try owner.keyFragments(for: receiver.publicKey, signer: signer, threshold: 2, shares: 3))
            },
            Operation("kfrag_verify") { [fragment = keyFragments[0].fragment] in
                blackHole(
                    try fragment.verified(
                        by: signer.verifyingKey, delegatingKey: owner.publicKey, receivingKey: receiver.publicKey))
            },
        ]
    }

    private var transforming: [Operation] {
        [
            Operation("reencrypt") { blackHole(try keyFragments[0].reencrypt(capsule)) },
            Operation("cfrag_parse_verify") {
                blackHole(
                    try CapsuleFragment(serialized: answers[0]).verified(
                        for: capsule, verifyingKey: signer.verifyingKey, delegatingKey: owner.publicKey,
                        receivingKey: receiver.publicKey))
            },
            Operation("decrypt_original_32") {
                try expect(owner.decrypt(ciphertext, with: capsule) == message, "decryption gave another message")
            },
        ]
    }

    /// One message, whole in memory, in the peers' format.
    private func messages(mebibytes: Int) -> [Operation] {
        let byteCount = mebibytes << 20
        let message = Memoized { [UInt8](repeating: 0x5a, count: byteCount) }
        let sealed = Memoized { try owner.publicKey.encrypt(message.value()) }
        return [
            Operation("message_seal_\(mebibytes)_mib", byteCount: byteCount) {
                blackHole(try owner.publicKey.encrypt(message.value()).ciphertext)
            },
            Operation("message_open_\(mebibytes)_mib", byteCount: byteCount) {
                let (capsule, ciphertext) = try sealed.value()
                blackHole(try owner.decrypt(ciphertext, with: capsule))
            },
        ]
    }

    private func parsedAnswers() throws(UmbralError) -> [CapsuleFragment] {
        var parsed: [CapsuleFragment] = []
        for answer in answers { parsed.append(try CapsuleFragment(serialized: answer)) }
        return parsed
    }
}

/// A value that is made when it is first asked for, so that operations which are not run cost nothing.
final class Memoized<Value> {
    private var made: Value?
    private let make: () throws -> Value

    init(_ make: @escaping () throws -> Value) { self.make = make }

    func value() throws -> Value {
        if let made { return made }
        let value = try make()
        made = value
        return value
    }
}

/// Fails the run where `condition` does not hold.
func expect(_ condition: Bool, _ description: String) throws(WrongResult) {
    guard condition else { throw WrongResult(description: description) }
}
