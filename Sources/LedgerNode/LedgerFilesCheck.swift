package import DurableFiles
internal import LedgerReplica
internal import LogStorage
internal import Persistence
package import ServiceProtocols

/// Holds all files of a ledger that does not run against each other: database, second head, tiles, world state, index of trails.
package struct LedgerFilesCheck: Sendable {
    private let files: LedgerFiles
    private let log: LogIdentity

    /// - Parameter policyText: The log's policy, as its members were given it.
    /// - Throws: `LedgerError/inconsistent(_:)` for what is no policy of one log with a quorum.
    package init(_ files: LedgerFiles, policyText: String) throws(LedgerError) {
        self.files = files
        log = try LogIdentity(policyText: policyText)
    }

    /// Executes every leaf anew and compares everything that was derived from them. Opens the databases, and so waits for nobody:
    /// a ledger that runs has them locked.
    ///
    /// - Throws: `LedgerError/inconsistent(_:)` with the first disagreement, `LedgerError/storage(_:)` for a database that is
    ///   not there or in use.
    /// - Complexity: linear in the size of the log.
    package func run(fileSystem: FileSystem = FileSystem()) async throws(LedgerError) {
        for path in [files.database, files.state] {
            do { _ = try fileSystem.openForReading(path) } catch { throw .storage("\(error)") }
        }
        let store = LedgerStore(
            store: try LedgerError.whileOpening {
                try Store(path: files.database, schema: .ledger)
            })
        defer { try? store.store.close() }
        let states = try LedgerError.whileOpening { try StateStore(path: files.state) }
        defer { try? states.close() }
        let ledger = try await LedgerLoader(
            store: store, states: states, files: files, log: log, fileSystem: fileSystem, rememberedRows: 8_192
        )
        .load(.everything)
        // Where nobody has served trails there is none.
        guard (try? fileSystem.exists(files.trails)) == true else { return }
        try await TrailIndexCheck(
            path: files.trails, folder: LogFolder(files.tiles, files: fileSystem), ledger: ledger
        ).run()
    }
}
