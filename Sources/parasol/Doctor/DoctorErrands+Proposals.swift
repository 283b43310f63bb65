import ParasolClient
import ServiceProtocols
import SharingContracts

/// What a doctor asks a patient for.
struct AskWish: Sendable {
    var folder: FolderID
    /// Empty for the whole folder, also what is deposited later.
    var records: [ShortIdentifier] = []
    var purpose = Purpose.treatment
    var duration: TimeSpan
    var opens: UInt32
    var answerWithin: TimeSpan
}

extension DoctorErrands {
    /// Asks, unless the same is asked already and waits for its answer.
    func ask(_ wish: AskWish) async throws -> AskedReport {
        let folder = wish.folder
        try await demandOpen(folder)
        var scope = ConsentScope.wholeFolder
        if !wish.records.isEmpty { scope = .records(try await chosen(wish.records, in: folder)) }
        let asked = try await doctor.propose(
            AccessProposed(
                proposer: doctor.identity, folder: folder, scope: scope, purpose: wish.purpose,
                durationMilliseconds: wish.duration.milliseconds, maximumOpens: wish.opens,
                answerableMilliseconds: wish.answerWithin.milliseconds))
        let now = session.clock.now()
        let row = try await session.read { (state) throws(ClientError) in
            ProposalRow(asked.proposal, in: state, at: now)
        }
        return AskedReport(proposal: row, isEarlier: asked.isEarlier)
    }

    private func demandOpen(_ folder: FolderID) async throws(ClientError) {
        do throws(ClientError) { _ = try await session.openFolder(folder) } catch {
            switch error {
            case .directory(.unknown), .directory(.ended), .directory(.otherStanding):
                throw .unknown("\(folder) as an open folder of this ledger")
            default: throw error
            }
        }
    }

    /// The records that are meant. Without a consent a doctor may not be able to read which there are: the ledger says whether those with
    /// all their digits are the folder's.
    private func chosen(_ records: [ShortIdentifier], in folder: FolderID) async throws -> [RecordID] {
        let whole = records.compactMap { try? RecordID(hexadecimal: $0.digits) }
        if whole.count == records.count { return Set(whole).sorted() }
        let known = try await session.read { (state) throws(ClientError) in state.records(in: folder) }
        return try records.resolved(among: known)
    }

    /// What this doctor asked for, in the order that the ledger has.
    func proposals() async throws -> DoctorProposalsReport {
        let proposals = try await doctor.proposals()
        let now = session.clock.now()
        return try await session.read { (state) throws(ClientError) in
            DoctorProposalsReport(proposals: proposals.map { ProposalRow($0, in: state, at: now) })
        }
    }
}

extension [ShortIdentifier] {
    /// The records of a folder that are meant, each once, ascending.
    ///
    /// - Throws: ``PeopleError/unknown(what:text:)``, ``PeopleError/ambiguous(what:text:matches:)``.
    func resolved(among records: [RecordID]) throws(PeopleError) -> [RecordID] {
        var chosen: Set<RecordID> = []
        for short in self { chosen.insert(try short.resolve("record of this folder", among: records)) }
        return chosen.sorted()
    }
}
