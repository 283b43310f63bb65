import ParasolClient
import ServiceProtocols
import SharingContracts

/// What a patient grants otherwise than a doctor asked. What is nil or empty is granted as asked.
struct GrantEdits: Sendable {
    var records: [ShortIdentifier] = []
    /// All of the folder, where only records were asked for.
    var isWholeFolder = false
    var purpose: Purpose?
    var from: Moment?
    var until: Moment?
    var opens: UInt32?
    var threshold: Int?
    var proxies: [IdentityID] = []
}

extension PatientErrands {
    /// What doctors asked of a folder: what waits for an answer, or all.
    func proposals(to folder: FolderID, all: Bool) async throws -> PatientProposalsReport {
        let proposals = try await patient.proposals(to: folder)
        let profile = await patient.profile.profile
        let name = profile.folder(folder)?.name
        let labels = profile.labels
        let now = session.clock.now()
        return try await session.read { (state) throws(ClientError) in
            let rows = proposals.map { ProposalRow($0, folderName: name, in: state, at: now) }
            let shown = rows.filter { all || $0.isOpen }
            return PatientProposalsReport(proposals: shown, hidden: rows.count - shown.count, labels: labels)
        }
    }

    /// Grants what a doctor asked, or what the patient makes of it, once that is confirmed.
    ///
    /// - Throws: ``PeopleError/notOpen(_:_:of:)`` where it can be answered no more.
    func grant(answering proposal: TransactionID, _ edits: GrantEdits, asking: any Asking) async throws -> GrantReport {
        let now = session.clock.now()
        let (question, status, organisation) = try await session.read { (state) throws(ClientError) in
            guard let found = state.proposal(proposal), let status = state.status(ofProposal: proposal, at: now) else {
                throw .unknown("proposal \(proposal)")
            }
            let identity = state.identity(found.asked.proposer)
            return (found.asked, status, identity.flatMap { state.member($0.member)?.name } ?? "no member")
        }
        guard status == .open else { throw PeopleError.notOpen(proposal, status, of: question.proposer) }
        let start = edits.from?.time(now: now) ?? now
        let end = edits.until?.time(now: now) ?? start.adding(milliseconds: question.durationMilliseconds)
        let wish = GrantWish(
            grantee: question.proposer, records: edits.records, purpose: edits.purpose ?? question.purpose,
            from: edits.from, until: .at(end), opens: edits.opens ?? question.maximumOpens,
            threshold: edits.threshold, proxies: edits.proxies,
            scope: edits.isWholeFolder ? .wholeFolder : question.scope, proposal: proposal)
        // The terms are another's words: whoever signs them sees them first.
        var what = wish.scope.summary
        if case .records(let records) = wish.scope {
            what += records.count > 4 ? "" : " (\(records.map { "\($0)" }.joined(separator: ", ")))"
        }
        if !edits.records.isEmpty { what = AuditOutput.count(edits.records.count, "record") }
        try asking.demand(
            "Grant doctor \(wish.grantee) of \(organisation) \(what), \(wish.purpose), "
                + "\(AuditOutput.count(Int(wish.opens), "open")) until \(end.short)?")
        return try await grant(wish, of: question.folder)
    }

    /// Says no.
    func decline(_ proposal: TransactionID) async throws -> DeclinedReport {
        try await patient.decline(proposal)
        return DeclinedReport(proposal: "\(proposal)")
    }
}

extension OpenedProfile {
    /// What doctors asked of every open folder, each looked into on a connection of its own, or of one.
    func proposals(to folder: String?, all: Bool) async throws -> PatientProposalsReport {
        let folders =
            folder == nil
            ? await store.profile.folders.filter { !$0.isErased }.map(\.id) : [try await self.folder(folder)]
        var rows: [ProposalRow] = []
        var hidden = 0
        for folder in folders {
            let report = try await asPatient(folder) { try await $0.proposals(to: folder, all: all) }
            rows += report.proposals
            hidden += report.hidden
        }
        return PatientProposalsReport(proposals: rows, hidden: hidden, labels: await store.profile.labels)
    }
}

extension Profile {
    /// What the patient calls records, by identifier.
    fileprivate var labels: [String: String] {
        var labels: [String: String] = [:]
        for record in records { labels["\(record.id)"] = record.label }
        return labels
    }
}
