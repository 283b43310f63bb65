internal import DurableFiles
internal import LogStorage
internal import ServiceProtocols
internal import TransparencyLog

/// What lies beside a ledger's database and says how far the log had come: the second copy of its head, and the published
/// checkpoint.
///
/// The database commits first, so neither may ever be ahead of it: where one is, the database was restored from a backup, and its
/// next leaf would fork the log.
struct HeadCopies: Sendable {
    /// As in the small file beside the database.
    var head: Checkpoint?
    /// As in the folder of tiles.
    var published: Checkpoint?

    private let headPath: String
    private let publishedPath: String

    /// - Throws: `LedgerError/inconsistent(_:)` for a copy that is damaged, missing or ahead, `LedgerError/storage(_:)`.
    init(
        _ files: LedgerFiles, _ folder: LogFolder, _ stored: StoredLedger, _ log: LogIdentity
    ) throws(LedgerError) {
        headPath = files.head
        publishedPath = folder.checkpointPath
        let headBytes: [UInt8]?
        let publishedBytes: [UInt8]?
        do {
            headBytes =
                try folder.files.exists(files.head)
                ? folder.files.readAll(files.head, atMost: SignedNote.maximumBytes) : nil
            publishedBytes = try folder.checkpoint()
        } catch { throw .storage("\(error)") }
        head = try headBytes.map { bytes throws(LedgerError) in
            try SignedHead(encoded: bytes, files.head, of: log).checkpoint
        }
        published = try publishedBytes.map { bytes throws(LedgerError) in
            try StoredLedger.final(bytes, folder.checkpointPath, log).checkpoint
        }
        try checkOrder(stored)
    }

    private func checkOrder(_ stored: StoredLedger) throws(LedgerError) {
        let committed = stored.head?.size ?? 0
        let final = stored.latest?.checkpoint.size ?? 0
        guard head.map({ $0.size <= committed }) ?? (final == 0) else {
            throw .inconsistent(
                head.map {
                    "\(headPath) says \($0.size) leaves, and the database has \(committed): it is an older copy"
                } ?? "\(headPath) is missing, and \(final) leaves are final")
        }
        guard published.map({ $0.size <= final }) ?? true else {
            throw .inconsistent(
                "\(publishedPath) says \(published?.size ?? 0) leaves, and in the database \(final) are final: it is an older copy"
            )
        }
    }

    var all: [(name: String, checkpoint: Checkpoint)] {
        [(headPath, head), (publishedPath, published)].compactMap { name, checkpoint in checkpoint.map { (name, $0) } }
    }
}
