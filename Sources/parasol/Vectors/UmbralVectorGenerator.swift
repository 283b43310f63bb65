import Octets
import Secp256k1
import Umbral

/// Makes a vector file of the reference's layout from a seed: the same seed, the same file.
struct UmbralVectorGenerator {
    private var generator: SplitMixGenerator

    /// Thresholds and shares, each with all four choices of signed keys.
    private static let grants = [(1, 1), (1, 3), (2, 3), (3, 5)]
    /// The case from which the malformed items are made.
    private static let contextCase = 10

    /// What a file of ours says of itself.
    static let note =
        "Made by `parasol vectors generate`; layout and meaning are in Protocols/umbral.md. All hex. Secret keys are "
        + "test values. 'derived' holds intermediate values."

    init(seed: UInt64) { generator = SplitMixGenerator(seed: seed) }

    /// The whole file.
    mutating func file() throws(UmbralError) -> JSONValue {
        let factories = try factories()
        let signatures = signatures()
        var cases: [(UmbralCaseMaterial, JSONValue)] = []
        for (threshold, shares) in Self.grants {
            for flags in 0..<4 {
                cases.append(
                    try grant(
                        threshold, shares, SignedKeys(delegating: flags & 2 != 0, receiving: flags & 1 != 0),
                        plaintext: plaintext(cases.count)))
            }
        }
        let coordinates = UmbralParameters.secondGenerator.uncompressed.bytes
        return .members(
            ("note", .string(Self.note)),
            (
                "params",
                .members(
                    ("u_compressed", .hexadecimal(UmbralParameters.secondGeneratorOctets)),
                    ("u_x", .hexadecimal(coordinates[1..<33])),
                    ("u_y", .hexadecimal(coordinates[33..<65])))
            ),
            ("factory", .array(factories)),
            ("signatures", .array(signatures)),
            ("cases", .array(cases.map(\.1))),
            ("robustness", robustness(cases[Self.contextCase].0))
        )
    }

    private mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
    }

    private mutating func plaintext(_ index: Int) -> [UInt8] {
        switch index % 4 {
        case 0: []
        case 1: Array("lead II, 500 per second".utf8)
        case 2: bytes(100)
        default: bytes(1000)
        }
    }

    private mutating func factories() throws(UmbralError) -> [JSONValue] {
        var vectors: [JSONValue] = []
        let labels: [[UInt8]] = [[], Array("folder".utf8), bytes(40)]
        for _ in 0..<2 {
            let seed = bytes(SecretKeyFactory.seedByteCount)
            let factory = try SecretKeyFactory(seed: SecretOctets(copying: seed))
            for label in labels {
                let child = factory.makeFactory(label: label)
                vectors.append(
                    .members(
                        ("seed", .hexadecimal(seed)), ("label", .hexadecimal(label)),
                        ("make_key", .hexadecimal(factory.makeKey(label: label).octets.revealed)),
                        ("make_secret", .hexadecimal(factory.makeSecret(label: label).revealed)),
                        ("derived", .members(("make_factory_seed", .hexadecimal(child.revealedSeed.revealed)))),
                        (
                            "make_factory_then_make_secret_same_label",
                            .hexadecimal(child.makeSecret(label: label).revealed)
                        )))
            }
        }
        return vectors
    }

    private mutating func signatures() -> [JSONValue] {
        (0..<4).map { index in
            let signer = Signer(.random(using: &generator))
            let message = bytes(index * 40)
            let signature = signer.sign(message, using: &generator)
            return .members(
                ("sk", .hexadecimal(signer.key.octets.revealed)),
                ("pk", .hexadecimal(signer.verifyingKey.compressed.bytes)), ("message", .hexadecimal(message)),
                ("be", .hexadecimal(signature.compact.bytes)), ("der", .hexadecimal(signature.der)),
                (
                    "derived",
                    .members(
                        ("rfc6979_plain_be", .hexadecimal(signer.signDeterministically(message).compact.bytes)))
                ))
        }
    }

    private mutating func grant(
        _ threshold: Int, _ shares: Int, _ signedKeys: SignedKeys, plaintext: [UInt8]
    ) throws(UmbralError) -> (UmbralCaseMaterial, JSONValue) {
        let owner = SecretKey.random(using: &generator)
        let receiver = SecretKey.random(using: &generator)
        let signer = Signer(.random(using: &generator))
        let (capsule, ciphertext) = try owner.publicKey.encrypt(plaintext, using: &generator)
        let keys = try owner.keyFragments(
            for: receiver.publicKey, signer: signer, threshold: threshold, shares: shares, signing: signedKeys,
            using: &generator)
        var fragments: [CapsuleFragment] = []
        for key in keys { fragments.append(try key.reencrypt(capsule, using: &generator).fragment) }
        let material = UmbralCaseMaterial(
            owner: owner, receiver: receiver, signer: signer, threshold: threshold, plaintext: plaintext,
            capsule: capsule, ciphertext: ciphertext, keyFragments: keys.map(\.fragment), capsuleFragments: fragments)
        return (material, try material.json())
    }

    private func robustness(_ context: UmbralCaseMaterial) -> JSONValue {
        let originals: [(UmbralObject, [UInt8], String)] = [
            (.capsule, context.capsule.serialized, "accepted"),
            (.capsuleFragment, context.capsuleFragments[0].serialized, "verified"),
            (.keyFragment, context.keyFragments[0].serialized.revealed, "verified"),
        ]
        var items: [JSONValue] = []
        for (object, valid, verdict) in originals {
            items.append(Self.item(object, UmbralRobustnessItem.valid, valid, verdict))
            for change in UmbralChange.all(of: object) {
                guard let bytes = change.applied(to: valid) else { continue }
                let refusal = context.refusal(of: bytes, object)
                items.append(Self.item(object, change.what, bytes, refusal ?? verdict))
            }
        }
        return .members(("context_case_index", .integer(Self.contextCase)), ("items", .array(items)))
    }

    private static func item(
        _ object: UmbralObject, _ what: String, _ bytes: [UInt8], _ result: String
    ) -> JSONValue {
        .members(
            ("type", .string(object.rawValue)), ("what", .string(what)), ("bytes", .hexadecimal(bytes)),
            ("result", .members((UmbralPeers.ourselves, .string(result)))))
    }
}

/// SplitMix64. For test values only.
struct SplitMixGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
