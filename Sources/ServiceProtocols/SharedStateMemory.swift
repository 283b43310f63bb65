package import SharingContracts
internal import Synchronization

/// The memory of a world state over a store: rows that were read lately, parsed, so that one that several rules ask for
/// is fetched once; and the first failure.
///
/// Bounded, whatever the ledger's size.
package final class SharedStateMemory: StateMemory {
    private struct Content {
        var failure: ContractViolation?
        var recent: [StateKey: any Sendable] = [:]
        var older: [StateKey: any Sendable] = [:]
        /// What was fetched before a settlement may be old after it.
        var settlements: UInt64 = 0
    }

    private let content = Mutex(Content())
    private let generationRows: Int

    /// - Parameter rows: How many rows are remembered, about: from half of it to all of it.
    package init(rows: Int = 8192) {
        generationRows = max(1, rows / 2)
    }

    package var failure: ContractViolation? { content.withLock { $0.failure } }

    package func note(_ failure: ContractViolation) {
        content.withLock { content in
            if content.failure == nil { content.failure = failure }
        }
    }

    package func row(at key: StateKey, orFetch fetch: () -> (any Sendable)?) -> (any Sendable)? {
        let (known, settlements) = content.withLock { content -> ((any Sendable)?, UInt64) in
            if let row = content.recent[key] { return (row, content.settlements) }
            return (content.older[key], content.settlements)
        }
        if let known { return known is Absent ? nil : known }
        // Not under the lock: a store may take its time.
        let fetched = fetch()
        content.withLock { content in
            // That there is no row is remembered as well: rules mostly ask whether something is new.
            if content.settlements == settlements { insert(fetched ?? Absent(), at: key, into: &content) }
        }
        return fetched
    }

    private struct Absent: Sendable {}

    package func settle(_ rows: [StateKey: any Sendable]) {
        content.withLock { content in
            content.settlements &+= 1
            for (key, row) in rows {
                content.older[key] = nil
                insert(row, at: key, into: &content)
            }
        }
    }

    private func insert(_ row: any Sendable, at key: StateKey, into content: inout Content) {
        if content.recent.count >= generationRows {
            content.older = content.recent
            content.recent = [:]
        }
        content.recent[key] = row
    }
}
