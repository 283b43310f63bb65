internal import Crypto
package import DurableFiles
package import LedgerReplica

/// What the ledger's leaves mean, kept beside a profile from one command to the next, so that only the leaves since are executed.
///
/// Rows that everybody can make from the ledger, and nothing secret. What a client then believes depends on them, so they are taken
/// only as this profile left them: the file's HMAC-SHA256, under a key that follows from the profile's, lies beside it. Whatever does
/// not fit, for whatever reason, is removed, and the ledger is executed from its first leaf.
///
/// ```
/// FOLDER/state.sqlite     the rows
/// FOLDER/state.tag        32 bytes
/// ```
///
/// An older file with its own tag is taken too: it is of the same ledger's first leaves, which the next advance has proved.
///
/// The tag is written while a command runs (``keep(_:)``) and at its end (``close(_:)``). A command that is killed leaves what was
/// kept last, as long as the database's journal has not reached the file since: what is in a journal beside it is dropped.
package struct KeptLedgerState: Sendable {
    /// Why rows that were there are not used.
    package enum Refusal: Hashable, Sendable {
        /// The last command was killed while it wrote, or left none.
        case unfinished
        /// Not as this profile left it.
        case changed
        /// The system does not let it be read or written.
        case unusable(String)
    }

    /// Bytes read at once.
    private static let pieceByteCount = 1 << 20

    private let folder: String
    private let key: SymmetricKey
    private let files: FileSystem

    /// - Parameters:
    ///   - folder: Its own; made where it is not there.
    ///   - profile: The profile beside which it lies.
    ///   - origin: The ledger's.
    package init(
        _ folder: String, of profile: ProfileStore, origin: String, in files: FileSystem = FileSystem()
    ) async {
        self.folder = folder
        self.files = files
        key = await profile.derivedKey(for: "parasol-kept-ledger-state/v1\0" + origin)
    }

    package var statePath: String { folder + "/state.sqlite" }
    package var tagPath: String { folder + "/state.tag" }

    /// Opens the rows that are kept, or begins with none.
    ///
    /// - Returns: A database; nil where none can be had. And why what was there is not used; nil where it is, or nothing was there.
    /// - Complexity: linear in the file: it is read once.
    package func open() -> (states: StateStore?, refusal: Refusal?) {
        let refusal: Refusal?
        do {
            try files.makeFolder(folder)
            refusal = try found()
            try refusal == nil ? removeJournals() : removeAll()
        } catch { return (nil, .unusable("\(error)")) }
        do { return (try StateStore(path: statePath, checksWholeFile: false), refusal) } catch {
            return (nil, .unusable("\(error)"))
        }
    }

    /// Leaves what the database has now to the next command, should this one be killed. Where that fails, the next one begins with
    /// none, or with what this one leaves at its end.
    ///
    /// - Complexity: linear in the file: it is read once.
    package func keep(_ states: StateStore) async {
        do {
            try await states.checkpoint()
            // Reading the file gives up what locks this process has on it: it has them for others, whom the store keeps out anyway.
            guard try !hasRemains() else { return }
            try files.replace(tagPath, with: Array(try code()))
        } catch {}
    }

    /// Ends the use of a database, and leaves it to the next command. Where that fails, the next one begins with none.
    package func close(_ states: StateStore) {
        do {
            try states.close()
            guard try !hasRemains() else { return }
            try files.replace(tagPath, with: Array(try code()))
        } catch { try? removeAll() }
    }

    /// What is wrong with the rows that are there; nil where nothing is, or there are none.
    private func found() throws(FileError) -> Refusal? {
        let remains = try hasRemains()
        guard try files.exists(statePath) else { return remains ? .unfinished : nil }
        guard try files.exists(tagPath) else { return .unfinished }
        let tag = try files.readAll(tagPath, atMost: 32)
        // The file alone is what was kept; a journal beside it came later.
        if try isValid(tag) { return nil }
        return remains ? .unfinished : .changed
    }

    /// Whether the database was not closed: what is in a journal counts as the database's, and has no tag.
    private func hasRemains() throws(FileError) -> Bool {
        for suffix in ["-wal", "-journal"] where try files.size(of: statePath + suffix) ?? 0 > 0 { return true }
        return false
    }

    private func removeAll() throws(FileError) {
        try remove([tagPath, statePath])
        try removeJournals()
    }

    private func removeJournals() throws(FileError) {
        try remove(["-wal", "-shm", "-journal"].map { statePath + $0 })
    }

    private func remove(_ paths: [String]) throws(FileError) {
        for path in paths where try files.exists(path) { try files.remove(path) }
    }

    private func isValid(_ tag: [UInt8]) throws(FileError) -> Bool {
        try code() == tag
    }

    private func code() throws(FileError) -> HMAC<SHA256>.MAC {
        let file = try files.openForReading(statePath)
        let size = try file.size()
        var code = HMAC<SHA256>(key: key)
        var offset: UInt64 = 0
        while offset < size {
            let piece = try file.read(at: offset, count: Int(min(UInt64(Self.pieceByteCount), size - offset)))
            code.update(data: piece)
            offset += UInt64(piece.count)
        }
        return code.finalize()
    }
}

extension KeptLedgerState.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unfinished: "the last command was interrupted"
        case .changed: "it is not as this profile left it"
        case .unusable(let reason): reason
        }
    }
}
