/// One step of the demonstration: what was done or tried, and whether it held.
struct DemoStep: Encodable {
    /// A short, stable name for programs.
    let name: String
    /// One plain line for people.
    let summary: String
    /// The properties, such as `P3`, that the step tries to break or relies on.
    let properties: [String]
    /// What came of it.
    let detail: String
    let milliseconds: Double
    let held: Bool
}

/// All that `parasol demo --json` prints.
struct DemoReport: Encodable {
    let held: Bool
    let milliseconds: Double
    let proxies: Int
    let threshold: Int
    let steps: [DemoStep]
    /// Files that stay, by what they are, where `--keep` was given.
    let files: [String: String]
}
