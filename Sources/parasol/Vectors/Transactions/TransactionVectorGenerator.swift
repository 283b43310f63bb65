import Crypto
import Octets
import SharingContracts

/// Makes a file of transaction vectors; Protocols/transactions.md says what each field means.
enum TransactionVectorGenerator {
    /// The whole file.
    ///
    /// - Parameter signatures: Taken where they fit; see ``KnownSignatures``.
    static func file(seed: UInt64, signatures: KnownSignatures) throws -> JSONValue {
        let story = try TransactionStory(seed: seed, signatures: signatures)
        return .members(
            ("about", BoundObject.making(("text", .array(about.map { .string($0) })))),
            (VectorFile.formatField, .string(VectorFile.transactionFormat)),
            ("origin", .string(StoryLedger.origin)),
            (LedgerLeafFamily.name, .array(try story.ledger.entries.map { try leaf($0, story.ledger.state) })),
            (CapsuleDigestFamily.name, .array([capsuleDigest(story)])),
            (FragmentDigestFamily.name, .array([fragmentDigest(story), answerDigest(story.several)])),
            (
                TransactionRefusalFamily.name,
                .array(try RefusedEncodings(spoiling: story.ledger.entries).items.map(refusal))
            )
        )
    }

    private static let about = [
        "leaves: a whole ledger in order. Each leaf is valid in the state that the leaves before it give.",
        "refusals: each must be refused at its level, for the reason that the code of Docs/contracts.md names.",
        "All byte strings are hexadecimal; the times of leaves are microseconds since the Unix epoch.",
        "An object's sha256 is that of its other members, as Protocols/transactions.md says.",
    ]

    private static func leaf(_ entry: LedgerEntry, _ state: WorldState) throws -> JSONValue {
        let transaction = entry.transaction
        let input = try transaction.signatureInput(origin: StoryLedger.origin)
        return .members(
            ("type", .string(transaction.body.name)),
            ("sequencedAt", .integer(Int(clamping: entry.sequencedAt.microseconds))),
            ("transaction", .hexadecimal(transaction.serialized)),
            ("signatureInputSHA256", .hexadecimal(Array(SHA256.hash(data: input)))),
            (
                "signatures",
                .array(
                    entry.signedTransaction.signatures.map { signature in
                        .members(
                            ("signer", .string("\(signature.signer)")),
                            ("key", .string(state.signingKey(of: signature.signer)?.description ?? "")),
                            ("signature", .hexadecimal(signature.signature.bytes)))
                    })
            ),
            ("signedTransaction", .hexadecimal(entry.signedTransaction.serialized)),
            ("entry", .hexadecimal(entry.serialized)),
            ("leafHash", .hexadecimal(Array(SHA256.hash(data: [0] + entry.serialized))))
        )
    }

    private static func capsuleDigest(_ story: TransactionStory) -> JSONValue {
        .members(
            ("record", .string("\(story.record)")), ("capsule", .hexadecimal(story.capsule)),
            ("digest", .hexadecimal(LedgerDigest.capsule(story.capsule).bytes)))
    }

    private static func fragmentDigest(_ story: TransactionStory) -> JSONValue {
        let digest = LedgerDigest.fragment(story.fragment, by: story.transformer, for: story.request)
        return .members(
            ("request", .string("\(story.request)")), ("transformer", .string("\(story.transformer)")),
            ("fragment", .hexadecimal(story.fragment)), ("digest", .hexadecimal(digest.bytes)))
    }

    private static func answerDigest(_ story: StoryOfSeveral) -> JSONValue {
        let digest = LedgerDigest.answer(story.parts, by: story.transformer, for: story.request)
        return .members(
            ("request", .string("\(story.request)")), ("transformer", .string("\(story.transformer)")),
            ("fragments", .array(story.parts.map { .hexadecimal($0) })), ("digest", .hexadecimal(digest.bytes)))
    }

    private static func refusal(_ item: RefusedEncodings.Item) -> JSONValue {
        BoundObject.making(
            ("what", .string(item.what)), ("level", .string(item.level)), ("bytes", .hexadecimal(item.bytes)),
            ("code", .string(item.code.rawValue)))
    }
}
