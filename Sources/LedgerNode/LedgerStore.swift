internal import LedgerReplica
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

    /// The first final checkpoint above each leaf: its size and its note as it became final. Leaves that are not final are left
    /// out.
    func finalCheckpoints(above indices: [UInt64]) async throws(LedgerError) -> [UInt64: FinalNote] {
        try await read { transaction in
            var finals: [UInt64: FinalNote] = [:]
            for index in indices {
                guard
                    let row = try transaction.row(
                        "SELECT size, note FROM final_checkpoint WHERE size > ? ORDER BY size LIMIT 1",
                        [try .unsigned(index)])
                else { continue }
                finals[index] = FinalNote(
                    size: try row.unsigned("size"), note: try SignedNote(encoded: try row.bytes("note")))
            }
            return finals
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

/// A checkpoint as it became final: what the receipts of the leaves below it, and not below one before it, lead to.
struct FinalNote: Sendable {
    let size: UInt64
    let note: SignedNote
    /// The note's bytes, for the many receipts that carry them.
    let encoded: [UInt8]

    init(size: UInt64, note: SignedNote) {
        self.size = size
        self.note = note
        encoded = note.encoded
    }
}

extension LedgerError {
    /// What a failure of the world state means to a ledger or a witness that is starting.
    init(_ error: StateError) {
        switch error {
        case .unavailable: self = .storage("\(error)")
        case .damaged: self = .inconsistent("\(error)")
        case .ruleBroken(let index, let violation):
            self = .inconsistent("the stored leaf \(index) breaks a rule: \(violation)")
        }
    }
}
