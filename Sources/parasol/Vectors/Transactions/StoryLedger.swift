import Crypto
import Octets
import SharingContracts

/// A ledger that is written for vectors: keys and identifiers follow from a seed, and what is submitted is valid.
///
/// The ECDSA signatures follow from it too where `signatures` has them; the others are drawn afresh.
struct StoryLedger {
    static let origin = "ledger.parasol.test"
    /// A policy whose keys the vectors of snapshots sign with: the seed of each is SHA-256 of `parasol test key NAME`.
    static let witnessPolicy = """
        log ledger.parasol.test+2af15c1c+AfnrJ7QDjGBmmvDa4HNp+cUdWPmUoP3yyc6ebwxu6PcY
        witness alpha alpha.witness.test+0723a2e5+BK12/jdNUTSoxwX6L7c5dL55UOHo7V2k5WeVyWSnsW1G
        witness beta beta.witness.test+de151eed+BIRfPZjPJ9qjjB2aWLVypfAvsa3pvpCEwoVYRw+8Wl1F
        witness gamma gamma.witness.test+0e75933b+BJx1GvWViLUa2zySN7zO2qFQS6N2DZb6BlYY9ykd2PvR
        group witnesses 2 alpha beta gamma
        quorum witnesses

        """

    private(set) var state = WorldState(origin: origin)
    /// Every leaf so far.
    private(set) var entries: [LedgerEntry] = []
    var generator: SplitMixGenerator
    /// When the next leaf is sequenced: a second and a microsecond after the one before.
    private(set) var now = Timestamp(milliseconds: 1_772_366_400_000)
    private var signingKeys: [SignerID: P256.Signing.PrivateKey] = [:]
    private let signatures: KnownSignatures

    init(seed: UInt64, signatures: KnownSignatures) {
        generator = SplitMixGenerator(seed: seed)
        self.signatures = signatures
    }

    mutating func identifier<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        .random(using: &generator)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A new key with which ``submit(_:by:)`` signs for `signer`.
    mutating func newSigningKey(for signer: SignerID) throws -> SigningKey {
        let key = try P256.Signing.PrivateKey(rawRepresentation: bytes(32))
        signingKeys[signer] = key
        return SigningKey(key.publicKey)
    }

    /// What answers to one request are sealed to.
    mutating func newAnswerKey() throws -> FixedOctets<32> {
        let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes(32))
        return try FixedOctets(Array(key.publicKey.rawRepresentation))
    }

    /// Signs, sequences and applies.
    ///
    /// - Throws: ``StoryError/noKey(_:)``, and the rule that the transaction breaks.
    @discardableResult
    mutating func submit(_ body: TransactionBody, by signers: SignerID...) throws -> TransactionID {
        try submit(body, by: signers)
    }

    /// The same for a list of signers.
    @discardableResult
    mutating func submit(_ body: TransactionBody, by signers: [SignerID]) throws -> TransactionID {
        let transaction = try Transaction(id: identifier(), body: body)
        let made = try signers.map { try signature(of: $0, on: transaction) }
        let entry = try LedgerEntry(
            sequencedAt: now, SignedTransaction(transaction, signatures: made))
        try state.apply(entry)
        entries.append(entry)
        now = now.adding(microseconds: 1_000_001)
        return transaction.id
    }

    private func signature(of signer: SignerID, on transaction: Transaction) throws -> TransactionSignature {
        guard let key = signingKeys[signer] else { throw StoryError.noKey(signer) }
        return try transaction.signature(of: signer, origin: Self.origin) { message in
            if let known = signatures.signature(of: signer, on: transaction, message, by: key.publicKey) {
                return known
            }
            return Array(try key.signature(for: message).rawRepresentation)
        }
    }
}

/// What a story for vectors lacks.
enum StoryError: Error, Hashable, CustomStringConvertible {
    case noKey(SignerID)
    /// A leaf of this type.
    case noLeaf(String)

    var description: String {
        switch self {
        case .noKey(let signer): "the story has no key for \(signer)"
        case .noLeaf(let type): "the story has no \(type)"
        }
    }
}
