import Octets
import Umbral

/// One owner, one receiver, one record and all fragments of it.
struct Grant {
    let owner: SecretKey
    let receiver: SecretKey
    let signer: Signer
    let threshold: Int
    let keyFragments: [VerifiedKeyFragment]
    let capsule: Capsule
    let seed: CapsuleSeed
    let fragments: [VerifiedCapsuleFragment]

    init(_ threshold: Int, of shares: Int, seed number: UInt64 = 1, signing: SignedKeys = .both) throws {
        var generator = SeededGenerator(number)
        owner = .random(using: &generator)
        receiver = .random(using: &generator)
        signer = Signer(.random(using: &generator))
        self.threshold = threshold
        keyFragments = try owner.keyFragments(
            for: receiver.publicKey, signer: signer, threshold: threshold, shares: shares, signing: signing,
            using: &generator)
        (capsule, seed) = try Capsule.encapsulate(to: owner.publicKey, using: &generator)
        let made = capsule
        fragments = try keyFragments.map { try $0.reencrypt(made, using: &generator) }
    }

    /// The fragments as a receiver gets them.
    var received: [CapsuleFragment] { fragments.map(\.fragment) }

    func session(threshold other: Int? = nil) throws -> GrantSession {
        try GrantSession(
            receiver: receiver, precursor: keyFragments[0].fragment.precursor, delegatingKey: owner.publicKey,
            verifyingKey: signer.verifyingKey, threshold: other ?? threshold)
    }

    /// Opens as the receiver; the check stands for a record's key commitment.
    func open(_ given: [CapsuleFragment]? = nil) throws(UmbralError) -> Opened<CapsuleSeed> {
        let right = seed
        let session = try GrantSession(
            receiver: receiver, precursor: keyFragments[0].fragment.precursor, delegatingKey: owner.publicKey,
            verifyingKey: signer.verifyingKey, threshold: threshold)
        return try session.open(capsule: capsule, fragments: given ?? received) { $0 == right }
    }

    func verify(_ fragment: CapsuleFragment) throws(UmbralError) {
        _ = try fragment.verified(
            for: capsule, verifyingKey: signer.verifyingKey, delegatingKey: owner.publicKey,
            receivingKey: receiver.publicKey)
    }

    func verdict(_ answer: [UInt8]) -> FragmentVerdict {
        .of(
            answer, capsule: capsule, verifyingKey: signer.verifyingKey, delegatingKey: owner.publicKey,
            receivingKey: receiver.publicKey)
    }
}

extension SecretOctets {
    /// A copy for comparisons in tests.
    var copied: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }

    convenience init(hexadecimal text: String) throws { self.init(copying: try [UInt8](hexadecimal: text)) }
}

extension [UInt8] {
    /// The same with one bit of one byte flipped.
    func flipping(_ bit: Int) -> [UInt8] {
        var copy = self
        copy[bit / 8] ^= 1 << UInt8(bit % 8)
        return copy
    }
}
