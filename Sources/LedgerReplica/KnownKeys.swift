internal import Persistence
internal import Synchronization

/// The keys of a store's rows, as far as is needed to say of most others that they are not there without asking the store: rules mostly
/// ask whether an identifier is new.
///
/// Before all keys have been read it knows nothing. Rows are never removed one by one, so that no key that was ever there need be forgotten.
final class KnownKeys: Sendable {
    private struct State {
        var filter = KeyFilter()
        var isComplete = false
    }

    /// Keys in one read.
    private static let batch = 4_096

    private let state = Mutex(State())

    /// Whether no row has this key. False where that is not known.
    func isMissing(_ key: [UInt8]) -> Bool { state.withLock { $0.isComplete && !$0.filter.mayContain(key) } }

    /// To be told before a row can be read.
    func insert(_ keys: some Sequence<[UInt8]>) {
        state.withLock { state in for key in keys { state.filter.insert(key) } }
    }

    /// Reads all keys, beside whatever else is read and written. Where they cannot be read, the store is asked ever after.
    func readAll(of store: Store) async {
        var last: [UInt8] = []
        while !Task.isCancelled {
            let after = last
            let keys = try? await store.read { transaction in
                try transaction.rows(
                    "SELECT key FROM state_row WHERE key > ? ORDER BY key LIMIT ?",
                    [.blob(after), .integer(Int64(Self.batch))]
                ).map { try $0.bytes("key") }
            }
            guard let keys else { return }
            insert(keys)
            guard let newest = keys.last else {
                state.withLock { $0.isComplete = true }
                return
            }
            last = newest
        }
    }
}
