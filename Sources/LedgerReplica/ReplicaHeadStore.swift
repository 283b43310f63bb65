/// Where a replica keeps the newest final checkpoint it has seen, so that not even a restart lets a ledger go back.
package protocol ReplicaHeadStore: Sendable {
    /// The signed note kept last; nil where there is none.
    func loadHead() async throws -> [UInt8]?
    /// Keeps a signed note: durably before this returns, or before anything is durable that was decided by it.
    func saveHead(_ note: [UInt8]) async throws
}

/// For a party that lives shorter than its interest in the ledger, such as an audit: nothing is kept.
package struct NoHeadStore: ReplicaHeadStore {
    package init() {}
    package func loadHead() async throws -> [UInt8]? { nil }
    package func saveHead(_ note: [UInt8]) async throws {}
}
