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
        let records = try await session.read { (state) throws(ClientError) in
            guard let found = state.folder(folder), !found.isErased else {
                throw .unknown("\(folder) as an open folder of this ledger")
            }
            return state.records(in: folder)
        }
        var scope = ConsentScope.wholeFolder
        if !wish.records.isEmpty {
            scope = .records(try wish.records.resolved(among: records))
        }
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
