package import LedgerReplica
import Logging
import Octets
package import Persistence
package import ServiceProtocols
package import SharingContracts

/// A member organisation's registrar: vouches for whoever has one of its one-time codes, and for nobody else.
///
/// - Rule: an enrolment is bound to its invitation, durably, before it is submitted, and the very bytes that were bound are all that
///   is ever submitted for that invitation.
/// - Why: an answer that is lost, of the ledger or of the registrar, must neither cost the invited their enrolment nor give whoever
///   else has the code another one.
/// - Consequence: a code that was interrupted answers its own request, and refuses every other.
///
/// Notes of invitations stay in its database: the ledger names nobody.
package actor Registrar: Registering {
    /// SQLite's application id of a registrar's database: "Preg".
    package static let schema = Schema(
        applicationID: 0x5072_6567, migrations: [StoreHeadStore.migration, InvitationStore.migration])

    package nonisolated let member: MemberID
    /// What it believes of the ledger, as it follows it.
    package nonisolated let replica: LedgerReplica
    private let signer: TransactionSigner
    private let ledger: any Ledger
    private let trust: TrustAnchor
    private let clock: any Clock
    private let store: Store
    private let states: StateStore
    private let invitations: InvitationStore
    private let logger: Logger
    /// How many submissions of each invitation's enrolment are on their way to the ledger in this moment.
    private var submitting: [UInt64: Int] = [:]

    /// - Parameters:
    ///   - signer: The member's own: what the ledger takes for the organisation's word.
    ///   - databasePath: The registrar's own SQLite file; beside it lies the world state's.
    /// - Throws: the opening errors of `PersistenceError`.
    package init(
        signer: TransactionSigner, databasePath: String, ledger: any Ledger, trust: TrustAnchor, clock: any Clock
    ) throws(PersistenceError) {
        member = MemberID(signer.id)
        store = try Store(path: databasePath, schema: Self.schema)
        states = try StateStore(path: StateStore.path(beside: databasePath), checksWholeFile: false)
        invitations = InvitationStore(store: store)
        replica = LedgerReplica(source: ledger, trust: trust, heads: StoreHeadStore(store: store), states: states)
        logger = Logger(label: "parasol.registrar.\(member)")
        self.signer = signer
        self.ledger = ledger
        self.trust = trust
        self.clock = clock
    }

    /// Closes the databases; what is asked later is refused.
    package func close() async {
        // What is not written, the next start executes again.
        try? await replica.settle()
        try? store.close()
        try? states.close()
    }

    // MARK: Inviting

    package func invite(_ terms: InvitationTerms) async throws(RegistrarError) -> IssuedInvitation {
        var generator = SystemRandomNumberGenerator()
        let code = InvitationCode.random(using: &generator)
        let stored = try await invitations.insert(terms, try digests(of: code), at: clock.now())
        logger.info("invited", metadata: ["invitation": "\(stored.number)", "role": "\(terms.role.rawValue)"])
        return IssuedInvitation(invitation: stored.invitation, code: code)
    }

    package func invitations(after number: UInt64) async throws(RegistrarError) -> [Invitation] {
        try await invitations.list(after: number, atMost: RegistrarLimits.listed).map(\.invitation)
    }

    /// Where an enrolment was submitted and its receipt is not here, the ledger is asked first. What a ledger denies to have it may
    /// still sequence later: then the identity is on the ledger for everybody to see, and can be retired.
    package func revokeInvitation(_ number: UInt64) async throws(RegistrarError) {
        guard let stored = try await invitations.find(number) else { throw .unknownInvitation(number) }
        if let claim = stored.claim, claim.receipt == nil, stored.revoked == nil {
            let signed = try Self.transaction(of: claim)
            let receipt: Receipt?
            do { receipt = try await ledger.receipt(of: signed.id) } catch { throw .ledger(error) }
            if let receipt { _ = try await settle(number, signed, receipt) }
        }
        guard submitting[number] == nil else { throw .alreadyUsed }
        try await invitations.revoke(number, at: clock.now())
        logger.info("invitation revoked", metadata: ["invitation": "\(number)"])
    }

    // MARK: Redeeming

    package func redeem(_ code: InvitationCode, request: [UInt8]) async throws(RegistrarError) -> Receipt {
        let digests = try digests(of: code)
        guard let stored = try await invitations.find(lookup: digests.lookup), digests.prove(stored.codeDigest) else {
            throw .unknownCode
        }
        if stored.revoked != nil, stored.claim?.receipt == nil { throw .revoked }
        guard stored.claim == nil else {
            try stored.demandClaim(of: try EnrolmentRequest(serialized: request).transaction)
            return try await finish(stored.number)
        }
        try await invitations.beginAttempt(stored.number, at: clock.now())
        let enrolment: SignedEnrolment
        do throws(RegistrarError) { enrolment = try await examined(request, for: stored.role) } catch {
            if case .cannotFollowLedger = error { try await invitations.forgiveAttempt(stored.number) }
            throw error
        }
        try await invitations.claim(stored.number, enrolment)
        return try await finish(stored.number)
    }

    /// Submits again what was interrupted. Whoever handed it in need not come back for it.
    ///
    /// - Throws: the first failure, after all have been tried. What failed is tried again with the next call.
    package func finishInterrupted() async throws(RegistrarError) {
        var failure: RegistrarError?
        for stored in try await invitations.pending() where submitting[stored.number] == nil {
            do throws(RegistrarError) { _ = try await finish(stored.number) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// Signs a request that the ledger's rules allow, as far as it has come. Nothing leaves this machine.
    private func examined(_ bytes: [UInt8], for role: Role) async throws(RegistrarError) -> SignedEnrolment {
        let request = try EnrolmentRequest(serialized: bytes)
        try request.demand(role, of: member)
        let enrolment = try SignedEnrolment(request, by: signer)
        do { try await replica.catchUp() } catch { throw .cannotFollowLedger("\(error)") }
        let now = clock.now()
        try await replica.read(
            { (state) throws(RegistrarError) in
                let next = state.lastSequencedAt.map { $0.adding(microseconds: 1) } ?? now
                do throws(ContractViolation) { try state.check(enrolment.signed, sequencedAt: max(now, next)) } catch {
                    if error.code == .stateUnavailable { throw .cannotFollowLedger("\(error)") }
                    throw .refused(error)
                }
            }, orThrow: { .cannotFollowLedger("\($0)") })
        return enrolment
    }

    /// The receipt of the enrolment that an invitation is bound to, which is submitted for it where it is not here.
    ///
    /// A revocation that began before this is seen here; one that begins later sees that this is under way.
    private func finish(_ number: UInt64) async throws(RegistrarError) -> Receipt {
        submitting[number, default: 0] += 1
        defer { submitting[number] = submitting[number].flatMap { $0 > 1 ? $0 - 1 : nil } }
        let stored = try await invitations.newest(number)
        guard let claim = stored.claim else { throw .unknownInvitation(number) }
        if let receipt = claim.receipt { return receipt }
        guard stored.revoked == nil else { throw .revoked }
        let signed = try Self.transaction(of: claim)
        let receipt: Receipt
        do { receipt = try await ledger.submit(signed.serialized) } catch { throw .ledger(error) }
        return try await settle(number, signed, receipt)
    }

    private func settle(
        _ number: UInt64, _ signed: SignedTransaction, _ receipt: Receipt
    ) async throws(RegistrarError) -> Receipt {
        do { try trust.verify(receipt, of: signed.transaction) } catch { throw .badReceipt("\(error)") }
        let settled = try await invitations.settle(number, receipt, at: clock.now())
        logger.info("enrolled", metadata: ["invitation": "\(number)"])
        return settled.claim?.receipt ?? receipt
    }

    private static func transaction(of claim: StoredInvitation.Claim) throws(RegistrarError) -> SignedTransaction {
        do { return try SignedTransaction(serialized: claim.signedTransaction) } catch { throw .storage("\(error)") }
    }

    private func digests(of code: InvitationCode) throws(RegistrarError) -> InvitationDigests {
        do { return try InvitationDigests(of: code, at: member) } catch { throw .malformed("\(error)") }
    }
}
