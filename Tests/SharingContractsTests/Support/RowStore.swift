import ServiceProtocols
import SharingContracts
import Synchronization

/// A store in memory, as a state reads one, with rows that can be made unreadable.
final class RowStore: StateReading {
    enum Failure: Error { case unreadable }

    private struct Content {
        var rows: [StateKey: [UInt8]] = [:]
        var unreadable: StateKey?
        var reads: [StateKey] = []
    }

    private let content = Mutex(Content())

    init(_ rows: [StateRow] = []) { write(rows) }

    func write(_ rows: [StateRow]) {
        content.withLock { content in
            for row in rows { content.rows[row.key] = row.value }
        }
    }

    /// Makes reading one row fail.
    func lose(_ key: StateKey) { content.withLock { $0.unreadable = key } }

    /// The single rows that were asked for, there or not.
    var reads: [StateKey] { content.withLock { $0.reads } }

    var rows: [StateRow] {
        content.withLock { content in
            content.rows.map { StateRow(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
        }
    }

    func value(of key: StateKey) throws -> [UInt8]? {
        try content.withLock { content in
            content.reads.append(key)
            if content.unreadable == key { throw Failure.unreadable }
            return content.rows[key]
        }
    }

    func forEachRow(in table: StateTag, _ body: (StateRow) throws -> Void) throws {
        let lost = content.withLock { $0.unreadable }
        for row in rows where row.key.tag == table {
            if row.key == lost { throw Failure.unreadable }
            try body(row)
        }
    }
}

extension WorldState {
    init(origin: String, store: RowStore, knowing known: KnownContracts = .all) throws(ContractViolation) {
        try self.init(origin: origin, backing: store, memory: SharedStateMemory(), knowing: known)
    }

    var allRows: [StateRow] {
        get throws {
            var rows: [StateRow] = []
            try forEachRow { rows.append($0) }
            return rows
        }
    }
}
