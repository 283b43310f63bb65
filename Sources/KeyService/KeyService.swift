package import Crypto
package import LedgerReplica
import Logging
import Octets
package import Persistence
package import ServiceProtocols
package import SharingContracts
import Umbral

/// A key service: holds one share of each folder's delegating key, and makes its half of what the ledger says a patient
/// has consented to.
///
/// - Rule: no half without a consent in a fresh final checkpoint and the folder's own signature on the request.
/// - Why: what it makes alone is useless (P2); what it could be talked into making for a stranger must be too.
/// - Consequence: all of its databases and logs together do not open a record.
package actor KeyService: KeyIssuing {
    /// SQLite's application id of a key service's database: "PkyS".
    package static let schema = Schema(
        applicationID: 0x506b_7953,
        migrations: HolderContext.migrations + [ShareStore.migration, IssuanceStore.migration])

    package nonisolated let identity: IdentityID
    let context: HolderContext
    let issuances: IssuanceStore
    let logger: Logger
    var shares: ShareStore

    /// - Parameters:
    ///   - keyring: Seals shares at rest.
    ///   - databasePath: The service's own SQLite file; beside it lies the world state's.
    package init(
        identity: IdentityID, signingKey: P256.Signing.PrivateKey, keyring: MasterKeyring, databasePath: String,
        ledger: any Ledger, trust: TrustAnchor, clock: any Clock
    ) throws(PersistenceError) {
        let store = try Store(path: databasePath, schema: Self.schema)
        // SQLite's own check of the whole file would take the longer the larger the ledger.
        let states = try StateStore(path: StateStore.path(beside: databasePath), checksWholeFile: false)
        self.identity = identity
        context = HolderContext(
            identity: identity,
            signer: TransactionSigner(id: identity.signer, key: signingKey, origin: trust.originName), trust: trust,
            ledger: ledger, store: store, states: states, clock: clock)
        shares = try ShareStore(store: store, keyring: keyring)
        issuances = IssuanceStore(store: store)
        logger = Logger(label: "parasol.key-service.\(identity)")
    }

    /// What it believes of the ledger, as it follows it.
    package nonisolated var replica: LedgerReplica { context.replica }

    /// Closes the databases; what is asked later is refused.
    package func close() async { await context.close() }

    // MARK: Opening folders

    package func openShare(
        for folder: FolderID, keys: FolderOpeningKeys, proof: [UInt8]
    ) async throws(KeyServiceError) -> PublicShare {
        do {
            _ = try ShareProof(serialized: proof).verified(
                share: try PublicKey(compressed: keys.patientShare), role: .patient, folder: folder.octets)
        } catch { throw .invalidProof("\(error)") }
        // Their points are checked when they are to be countersigned; what is kept here is bounded.
        guard keys.signingKey.count == 33, keys.verifyingKey.count == 33 else {
            throw .malformed("a folder's signing key and verifying key have 33 bytes each")
        }
        do {
            if try await shares.offer(for: folder) == nil {
                let share = DelegatingKeyShare.random(role: .service)
                let offer = ShareStore.Offer(
                    keys: keys, publicShare: share.publicKey.compressed.bytes,
                    proof: try ShareProof(of: share, folder: folder.octets).serialized)
                try await shares.insert(share, offer, for: folder)
                logger.info("share made", metadata: ["folder": "\(folder)"])
            }
            // Of two calls at once, the first to be kept is the offer of both.
            guard let kept = try await shares.offer(for: folder), kept.keys == keys else {
                throw KeyServiceError.folderTaken(folder)
            }
            return PublicShare(point: kept.publicShare, proof: kept.proof)
        } catch { throw Self.storage(error) }
    }

    package func countersign(_ transaction: [UInt8]) async throws(KeyServiceError) -> [UInt8] {
        let parsed: SharingContracts.Transaction
        do { parsed = try SharingContracts.Transaction(serialized: transaction) } catch { throw .malformed("\(error)") }
        switch parsed.body {
        case .folderOpened(let opened): try await check(opened)
        case .keysIssued(let issued): try await check(issued)
        default: throw .notPermitted("a key service does not countersign \(parsed.body.name)")
        }
        do { return try context.signer.signature(on: parsed).signature.bytes } catch { throw .malformed("\(error)") }
    }

    private func check(_ opened: FolderOpened) async throws(KeyServiceError) {
        guard opened.keyService == identity else { throw .notOurs(opened.folder) }
        let kept: ShareStore.Offer?
        do { kept = try await shares.offer(for: opened.folder) } catch { throw Self.storage(error) }
        guard let kept else { throw .unknownFolder(opened.folder) }
        let keys = FolderOpeningKeys(
            patientShare: opened.patientShare.publicShare.compressed.bytes,
            signingKey: opened.signingKey.compressed.bytes, verifyingKey: opened.verifyingKey.compressed.bytes)
        guard kept.keys == keys, kept.publicShare == opened.serviceShare.publicShare.compressed.bytes else {
            throw .notPermitted("folder \(opened.folder) was begun with other keys")
        }
    }

    private func check(_ issued: KeysIssued) async throws(KeyServiceError) {
        let kept: IssuanceStore.Issuance?
        do { kept = try await issuances.issuance(for: issued.consent) } catch { throw Self.storage(error) }
        guard let kept else { throw .unknownConsent(issued.consent) }
        guard kept.precursor == issued.precursor.compressed, kept.fragments == issued.fragments.map(\.fragment) else {
            throw .notPermitted("the fragments are not those of the last issuance request for \(issued.consent)")
        }
    }

    /// Reads what the ledger says.
    ///
    /// - Throws: what `body` throws, `KeyServiceError/storage(_:)` where its rows cannot be read.
    func read<Value: Sendable>(
        _ body: @Sendable (WorldState) throws(KeyServiceError) -> Value
    ) async throws(KeyServiceError) -> Value {
        try await context.replica.read(body, orThrow: { .storage("\($0)") })
    }

    // MARK: Erasing

    package func destroyErasedShares() async throws(KeyServiceError) -> [FolderID] {
        let now = try await follow()
        var destroyed: [FolderID] = []
        do {
            for folder in try await shares.held() {
                let erased = try await context.replica.read { state in
                    state.folder(folder)?.isErased == true ? state.consents(in: folder) : nil
                }
                guard let consents = erased else { continue }
                let said = try context.signer.signed(
                    .fragmentsDestroyed(
                        FragmentsDestroyed(holder: identity, target: .folder(folder), reason: .erased)))
                try await shares.destroy(folder, with: consents, saying: said.serialized)
                destroyed.append(folder)
                logger.info("share destroyed", metadata: ["folder": "\(folder)"])
            }
            try await destroySettledIssuances(at: now)
            let shares = shares
            try await context.report(try await shares.unreportedDestructions()) { try await shares.reported($0) }
        } catch { throw Self.storage(error) }
        return destroyed
    }

    /// Forgets the halves of consents whose keys are issued, or can be issued no more.
    private func destroySettledIssuances(at now: Timestamp) async throws {
        var settled: [ConsentID] = []
        for consent in try await issuances.held() {
            let isOpen = try await context.replica.read { state in
                // Of a ledger that is not followed now, nothing is known.
                state.founding == nil
                    || (state.consent(consent)?.keys == nil && state.issuanceRefusal(of: consent, at: now) == nil)
            }
            if !isOpen { settled.append(consent) }
        }
        try await issuances.destroy(settled)
    }

    /// Seals all shares under the ring's current key, those that are made meanwhile too. From then on the previous keys are
    /// not needed.
    ///
    /// - Returns: The number of shares sealed anew.
    package func rotateMasterKey(to keyring: MasterKeyring) async throws(KeyServiceError) -> Int {
        do {
            // First, so that nothing is sealed under the old ring behind the back of what seals anew.
            shares.use(keyring)
            return try await shares.resealAll()
        } catch { throw Self.storage(error) }
    }

    func follow(keepingHead keepsHead: Bool = true) async throws(KeyServiceError) -> Timestamp {
        do { return try await context.follow(keepingHead: keepsHead) } catch { throw .cannotFollowLedger("\(error)") }
    }

    static func storage(_ error: any Error) -> KeyServiceError {
        switch error {
        case let error as KeyServiceError: error
        case let error as LedgerError: .ledger(error)
        default: .storage("\(error)")
        }
    }
}
