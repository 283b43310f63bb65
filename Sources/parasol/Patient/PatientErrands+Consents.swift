import ParasolClient
import ServiceProtocols
import SharingContracts

/// What a patient asks for in a grant, as far as it was said.
struct GrantWish: Sendable {
    var grantee: IdentityID
    /// Empty for the whole folder, also what is deposited later.
    var records: [ShortIdentifier] = []
    var purpose = Purpose.treatment
    /// nil for now.
    var from: Moment?
    var until: Moment
    var opens: UInt32
    /// nil for more than half of the proxies.
    var threshold: Int?
    /// Empty for all of the network that the ledger knows.
    var proxies: [IdentityID] = []
    /// What is granted where no records are named.
    var scope = ConsentScope.wholeFolder
    /// The proposal that it answers.
    var proposal: TransactionID?
}

extension PatientErrands {
    /// The folder's consents: in force first, then those that are over.
    func grants(in folder: FolderID) async throws -> GrantsReport {
        let deliveries = await patient.profile.profile.deliveries
        let now = session.clock.now()
        return try await session.read { (state) throws(ClientError) in
            GrantsReport(
                grants: state.consents(in: folder).compactMap { state.consent($0) }.map { consent in
                    GrantsReport.Row(
                        consent, status: state.status(of: consent.id, at: now),
                        grantee: state.identity(consent.terms.grantee), in: state,
                        undelivered: deliveries.count { $0.consent == consent.id })
                })
        }
    }

    /// Grants a doctor, whom the ledger must know as an active one.
    func grant(_ wish: GrantWish, of folder: FolderID) async throws -> GrantReport {
        let now = session.clock.now()
        let (notBefore, notAfter) = (wish.from?.time(now: now) ?? now, wish.until.time(now: now))
        let offered = wish.proxies.isEmpty ? network.proxies.map(\.identity) : wish.proxies
        let (records, proxies) = try await session.read { (state) throws(ClientError) in
            (state.records(in: folder), try Self.proxies(offered, for: wish, in: state))
        }
        let threshold = wish.threshold ?? proxies.count / 2 + 1
        guard (1...max(1, proxies.count)).contains(threshold), !proxies.isEmpty else {
            throw PeopleError.noService(what: "\(threshold) of \(proxies.count) proxies cannot transform")
        }
        var scope = wish.scope
        if !wish.records.isEmpty { scope = .records(try wish.records.resolved(among: records)) }
        let grant = try await patient.grant(
            GrantTerms(
                folder: folder, grantee: wish.grantee, scope: scope, purpose: wish.purpose, notBefore: notBefore,
                notAfter: notAfter, maximumOpens: wish.opens, threshold: threshold, proxies: proxies,
                proposal: wish.proposal))
        return GrantReport(
            consent: "\(grant.consent)", doctor: "\(wish.grantee)", until: "\(notAfter)", scope: scope.summary,
            purpose: "\(wish.purpose)", opens: wish.opens, proposal: wish.proposal.map { "\($0)" },
            threshold: threshold,
            proxies: proxies.map { "\($0)" }, undelivered: grant.undelivered.map(RefusalRow.init))
    }

    /// The proxies that a consent can name; the doctor is looked up beforehand, because of a mistyped one nobody else would say so.
    private static func proxies(
        _ offered: [IdentityID], for wish: GrantWish, in state: WorldState
    ) throws(ClientError) -> [IdentityID] {
        guard let doctor = state.identity(wish.grantee), doctor.role == .doctor, doctor.isActive else {
            throw .unknown("\(wish.grantee) as an active doctor of this ledger")
        }
        let known = offered.filter { state.identity($0).map { $0.role == .proxy && $0.isActive } ?? false }
        guard wish.proxies.isEmpty || known.count == offered.count else {
            let missing = offered.filter { !known.contains($0) }
            throw .unknown("\(missing.map { "\($0)" }.joined(separator: ", ")) as active proxies of this ledger")
        }
        return wish.proxies.isEmpty ? independent(known, in: state) : known
    }

    /// Of each member's proxies the first, where the rules in force want each proxy to be of another member (consent 2).
    static func independent(_ proxies: [IdentityID], in state: WorldState) -> [IdentityID] {
        guard let inForce = state.contractsInForce, inForce[.consent] >= 2 else { return proxies }
        var members: Set<MemberID> = []
        return proxies.filter { state.identity($0).map { members.insert($0.member).inserted } ?? false }
    }

    /// Takes a consent back, once that is confirmed.
    func revoke(_ consent: ConsentID, asking: any Asking) async throws -> EndingReport {
        try asking.demand("Revoke consent \(consent)?")
        return EndingReport("consent", "\(consent)", "revoked", silent: try await patient.revoke(consent))
    }

    /// Goes on with what was interrupted in a folder: transactions whose receipts never came, keys not issued, fragments not
    /// delivered.
    func resume(_ folder: FolderID) async throws -> ResumeRow {
        try await patient.submitPending()
        let now = session.clock.now()
        let consents = try await session.read { (state) throws(ClientError) in
            guard state.folder(folder) != nil else {
                throw .unknown("folder \(folder) on the ledger: it was never opened")
            }
            return state.consents(in: folder).compactMap { state.consent($0) }.filter { consent in
                let ended: Set<ConsentStatus> = [.erased, .revoked, .granteeRetired, .expired]
                return state.status(of: consent.id, at: now).map { !ended.contains($0) } ?? false
            }.map { (id: $0.id, isIssued: $0.keys != nil) }
        }
        let waiting = Set(await patient.profile.profile.deliveries.map(\.consent))
        var row = ResumeRow(folder: "\(folder)", issued: [], delivered: [], undelivered: [], failures: [])
        for consent in consents where !consent.isIssued || waiting.contains(consent.id) {
            do {
                let grant = try await patient.issueKeys(for: consent.id)
                if !consent.isIssued { row.issued.append("\(consent.id)") }
                if grant.undelivered.isEmpty { row.delivered.append("\(consent.id)") }
                row.undelivered += grant.undelivered.map(RefusalRow.init)
            } catch {
                // One consent that cannot go on keeps no other back.
                row.failures.append("consent \(consent.id): \(error)")
            }
        }
        return row
    }
}
