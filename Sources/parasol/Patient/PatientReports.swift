import ParasolClient
import SharingContracts

/// Somebody who was asked and did not do it, and why.
struct RefusalRow: Encodable, Sendable {
    let holder, reason: String

    init(_ refusal: ClientError.ProxyRefusal) {
        holder = "\(refusal.proxy)"
        reason = refusal.reason
    }

    var line: String { "  not yet \(holder): \(reason)" }
}

struct FolderReport: PeopleReport {
    let folder, name, keyService: String

    var lines: [String] {
        [
            "Opened folder \(folder), \"\(name)\" to you alone",
            "  next: tell the hospital the folder's identifier, so that it can deposit there",
        ]
    }
}

/// The folders of a profile. Nobody is asked for it.
struct FoldersReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let folder, name, createdAt: String
        /// When its keys were destroyed.
        let erasedAt: String?
    }

    let folders: [Row]

    init(_ profile: Profile) {
        folders = profile.folders.map { folder in
            var erased: String?
            if case .erased(let time) = folder.state { erased = "\(time)" }
            return Row(folder: "\(folder.id)", name: folder.name, createdAt: "\(folder.createdAt)", erasedAt: erased)
        }
    }

    var lines: [String] {
        TextTable(
            titles: ["FOLDER", "STATE", "NAME"],
            rows: folders.map { [$0.folder, $0.erasedAt.map { "erased \($0)" } ?? "open", $0.name] },
            empty: "No folder yet; parasol patient open-folder NAME opens one."
        ).lines
    }
}

struct RecordsReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let record, kind, deposited, depositor: String
        /// The sealed record has at most 2^sizeClass bytes.
        let sizeClass: UInt32
        let openings: Int
        let label: String?

        init(_ record: Record, label: String?, openings: Int) {
            self.record = "\(record.id)"
            kind = record.deposit.kind.rawValue
            deposited = "\(record.deposited.time)"
            depositor = "\(record.depositor)"
            sizeClass = record.deposit.sizeClass
            self.openings = openings
            self.label = label
        }

        fileprivate var cells: [String] {
            [record, kind, String(deposited.prefix(19)) + "Z", "\(openings)", label ?? ""]
        }
    }

    let records: [Row]

    var lines: [String] {
        TextTable(
            titles: ["RECORD", "KIND", "DEPOSITED", "OPENED", "LABEL"], rows: records.map(\.cells),
            empty: "No record yet."
        ).lines
    }
}

struct GrantsReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let consent, doctor: String
        /// The organisation that vouches for the doctor.
        let organisation: String?
        let status, purpose, notBefore, notAfter, scope: String
        let opens, maximumOpens: UInt32
        let threshold, proxies: Int
        let keysIssued: Bool
        let undelivered, destroyed: Int

        init(
            _ consent: Consent, status: ConsentStatus?, grantee: Identity?, in state: WorldState, undelivered: Int
        ) {
            let terms = consent.terms
            self.consent = "\(consent.id)"
            doctor = "\(terms.grantee)"
            organisation = grantee.flatMap { state.member($0.member)?.name }
            self.status = status?.rawValue ?? "unknown"
            purpose = "\(terms.purpose)"
            notBefore = "\(terms.notBefore)"
            notAfter = "\(terms.notAfter)"
            scope =
                switch terms.scope {
                case .wholeFolder: "whole folder"
                case .records(let records): AuditOutput.count(records.count, "record")
                }
            opens = consent.usedOpens
            maximumOpens = terms.maximumOpens
            threshold = terms.threshold
            proxies = terms.proxies.count
            keysIssued = consent.keys != nil
            self.undelivered = undelivered
            destroyed = consent.destructions.count
        }

        fileprivate var cells: [String] {
            [
                consent,
                status + (keysIssued ? "" : ", no keys yet") + (undelivered > 0 ? ", \(undelivered) to deliver" : ""),
                "\(opens)/\(maximumOpens)", String(notAfter.prefix(16)) + "Z", "\(threshold) of \(proxies)", scope,
                doctor + (organisation.map { ", \($0)" } ?? ""),
            ]
        }
    }

    let grants: [Row]

    var lines: [String] {
        TextTable(
            titles: ["CONSENT", "STATUS", "OPENS", "UNTIL", "PROXIES", "SCOPE", "DOCTOR"], rows: grants.map(\.cells),
            empty: "Nobody is granted anything."
        ).lines
    }
}

