import ParasolClient

/// One step of the demonstration: what was done or tried, and whether it held.
struct DemoStep: Encodable {
    /// A short, stable name for programs.
    let name: String
    /// One plain line for people.
    let summary: String
    /// The properties, such as `P3`, that the step attacks. Steps that only do something have none.
    let attacks: [String]
    /// What came of it.
    let detail: String
    let milliseconds: Double
    let held: Bool
}

/// One leaf of the ledger, as the audit read it.
struct DemoTrailLine: Encodable {
    let index: UInt64
    let time: String
    let transaction: String
    /// The kind of transaction, such as `ConsentGranted`.
    let kind: String
    let signers: [String]
    let detail: String

    init(_ line: AuditLine) {
        index = line.index
        time = "\(line.time)"
        transaction = "\(line.transaction)"
        kind = line.kind
        signers = line.signers.map { "\($0)" }
        detail = line.detail
    }
}

/// All that `parasol demo --json` prints, whatever happens.
struct DemoReport: Encodable {
    /// That every step was done and held.
    let held: Bool
    /// What ended the demonstration early, in a step or between two; absent where nothing did.
    let failure: String?
    let milliseconds: Double
    let proxies: Int
    let threshold: Int
    let steps: [DemoStep]
    /// Every leaf of the ledger, once it was audited.
    let trail: [DemoTrailLine]
    /// Files that stay, by what they are, where `--keep` was given.
    let files: [String: String]
}
