import Electrocardiogram
import ParasolClient
import SharingContracts

/// What came of several records.
struct SeveralRecordsReport: PeopleReport {
    enum RowOutcome: String, Encodable, Sendable {
        case opened
        /// Written by an earlier run.
        case present
        case failed
    }

    struct Row: Encodable, Sendable {
        let record: String
        /// nil for a patient's own.
        let consent: String?
        var outcome: RowOutcome
        /// Why it is not there.
        var failure: String?
        var request, header: String?
        /// Whether the request is one of an earlier run.
        var isEarlierRequest: Bool?
        var leads: Int?
        var seconds: Double?
        var used: [String]?
        var liars: [FetchReport.Liar]?
        var refusals: [RefusalRow]?

        init(_ record: RecordID, _ consent: ConsentID?, _ outcome: RowOutcome) {
            self.record = "\(record)"
            self.consent = consent.map { "\($0)" }
            self.outcome = outcome
        }

        mutating func describe(_ opening: Doctor.Opening, _ isEarlier: Bool) {
            describe(opening.files, opening.request)
            isEarlierRequest = isEarlier
            used = opening.used.map { "\($0)" }
            liars = opening.liars.map { FetchReport.Liar(proxy: "\($0.proxy)", reason: $0.reason) }
            refusals = opening.refusals.map(RefusalRow.init)
        }

        mutating func describe(_ files: WFDBFiles, _ request: TransactionID) {
            self.request = "\(request)"
            leads = files.recording.leads.count
            seconds = files.recording.duration
        }

        fileprivate var cells: [String] { [record, outcome.rawValue, header ?? failure ?? ""] }
    }

    let records: [Row]
    /// Whether the liars are on record for it.
    var disputed = false
    /// What to say where there is no record.
    let empty: String

    private enum CodingKeys: CodingKey { case records, disputed }

    private var failed: Int { records.count { $0.outcome == .failed } }
    var isUnfinished: Bool { failed > 0 }

    var lines: [String] {
        var lines = TextTable(
            titles: ["RECORD", "OUTCOME", "WHERE"], rows: records.map(\.cells), empty: empty
        ).lines
        let opened = records.count { $0.outcome == .opened }
        let requests = Set(records.compactMap(\.request)).count
        lines.append(
            "Opened \(AuditOutput.count(opened, "record")) in \(AuditOutput.count(requests, "request")), opened and exported on "
                + "the ledger" + (failed == 0 ? "" : "; \(failed) not: the same command goes on with them"))
        lines += once(records.flatMap { $0.refusals ?? [] }.map { "  did not answer: \($0.holder): \($0.reason)" })
        let liars = once(records.flatMap { $0.liars ?? [] }.map { "  ANSWERED WRONGLY: \($0.proxy): \($0.reason)" })
        lines += liars
        if !liars.isEmpty {
            lines.append(disputed ? "  and is on record for it" : "  --dispute puts that on record")
        }
        return lines
    }

    /// Each line once, in their order: of one request, all records have the same to say of a proxy.
    private func once(_ lines: [String]) -> [String] {
        var seen: Set<String> = []
        return lines.filter { seen.insert($0).inserted }
    }
}