struct GrantReport: PeopleReport {
    let consent, doctor, until, scope, purpose: String
    let opens: UInt32
    /// The proposal that it answers.
    let proposal: String?
    let threshold: Int
    let proxies: [String]
    let undelivered: [RefusalRow]

    var isUnfinished: Bool { !undelivered.isEmpty }

    var lines: [String] {
        var lines = [
            "Granted doctor \(doctor) until \(until), through \(threshold) of \(proxies.count) proxies",
            "  \(scope), \(purpose), \(AuditOutput.count(Int(opens), "open"))",
            "  consent \(consent)\(proposal.map { ", answering proposal \($0)" } ?? "")",
        ]
        lines += undelivered.map(\.line)
        if isUnfinished { lines.append("  next: parasol patient resume, once they can be reached") }
        return lines
    }
}

/// What came of a revocation or an erasure.
struct EndingReport: PeopleReport {
    let what, id, ending: String
    /// Those who have not said yet that they destroyed what they held.
    let silent: [RefusalRow]

    init(_ what: String, _ id: String, _ ending: String, silent: [ClientError.ProxyRefusal]) {
        self.what = what
        self.id = id
        self.ending = ending
        self.silent = silent.map(RefusalRow.init)
    }

    var isUnfinished: Bool { !silent.isEmpty }

    var lines: [String] {
        var lines = ["The \(what) \(id) is \(ending), from the checkpoint that says so"]
        if silent.isEmpty {
            lines.append("  everybody who held something of it says that it is destroyed")
        } else {
            lines += silent.map(\.line)
            lines.append("  they destroy it when they next follow the ledger; the same command asks again")
        }
        return lines
    }
}

struct AccessesReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let request, requested, requester: String
        /// Who it is: `you`, or a doctor of which organisation.
        let who: String
        let record, purpose: String
        let transforms: Int
        let opened, exported: String?

        /// - Parameter record: One of the request's.
        init(_ access: AccessRequest, to record: RecordID, in state: WorldState) {
            request = "\(access.id)"
            requested = "\(access.requested.time)"
            requester = "\(access.requester)"
            let identity = state.identity(IdentityID(access.requester))
            who =
                access.requester == access.folder.signer
                ? "you"
                : "\(identity?.role.rawValue ?? "somebody") \(access.requester)"
                    + (identity.flatMap { state.member($0.member)?.name }.map { ", \($0)" } ?? "")
            self.record = "\(record)"
            purpose = "\(access.purpose)"
            transforms = access.transforms.count
            opened = access.opened.map { "\($0.time)" }
            exported = access.exported.map { "\($0.time)" }
        }

        fileprivate var cells: [String] {
            let outcome =
                exported != nil
                ? "opened, exported" : opened != nil ? "opened" : transforms > 0 ? "\(transforms) answers" : "asked"
            return [String(requested.prefix(19)) + "Z", outcome, purpose, record, who]
        }
    }

    /// One for each record that was asked for: of a request for several, as many.
    let accesses: [Row]
    let reading: ReadingTrust

    var lines: [String] {
        TextTable(
            titles: ["WHEN", "WHAT", "PURPOSE", "RECORD", "WHO"], rows: accesses.map(\.cells),
            empty: "Nobody asked."
        ).lines + reading.lines
    }
}

struct LabelReport: PeopleReport {
    let record, label: String
    var lines: [String] { ["Record \(record) is \"\(label)\" to you alone"] }
}

/// What came of going on with one folder.
struct ResumeRow: Encodable, Sendable {
    let folder: String
    /// Consents whose keys were issued now, and those all of whose proxies have their fragments now.
    var issued, delivered: [String]
    var undelivered: [RefusalRow]
    var failures: [String]
}

struct ResumeReport: PeopleReport {
    let folders: [ResumeRow]
    /// Transactions whose receipts are still missing.
    let pending: Int

    var isUnfinished: Bool { pending > 0 || folders.contains { !$0.undelivered.isEmpty || !$0.failures.isEmpty } }

    var lines: [String] {
        var lines: [String] = []
        for row in folders {
            lines += row.issued.map { "Issued the keys of consent \($0)" }
            lines += row.delivered.map { "Delivered all fragments of consent \($0)" }
            lines += row.undelivered.map(\.line) + row.failures.map { "  failed: \($0)" }
        }
        if pending > 0 { lines.append("\(AuditOutput.count(pending, "transaction")) without a receipt yet") }
        return lines.isEmpty ? ["Nothing waits."] : lines
    }
}
