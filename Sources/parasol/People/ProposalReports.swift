import ParasolClient
import SharingContracts

/// A proposal as both sides see it.
struct ProposalRow: Encodable, Sendable {
    let proposal, folder: String
    /// What the patient calls the folder.
    let folderName: String?
    let doctor: String
    /// The organisation that vouches for the doctor.
    let organisation: String?
    let status, purpose, scope: String
    /// Which records, where it is not the whole folder.
    let records: [String]
    let durationMilliseconds: UInt64
    let maximumOpens: UInt32
    let asked, answerableUntil: String
    /// The consent that answers it.
    let consent: String?

    init(_ proposal: Proposal, folderName: String? = nil, in state: WorldState, at now: Timestamp) {
        let question = proposal.asked
        self.proposal = "\(proposal.id)"
        folder = "\(question.folder)"
        self.folderName = folderName
        doctor = "\(question.proposer)"
        organisation = state.identity(question.proposer).flatMap { state.member($0.member)?.name }
        status = state.status(ofProposal: proposal.id, at: now)?.rawValue ?? "unknown"
        purpose = "\(question.purpose)"
        scope = question.scope.summary
        records =
            switch question.scope {
            case .wholeFolder: []
            case .records(let records): records.map { "\($0)" }
            }
        durationMilliseconds = question.durationMilliseconds
        maximumOpens = question.maximumOpens
        asked = "\(proposal.proposed.time)"
        answerableUntil = "\(proposal.answerableUntil)"
        consent = proposal.granted.map { "\($0.consent)" }
    }

    /// Which records are asked for, the first few of them and what the patient calls them; nil for the whole folder.
    func recordsText(labels: [String: String]) -> String? {
        guard !records.isEmpty else { return nil }
        let shown = records.prefix(Self.shownRecords).map { id in id + (labels[id].map { " \"\($0)\"" } ?? "") }
        let more = records.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more (--json has them)" : "")
    }

    private static let shownRecords = 4

    var isOpen: Bool { status == ProposalStatus.open.rawValue }

    /// What both sides' tables have: the same words for the same things.
    fileprivate var terms: [String] {
        [purpose, scope, TimeSpan.text(milliseconds: durationMilliseconds), "\(maximumOpens)"]
    }

    fileprivate static let terms = ["PURPOSE", "SCOPE", "FOR", "OPENS"]
    fileprivate var answerBy: String { String(answerableUntil.prefix(16)) + "Z" }
}

/// What doctors ask of a patient.
struct PatientProposalsReport: PeopleReport {
    let proposals: [ProposalRow]
    /// Answered, lapsed and moot ones that are not listed.
    let hidden: Int
    /// What the patient calls records, by identifier.
    let labels: [String: String]

    private enum CodingKeys: CodingKey { case proposals, hidden }

    var lines: [String] {
        var lines = TextTable(
            titles: ["PROPOSAL", "STATUS"] + ProposalRow.terms + ["ANSWER BY", "FOLDER", "DOCTOR"],
            rows: proposals.map { row in
                [row.proposal, row.status] + row.terms
                    + [
                        row.answerBy, row.folderName ?? row.folder,
                        row.doctor + (row.organisation.map { ", \($0)" } ?? ""),
                    ]
            }, empty: "Nobody waits for an answer."
        ).lines
        for row in proposals {
            if let records = row.recordsText(labels: labels) {
                lines.append("  \(row.proposal.prefix(8)) is for \(records)")
            }
        }
        if hidden > 0 { lines.append("  \(hidden) more, answered or over: --all") }
        if let first = proposals.first(where: \.isOpen) {
            lines += [
                "  next: parasol patient grant --proposal \(first.proposal.prefix(8)) grants it, with --until, --opens, --record … "
                    + "otherwise than asked",
                "        parasol patient decline \(first.proposal.prefix(8)) says no; so does waiting",
            ]
        }
        return lines
    }
}

/// What a doctor asked for.
struct DoctorProposalsReport: PeopleReport {
    let proposals: [ProposalRow]

    var lines: [String] {
        TextTable(
            titles: ["PROPOSAL", "STATUS"] + ProposalRow.terms + ["ANSWER BY", "CONSENT", "FOLDER"],
            rows: proposals.map { [$0.proposal, $0.status] + $0.terms + [$0.answerBy, $0.consent ?? "", $0.folder] },
            empty: "You asked for nothing yet; parasol doctor ask FOLDER does."
        ).lines
    }
}

/// What a doctor asked for now.
struct AskedReport: PeopleReport {
    let proposal: ProposalRow
    /// Whether the same was asked before, and nothing was asked now.
    let isEarlier: Bool

    var lines: [String] {
        let opens = proposal.maximumOpens == 1 ? "1 open" : "\(proposal.maximumOpens) opens"
        return [
            "\(isEarlier ? "Had asked already" : "Asked") folder \(proposal.folder) for \(proposal.scope), \(proposal.purpose), "
                + "\(opens) in \(TimeSpan.text(milliseconds: proposal.durationMilliseconds))",
            "  proposal \(proposal.proposal), which the patient can answer until \(proposal.answerableUntil)",
            "  next: the patient sees it with `parasol patient proposals`, and you the answer with `parasol doctor proposals`",
        ]
    }
}

/// What a patient said no to.
struct DeclinedReport: PeopleReport {
    let proposal: String

    var lines: [String] { ["Declined proposal \(proposal); the doctor sees that, and nothing else changed"] }
}
