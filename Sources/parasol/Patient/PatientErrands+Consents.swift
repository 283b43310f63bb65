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
        let proxies = try await proxies(offered, areNamed: !wish.proxies.isEmpty)
        let threshold = wish.threshold ?? proxies.count / 2 + 1
        guard (1...max(1, proxies.count)).contains(threshold), !proxies.isEmpty else {
            throw PeopleError.noService(what: "\(threshold) of \(proxies.count) proxies cannot transform")
        }
        var scope = wish.scope
        if !wish.records.isEmpty { scope = .records(try await chosen(wish.records, in: folder)) }
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

    /// The records that are meant. Whether those with all their digits are the folder's, the ledger says; for first digits it has to be read.
    private func chosen(_ records: [ShortIdentifier], in folder: FolderID) async throws -> [RecordID] {
        let whole = records.compactMap { try? RecordID(hexadecimal: $0.digits) }
        if whole.count == records.count { return Set(whole).sorted() }
        let known = try await session.read { (state) throws(ClientError) in state.records(in: folder) }
        return Set(try records.map { try $0.resolve("record of this folder", among: known) }).sorted()
    }

    /// The proxies that a consent can name: those that act. One that was asked for by name must.
    private func proxies(_ offered: [IdentityID], areNamed: Bool) async throws(ClientError) -> [IdentityID] {
        var known: [IdentityEnrolled] = []
        for proxy in offered {
            do throws(ClientError) { known.append(try await session.activeIdentity(proxy, as: .proxy)) } catch {
                guard !areNamed else { throw error }
                switch error {
                case .directory(.unknown), .directory(.ended), .directory(.otherStanding): continue
                default: throw error
                }
            }
        }
        let independent = Self.independent(known.map { ($0.identity, $0.member) })
        guard !areNamed, independent.count < known.count else { return known.map(\.identity) }
        // Which rules are in force is in no directory and in no trail. What the stricter ones want, all of them take.
        if session.trail != nil { return independent }
        let demanded = try await session.read { (state) throws(ClientError) in
            (state.contractsInForce?[.consent] ?? 1) >= 2
        }
        return demanded ? independent : known.map(\.identity)
    }

    /// Of each member's proxies the first: what consent 2 wants.
    static func independent(_ proxies: [(identity: IdentityID, member: MemberID)]) -> [IdentityID] {
        var members: Set<MemberID> = []
        return proxies.filter { members.insert($0.member).inserted }.map(\.identity)
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
