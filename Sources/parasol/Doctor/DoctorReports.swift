import ParasolClient
import SharingContracts

struct DoctorConsentsReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let consent, folder, status, purpose, notBefore, notAfter: String
        let opens, maximumOpens: UInt32
        let records: Int
        let wholeFolder, keysIssued: Bool
        let threshold, proxies: Int

        init(_ consent: Consent, in state: WorldState, at now: Timestamp) {
            let terms = consent.terms
            self.consent = "\(consent.id)"
            folder = "\(terms.folder)"
            status = state.status(of: consent.id, at: now)?.rawValue ?? "unknown"
            purpose = "\(terms.purpose)"
            notBefore = "\(terms.notBefore)"
            notAfter = "\(terms.notAfter)"
            opens = consent.usedOpens
            maximumOpens = terms.maximumOpens
            records = state.records(in: terms.folder).count { terms.scope.covers($0) }
            wholeFolder = terms.scope == .wholeFolder
            keysIssued = consent.keys != nil
            threshold = terms.threshold
            proxies = terms.proxies.count
        }

        fileprivate var cells: [String] {
            [
                consent, status + (keysIssued ? "" : ", no keys yet"), "\(opens)/\(maximumOpens)",
                String(notAfter.prefix(16)) + "Z", purpose, AuditOutput.count(records, "record"), folder,
            ]
        }
    }

    let consents: [Row]

    var lines: [String] {
        TextTable(
            titles: ["CONSENT", "STATUS", "OPENS", "UNTIL", "PURPOSE", "RECORDS", "FOLDER"],
            rows: consents.map(\.cells),
            empty: "Nobody has granted you anything."
        ).lines
    }
}

struct DoctorRecordsReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let recordID: RecordID
        let consentID: ConsentID
        let kind, deposited, status, folder: String

        init(_ record: Record, under consent: Consent, status: ConsentStatus?) {
            recordID = record.id
            consentID = consent.id
            kind = record.deposit.kind.rawValue
            deposited = "\(record.deposited.time)"
            self.status = status?.rawValue ?? "unknown"
            folder = "\(record.folder)"
        }

        private enum CodingKeys: String, CodingKey { case record, consent, kind, deposited, status, folder }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("\(recordID)", forKey: .record)
            try container.encode("\(consentID)", forKey: .consent)
            try container.encode(kind, forKey: .kind)
            try container.encode(deposited, forKey: .deposited)
            try container.encode(status, forKey: .status)
            try container.encode(folder, forKey: .folder)
        }

        fileprivate var cells: [String] {
            ["\(recordID)", kind, String(deposited.prefix(19)) + "Z", status, "\(consentID)"]
        }
    }

    let records: [Row]

    var lines: [String] {
        TextTable(
            titles: ["RECORD", "KIND", "DEPOSITED", "STATUS", "CONSENT"], rows: records.map(\.cells),
            empty: "No record is granted to you."
        ).lines
    }
}

struct DoctorRequestsReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let request, consent: String
        /// Where the request is for one.
        let record: String?
        let records: [String]

        init(_ request: Doctor.Request) {
            self.request = "\(request.id)"
            records = request.records.map { "\($0)" }
            record = records.count == 1 ? records[0] : nil
            consent = "\(request.consent)"
        }

        fileprivate var cells: [String] {
            [request, record ?? AuditOutput.count(records.count, "record"), consent]
        }
    }

    let requests: [Row]

    var lines: [String] {
        var lines = TextTable(
            titles: ["REQUEST", "RECORDS", "CONSENT"], rows: requests.map(\.cells),
            empty: "Nothing that you asked for waits to be opened."
        ).lines
        if let first = requests.first {
            let some = first.records.prefix(2).joined(separator: " ")
            lines.append("  next: parasol doctor fetch \(some) --consent \(first.consent) -o FOLDER goes on with one")
        }
        return lines
    }
}

struct FetchReport: PeopleReport {
    struct Liar: Encodable, Sendable {
        let proxy, reason: String
    }

    let record, consent, request: String
    /// Whether it went on with a request of an earlier run.
    let isEarlierRequest: Bool
    let header: String
    let leads: Int
    let seconds: Double
    let used: [String]
    let liars: [Liar]
    let disputed: Bool
    let refusals: [RefusalRow]

    var lines: [String] {
        var lines = [
            "Opened record \(record): \(AuditOutput.count(leads, "lead")), \(seconds) s",
            "  request \(request)\(isEarlierRequest ? ", of an earlier run" : ""), opened and exported on the ledger",
            "  through \(used.joined(separator: ", "))",
        ]
        lines += refusals.map { "  did not answer: \($0.holder): \($0.reason)" }
        lines += liars.map { "  ANSWERED WRONGLY: \($0.proxy): \($0.reason)" }
        if !liars.isEmpty {
            lines.append(disputed ? "  and is on record for it" : "  --dispute puts that on record")
        }
        return lines + ["  wrote \(header)", "  next: parasol doctor plot \(header) -o ecg.svg"]
    }
}
