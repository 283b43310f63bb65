internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// A ledger node's database, in the ledger's terms.
struct LedgerStore: Sendable {
    /// Bounds of one answer to ``entries(from:to:)``.
    static let maximumEntriesPerRead: UInt64 = 1_024
    static let maximumBytesPerRead = 4 << 20

    let store: Store

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws(LedgerError) -> Result {
        do { return try await store.read(body) } catch { throw LedgerStore.translated(error) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws(LedgerError) -> Result {
        do { return try await store.write(body) } catch { throw LedgerStore.translated(error) }
    }

    private static func translated(_ error: any Error) -> LedgerError {
        error as? LedgerError ?? .storage("\(error)")
    }

    /// The committed leaves `start ..< end`, or as many of them as one answer holds.
    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let end = min(end, start + LedgerStore.maximumEntriesPerRead)
        return try await read { transaction in
            var leaves: [[UInt8]] = []
            var bytes = 0
            var isFull = false
            try transaction.forEachRow(
                "SELECT leaf FROM entry WHERE position >= ? AND position < ? ORDER BY position",
                [try .unsigned(start), try .unsigned(end)]
            ) { row throws(PersistenceError) in
                let leaf = try row.bytes("leaf")
                bytes += leaf.count
                isFull = isFull || (!leaves.isEmpty && bytes > LedgerStore.maximumBytesPerRead)
                if !isFull { leaves.append(leaf) }
            }
            return leaves
        }
    }

    /// Where a transaction is, by its identifier.
    func index(of transaction: TransactionID) async throws(LedgerError) -> UInt64? {
        try await read {
            try $0.row("SELECT position FROM entry WHERE transaction_id = ?", [.blob(transaction.bytes)])?
                .unsigned("position")
        }
    }

    /// Receipts of leaves that are below the largest final checkpoint; others are left out.
    func receipts(of indices: [UInt64]) async throws(LedgerError) -> [UInt64: Receipt] {
        try await read { transaction in
            var receipts: [UInt64: Receipt] = [:]
            for index in indices {
                guard
                    let final = try transaction.row(
                        "SELECT size, note FROM final_checkpoint WHERE size > ? ORDER BY size LIMIT 1",
                        [try .unsigned(index)])
                else { continue }
                let leaf = try transaction.requiredRow(
                    "SELECT leaf FROM entry WHERE position = ?", [try .unsigned(index)]
                ).bytes("leaf")
                let proof = try InclusionProof.make(index: index, size: try final.unsigned("size")) {
                    try transaction.hash(of: $0)
                }
                let note = try SignedNote(encoded: try final.bytes("note"))
                receipts[index] = Receipt(
                    entry: leaf, proof: LogProof(index: index, path: proof.path, note: note).encoded)
            }
            return receipts
        }
    }

    /// The consistency proof between two committed sizes.
    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [MerkleHash] {
        try await read { transaction in
            try ConsistencyProof.make(oldSize: old, newSize: new) { try transaction.hash(of: $0) }.path
        }
    }

    /// Makes a cosigned checkpoint the newest, and final where its size is new.
    func publish(_ note: SignedNote, size: UInt64, isNew: Bool) async throws(LedgerError) {
        let bytes = note.encoded
        try await write { transaction in
            if isNew {
                try transaction.execute(
                    "INSERT INTO final_checkpoint (size, note) VALUES (?, ?)", [try .unsigned(size), .blob(bytes)])
            }
            try transaction.execute(
                "INSERT INTO latest_checkpoint (id, note) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET note = excluded.note",
                [.blob(bytes)])
        }
    }
}

extension StoreTransaction {
    /// The stored hash of a complete subtree.
    func hash(of subtree: Subtree) throws -> MerkleHash {
        let row = try row(
            "SELECT hash FROM node WHERE level = ? AND position = ?",
            [.integer(Int64(subtree.level)), try .unsigned(subtree.index)])
        guard let row else { throw LedgerError.inconsistent("the hash of \(subtree) is missing") }
        return try row.fixed("hash")
    }
}
