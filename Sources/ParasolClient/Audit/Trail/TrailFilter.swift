package import SharingContracts

/// Which leaves of a trail are wanted: those that meet all of what is asked.
package struct TrailFilter: Hashable, Sendable {
    package var folder: FolderID?
    package var consent: ConsentID?
    package var record: RecordID?
    package var doctor: IdentityID?
    package var proxy: IdentityID?
    /// The first moment.
    package var since: Timestamp?
    /// The first moment that is too late.
    package var until: Timestamp?
    /// Kinds of transactions, such as `ConsentGranted`; none for all.
    package var kinds: Set<String> = []

    package init() {}

    /// Every kind that there is.
    package static let allKinds = [
        "LedgerFounded", "IdentityEnrolled", "IdentityRetired", "FolderOpened", "RecordDeposited", "ConsentGranted",
        "KeysIssued", "AccessRequested", "Transformed", "RecordOpened", "RecordExported", "ConsentRevoked",
        "FragmentsDestroyed", "FolderErased", "FragmentDisputed", "ContractActivated", "AccessProposed",
        "ProposalDeclined",
    ]

    func admits(_ entry: LedgerEntry, _ subjects: LeafSubjects) -> Bool {
        func meets<Value: Equatable>(_ wanted: Value?, _ actual: Value?) -> Bool { wanted == nil || wanted == actual }
        return meets(folder, subjects.folder) && meets(consent, subjects.consent)
            && (record.map { subjects.records.contains($0) } ?? true)
            && meets(doctor, subjects.doctor) && (proxy.map { subjects.holders.contains($0) } ?? true)
            && (since.map { entry.sequencedAt >= $0 } ?? true) && (until.map { entry.sequencedAt < $0 } ?? true)
            && (kinds.isEmpty || kinds.contains(entry.transaction.body.name))
    }

    /// What is asked, in words, one by one; empty for everything.
    package var descriptions: [(name: String, value: String)] {
        var list: [(String, String)] = []
        func add(_ name: String, _ value: (some CustomStringConvertible)?) {
            if let value { list.append((name, "\(value)")) }
        }
        add("folder", folder)
        add("consent", consent)
        add("record", record)
        add("doctor", doctor)
        add("proxy", proxy)
        add("since", since)
        add("until", until)
        if !kinds.isEmpty { list.append(("kind", kinds.sorted().joined(separator: " "))) }
        return list
    }
}
