internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// The embedded sequencer: one SQLite transaction with full fsync is the commit point.
struct SQLiteSequencer: LogSequencing {
    private struct HeadDiffers: Error {}

    let store: LedgerStore

    func committedHead() async throws(LedgerError) -> [UInt8]? {
        try await store.read { try $0.row("SELECT note FROM head")?.bytes("note") }
    }

    func replace(head old: [UInt8]?, with batch: StagedBatch) async -> SequencingOutcome {
        do {
            try await store.store.write { transaction in
                guard try transaction.row("SELECT note FROM head")?.bytes("note") == old else { throw HeadDiffers() }
                try transaction.insert(
                    "INSERT INTO staged (position, transaction_id, leaf)",
                    try batch.entries.enumerated().map { offset, entry in
                        [
                            try .unsigned(batch.start + UInt64(offset)), .blob(entry.transaction.bytes),
                            .blob(entry.leaf),
                        ]
                    })
                try transaction.execute(
                    "DELETE FROM staged WHERE position < ?", [try .unsigned(batch.settledBelow)])
                try transaction.execute(
                    "INSERT INTO head (id, note) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET note = excluded.note",
                    [.blob(batch.head.note.encoded)])
            }
            return .committed
        } catch is HeadDiffers {
            return .conflict
        } catch {
            return .unknown("\(error)")
        }
    }
}
