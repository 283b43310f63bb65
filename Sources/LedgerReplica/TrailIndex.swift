internal import Octets
package import Persistence
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// Which leaves concern whom, in a database beside the ledger's.
///
/// All of it follows from the leaves: without the file it is made anew. Only final leaves are in it. A leaf is looked at once more before
/// it is answered, so that a wrong row can hide a leaf and never show one to somebody whom it does not concern.
package actor TrailIndex: LedgerTrails {
    /// Leaves that are looked at while the ledger does nothing else.
    private static let batchLeaves: UInt64 = 256

    let ledger: any TrailedLedger
    let clock: any Clock
    let store: Store
    /// The leaves that are in it; nil before it was compared with the ledger.
    private var size: UInt64?
    private var indexing: Task<Void, any Error>?

    /// - Parameters:
    ///   - path: The database, which only this uses.
    ///   - clock: Which consents are in force, it says.
    /// - Throws: `LedgerError/storage(_:)`.
    package init(path: String, ledger: any TrailedLedger, clock: any Clock) throws(LedgerError) {
        self.ledger = ledger
        self.clock = clock
        store = try LedgerError.whileOpening { try Store(path: path, schema: .trails) }
    }

    package func close() {
        indexing?.cancel()
        try? store.close()
    }

    package func trail(of signer: SignerID, from cursor: TrailCursor?) async throws(LedgerError) -> TrailPage? {
        let note = try await ledger.checkpoint()
        let end = min(await ledger.finalSize, Self.size(of: note))
        guard try await isKnown(signer) else { return nil }
        try await catchUp()
        let found = try await positions(of: signer, from: cursor?.position ?? 0, below: end)
        let page = try await ledger.page(of: Array(found.prefix(TrailLimits.receipts))) {
            [ledger] receipt throws(LedgerError) in
            try await ledger.concerns(receipt, signer)
        }
        let next = page.taken < found.count ? TrailCursor(position: found[page.taken]) : nil
        return TrailPage(receipts: page.receipts, next: next, checkpoint: note)
    }

    package func granted(
        to grantee: SignerID, from start: UInt64, at cursor: TrailCursor?
    ) async throws(LedgerError) -> TrailPage? {
        let note = try await ledger.checkpoint()
        let end = min(await ledger.finalSize, Self.size(of: note))
        guard try await isKnown(grantee) else { return nil }
        try await catchUp()
        let found = try await grantedLeaves(to: grantee, from: start, below: end, at: GrantedPlace(cursor))
        let page = try await ledger.page(of: found.prefix(TrailLimits.receipts).map(\.index)) { receipt in
            Self.mayBeGranted(receipt)
        }
        let next = page.taken < found.count ? found[page.taken].place.cursor : nil
        return TrailPage(receipts: page.receipts, next: next, checkpoint: note)
    }

    private func isKnown(_ signer: SignerID) async throws(LedgerError) -> Bool {
        do { return try await ledger.read { try $0.history(of: signer) } != nil } catch {
            throw error as? LedgerError ?? .storage("\(error)")
        }
    }

    /// Takes in the leaves that became final since.
    ///
    /// - Complexity: linear in their number.
    package func catchUp() async throws(LedgerError) {
        let target = await ledger.finalSize
        do {
            while try await indexedSize() < target {
                let task = indexing ?? begin(to: target)
                try await task.value
            }
        } catch { throw error as? LedgerError ?? .storage("the index of trails: \(error)") }
    }

    private func begin(to target: UInt64) -> Task<Void, any Error> {
        let task = Task {
            defer { indexing = nil }
            try await index(to: target)
        }
        indexing = task
        return task
    }

    private func index(to target: UInt64) async throws {
        while let start = size, start < target {
            let leaves = try await ledger.entries(from: start, to: min(target, start + Self.batchLeaves))
            guard !leaves.isEmpty else { throw LedgerError.inconsistent("leaf \(start) is missing") }
            let transactions = try leaves.map { try LedgerEntry(serialized: $0).transaction }
            let parties = try await ledger.read { state in transactions.map { state.subjects(of: $0).parties } }
            let end = start + UInt64(leaves.count)
            let last = leaves.last.map { MerkleTree.leafHash(of: $0).bytes } ?? []
            try await store.write { store in
                for (position, transaction) in zip(start..<end, transactions) {
                    try Self.insertGrant(transaction, at: position, in: store)
                }
                for (position, signers) in zip(start..<end, parties) {
                    for signer in signers {
                        _ = try store.execute(
                            "INSERT OR REPLACE INTO trail (signer, position) VALUES (?, ?)",
                            [.blob(signer.bytes), .integer(Int64(position))])
                    }
                }
                _ = try store.execute(
                    "UPDATE indexed SET size = ?, last = ? WHERE id = 1", [.integer(Int64(end)), .blob(last)])
            }
            size = end
        }
    }

    /// How many leaves are in it, after it was emptied where the last of them is not the ledger's.
    private func indexedSize() async throws -> UInt64 {
        if let size { return size }
        let stored = try await store.read { store -> (size: UInt64, last: [UInt8])? in
            guard let row = try store.row("SELECT size, last FROM indexed WHERE id = 1") else { return nil }
            return (try row.unsigned("size"), try row.bytes("last"))
        }
        var found: UInt64 = 0
        if let stored, stored.size > 0, stored.size <= (await ledger.finalSize),
            let leaf = try await ledger.entries(from: stored.size - 1, to: stored.size).first,
            MerkleTree.leafHash(of: leaf).bytes == stored.last
        {
            found = stored.size
        } else {
            try await store.write { store in
                _ = try store.execute("DELETE FROM trail", [])
                _ = try store.execute("DELETE FROM granted", [])
                _ = try store.execute("INSERT OR REPLACE INTO indexed (id, size, last) VALUES (1, 0, x'')", [])
            }
        }
        if size == nil { size = found }
        return size ?? found
    }

    /// One more than a page has, so that it is known whether there is another.
    private func positions(of signer: SignerID, from start: UInt64, below end: UInt64) async throws(LedgerError)
        -> [UInt64]
    {
        guard let start = Int64(exactly: start), let end = Int64(exactly: end) else { return [] }
        do {
            return try await store.read { store in
                try store.rows(
                    "SELECT position FROM trail WHERE signer = ? AND position >= ? AND position < ? ORDER BY position LIMIT ?",
                    [.blob(signer.bytes), .integer(start), .integer(end), .integer(Int64(TrailLimits.receipts + 1))]
                ).map { UInt64(try $0.integer("position")) }
            }
        } catch { throw .storage("the index of trails: \(error)") }
    }

    private static func size(of note: [UInt8]) -> UInt64 {
        (try? Checkpoint(text: SignedNote(encoded: note).text).size) ?? 0
    }
}

extension Schema {
    /// An index of trails: `indexed` says how many leaves, and the hash of the last.
    package static let trails = Schema(
        applicationID: 0x5054_5231,  // "PTR1"
        migrations: [
            Migration(
                "1 trails",
                sql: """
                    CREATE TABLE indexed (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        size INTEGER NOT NULL CHECK (size >= 0),
                        last BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE trail (
                        signer BLOB NOT NULL CHECK (length(signer) = 16),
                        position INTEGER NOT NULL CHECK (position >= 0),
                        PRIMARY KEY (signer, position)
                    ) STRICT, WITHOUT ROWID;
                    """),
            // Made anew from the first leaf, for the table that it did not have.
            Migration(
                "2 granted",
                sql: """
                    CREATE TABLE granted (
                        grantee BLOB NOT NULL CHECK (length(grantee) = 16),
                        position INTEGER NOT NULL CHECK (position >= 0),
                        consent BLOB NOT NULL CHECK (length(consent) = 16),
                        PRIMARY KEY (grantee, position)
                    ) STRICT, WITHOUT ROWID;
                    DELETE FROM trail;
                    DELETE FROM indexed;
                    """),
        ])
}
