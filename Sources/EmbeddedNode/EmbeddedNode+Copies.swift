import DurableFiles
import KeyService
import Octets
import Persistence

extension EmbeddedNode {
    /// The sealed shares in a copy of the key service's database: its file and its write-ahead log, as they lie on the disk.
    ///
    /// A live database is never opened by a second connection.
    func copiedShares() async throws -> [(folder: [UInt8], sealed: [UInt8])] {
        let files = FileSystem()
        let copy = keyServiceDatabase + ".copy"
        for suffix in ["", "-wal"] where try files.exists(keyServiceDatabase + suffix) {
            try files.replace(
                copy + suffix, with: try files.readAll(keyServiceDatabase + suffix, atMost: 1 << 30))
        }
        let store = try Store(path: copy, schema: KeyService.schema)
        let shares = try await store.read { transaction in
            try transaction.rows("SELECT folder_id, sealed_share FROM shares WHERE sealed_share IS NOT NULL")
                .map { (folder: try $0.bytes("folder_id"), sealed: try $0.bytes("sealed_share")) }
        }
        try store.close()
        for suffix in ["", "-wal", "-shm", "-lock", ".lock"] where try files.exists(copy + suffix) {
            try files.remove(copy + suffix)
        }
        return shares
    }

    /// The shares of the key service's database as they lie there, sealed under its master key.
    package func sealedSharesAtRest() async throws -> [[UInt8]] { try await copiedShares().map(\.sealed) }

    /// Whether `bytes` stand anywhere in the key service's files: its database, deleted rows included, and its
    /// write-ahead log.
    package func keyServiceFilesHold(_ bytes: [UInt8]) throws -> Bool {
        let files = FileSystem()
        for suffix in ["", "-wal"] where try files.exists(keyServiceDatabase + suffix) {
            let stored = try files.readAll(keyServiceDatabase + suffix, atMost: 1 << 30)
            if CleartextSearch(stored).holds(bytes) { return true }
        }
        return false
    }
}
