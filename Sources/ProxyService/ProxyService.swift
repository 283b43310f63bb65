package import Crypto
package import LedgerReplica
import Logging
package import Persistence
package import ServiceProtocols
package import SharingContracts
package import Umbral

/// A proxy: holds one key fragment for each grant and transforms capsules, under the ledger's eyes.
///
/// - Rule: the proof of the request is on disk and the newest fresh final checkpoint allows it before anything is computed; then the
///   answer is logged; then it leaves.
/// - Why: a proxy that could be talked into one unlogged transform would make every audit worthless (P3).
/// - Consequence: without the ledger and its witnesses a proxy answers nobody.
package actor ProxyService: Transforming {
    /// What makes a fragment of a capsule. Another than ``honest`` exists to show that a liar is caught.
    package typealias Reencryption = @Sendable (VerifiedKeyFragment, Capsule) throws -> [UInt8]

    /// Re-encryption with proof, in simple form.
    package static let honest: Reencryption = { try $0.reencrypt($1).simple }

    /// SQLite's application id of a proxy's database: "PxyP".
    package static let schema = Schema(
        applicationID: 0x5078_7950, migrations: HolderContext.migrations + [FragmentStore.migration])

    package nonisolated let identity: IdentityID
    private let context: HolderContext
    private let openingKey: OpeningKey
    private let reencryption: Reencryption
    private let logger: Logger
    private var fragments: FragmentStore

    /// - Parameters:
    ///   - identity: The enrolled identity; its `SealingKey` on the ledger must be that of `openingKey`.
    ///   - openingKey: Opens the halves that are sealed to this proxy.
    ///   - keyring: Seals fragments at rest.
    ///   - databasePath: The proxy's own SQLite file; beside it lies the world state's.
    package init(
        identity: IdentityID, signingKey: P256.Signing.PrivateKey, openingKey: OpeningKey, keyring: MasterKeyring,
        databasePath: String, ledger: any Ledger, trust: TrustAnchor, clock: any Clock,
        reencryption: @escaping Reencryption = ProxyService.honest
    ) throws(PersistenceError) {
        let store = try Store(path: databasePath, schema: Self.schema)
        // SQLite's own check of the whole file would take the longer the larger the ledger.
        let states = try StateStore(path: StateStore.path(beside: databasePath), checksWholeFile: false)
        self.identity = identity
        context = HolderContext(
            identity: identity,
            signer: TransactionSigner(id: identity.signer, key: signingKey, origin: trust.originName), trust: trust,
            ledger: ledger, store: store, states: states, clock: clock)
        fragments = try FragmentStore(store: store, keyring: keyring)
        self.openingKey = openingKey
        self.reencryption = reencryption
        logger = Logger(label: "parasol.proxy.\(identity)")
    }

    /// What it believes of the ledger, as it follows it.
    package nonisolated var replica: LedgerReplica { context.replica }

    /// Closes the databases; what is asked later is refused.
    package func close() async { await context.close() }

    // MARK: Installing

    package func install(_ delivery: FragmentDelivery) async throws(ProxyError) {
        let now = try await follow()
        let identity = identity
        let grant = try await read { (state) throws(ProxyError) in
            try IssuedGrant(of: delivery.consent, to: identity, in: state, at: now)
        }
        let fragment: VerifiedKeyFragment
        do {
            let assembly = KeyFragmentAssembly(
                openingKey: openingKey, proxy: identity.octets, consent: delivery.consent.octets)
            fragment = try assembly.fragment(
                patientHalf: try SealedHalf(serialized: delivery.patientHalf),
                serviceHalf: try SealedHalf(serialized: delivery.serviceHalf),
                verifyingKey: grant.verifyingKey, delegatingKey: grant.delegatingKey, receivingKey: grant.receivingKey)
        } catch { throw .invalidFragment("\(error)") }
        // What was signed must also be what the ledger says was issued.
        guard fragment.id == grant.commitment.fragment,
            fragment.fragment.commitment == EncodedPoint(grant.commitment.commitment.point),
            fragment.fragment.precursor == grant.precursor
        else { throw .invalidFragment("it is not the fragment that the ledger says was issued to this proxy") }
        do { try await fragments.insert(fragment, of: delivery.consent) } catch { throw .storage("\(error)") }
        logger.info("fragment installed", metadata: ["consent": "\(delivery.consent)"])
    }

    // MARK: Transforming

    /// Runs on whichever core is free, many at once: only what is asked of the databases and of the replica is in turn.
    ///
    /// The ledger is asked while the receipt is verified and written. What decides is read when all three are done, and of a
    /// checkpoint that was asked for after the request came: nothing of an earlier request is remembered.
    ///
    /// Of a request for several records the receipt is verified once, the permission decided once, and one `Transformed` logged for
    /// one sealed answer; what is done for each capsule is spread over the cores.
    @concurrent
    package nonisolated func transform(
        request: Receipt, capsules: [[UInt8]]
    ) async throws(ProxyError) -> Transformation {
        async let following = followed()
        let proved: VerifiedReceipt
        do { proved = try context.trust.verify(request) } catch { throw .invalidReceipt("\(error)") }
        guard case .accessRequested(let access) = proved.entry.transaction.body,
            case .consent(let consent) = access.authority
        else { throw .invalidReceipt("it is not of a request for access under a consent") }
        let id = proved.entry.transaction.id
        guard capsules.count == access.records.count else {
            throw .malformed("\(capsules.count) capsules, and the request is for \(access.records.count) records")
        }

        let remembered: ReleaseJournal.Remembered
        do { remembered = try await context.journal.remember(request, of: id) } catch { throw .storage("\(error)") }
        let now = try await following.get()
        try await permit(id, access, consent, capsules: capsules, at: now)
        let fragment: VerifiedKeyFragment?
        do { fragment = try await fragments.fragment(of: consent) } catch { throw .storage("\(error)") }
        guard let fragment else { throw .noFragment(consent) }
        do {
            let reencryption = reencryption
            let answer = try await context.answer(remembered, to: access, with: consent.octets) {
                // Parsed where an answer is made and nowhere else: a valid receipt alone, shown again, costs no curve work.
                try await WorkOverCores.map(capsules) { bytes in
                    let capsule: Capsule
                    do { capsule = try Capsule(simple: bytes) } catch {
                        throw ProxyError.malformed("capsule: \(error)")
                    }
                    return try reencryption(fragment, capsule)
                }
            }
            logger.info(
                "transformed",
                metadata: ["request": "\(id)", "consent": "\(consent)", "records": "\(capsules.count)"])
            return answer
        } catch let error as LedgerError {
            throw .ledger(error)
        } catch let error as ProxyError {
            throw error
        } catch { throw .storage("\(error)") }
    }

    /// Whether the ledger's newest final state lets this request be answered with these capsules.
    private nonisolated func permit(
        _ id: TransactionID, _ access: AccessRequested, _ consent: ConsentID, capsules: [[UInt8]], at now: Timestamp
    ) async throws(ProxyError) {
        let digests = capsules.map { LedgerDigest.capsule($0) }
        let identity = identity
        try await read { (state) throws(ProxyError) in
            guard let request = state.request(id), request.authority == access.authority else {
                throw .unknownRequest(id)
            }
            guard let granted = state.consent(consent) else { throw .unknownConsent(consent) }
            guard granted.terms.proxies.contains(identity) else { throw .noFragment(consent) }
            if let refusal = state.transformRefusal(of: consent, at: now) {
                throw .notPermitted(consent, refusal.rawValue)
            }
            for (record, digest) in zip(access.records, digests) {
                guard state.record(record)?.capsuleDigest == digest else { throw .wrongCapsule(record) }
            }
        }
    }

    /// Reads what the ledger says.
    ///
    /// - Throws: what `body` throws, `ProxyError/storage(_:)` where its rows cannot be read.
    private nonisolated func read<Value: Sendable>(
        _ body: @Sendable (WorldState) throws(ProxyError) -> Value
    ) async throws(ProxyError) -> Value {
        try await context.replica.read(body, orThrow: { .storage("\($0)") })
    }

    // MARK: Destroying

    package func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] {
        let now = try await follow()
        var destroyed: [ConsentID] = []
        do {
            for consent in try await fragments.held() {
                guard let reason = try await context.replica.read({ $0.destructionReason(of: consent, at: now) }) else {
                    continue
                }
                let said = try context.signer.signed(
                    .fragmentsDestroyed(
                        FragmentsDestroyed(holder: identity, target: .consent(consent), reason: reason)))
                try await fragments.destroy(consent, saying: said.serialized)
                destroyed.append(consent)
                logger.info("fragment destroyed", metadata: ["consent": "\(consent)", "reason": "\(reason)"])
            }
            // Also those whose report a crash or an absent ledger kept back.
            let fragments = fragments
            try await context.report(try await fragments.unreportedDestructions()) { try await fragments.reported($0) }
        } catch let error as LedgerError { throw .ledger(error) } catch { throw .storage("\(error)") }
        return destroyed
    }

    /// Seals all fragments under the ring's current key, those that are installed meanwhile too. From then on the previous
    /// keys are not needed.
    ///
    /// - Returns: The number of fragments sealed anew.
    package func rotateMasterKey(to keyring: MasterKeyring) async throws(ProxyError) -> Int {
        do {
            // First, so that nothing is sealed under the old ring behind the back of what seals anew.
            fragments.use(keyring)
            return try await fragments.resealAll()
        } catch { throw .storage("\(error)") }
    }

    private nonisolated func follow(keepingHead keepsHead: Bool = true) async throws(ProxyError) -> Timestamp {
        do { return try await context.follow(keepingHead: keepsHead) } catch { throw .cannotFollowLedger("\(error)") }
    }

    private nonisolated func followed() async -> Result<Timestamp, ProxyError> {
        do throws(ProxyError) { return .success(try await follow(keepingHead: false)) } catch { return .failure(error) }
    }
}
