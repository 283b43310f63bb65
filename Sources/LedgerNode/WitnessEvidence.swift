internal import Crypto
internal import DurableFiles
internal import Logging
internal import Octets
internal import ServiceProtocols
internal import Synchronization
internal import TransparencyLog

/// The folder in which a witness keeps what convicts its log: one file for each signed text that does (Protocols/evidence.md).
///
/// Files, so that they can be copied, sent and checked without this program's database.
struct EvidenceFolder: Sendable {
    /// Kept at most; what comes later is refused all the same, and not kept. Each bears another signature of the log's, so
    /// that only the log can use them up.
    static let maximumKept = 1_024
    static let suffix = ".evidence"
    /// Evidence of this many bytes or fewer goes into the log where it cannot be kept. A fork's always is.
    static let maximumLoggedBytes = 8_192

    let path: String
    private let fileSystem: FileSystem
    private let logger: Logger
    private let lost = LostEvidence()

    /// - Parameter logger: Gets what operators must know: that evidence against their log could not be kept.
    init(
        path: String, fileSystem: FileSystem = FileSystem(), logger: Logger = Logger(label: "parasol.witness.evidence")
    ) {
        self.path = path
        self.fileSystem = fileSystem
        self.logger = logger
    }

    /// How much was found and could not be kept, since the witness was opened, and why the last of it.
    var failures: (count: UInt64, last: String?) { lost.failures }

    /// Keeps evidence durably, unless something is kept already about a checkpoint of the same text.
    ///
    /// A failure is said in the log, with the evidence itself where that is short, and counted in ``failures``; whoever refuses
    /// goes on refusing.
    ///
    /// - Parameter refused: The text of the checkpoint that completed the evidence.
    func keep(_ evidence: LedgerEvidence, about refused: [UInt8]) {
        do {
            try fileSystem.makeFolder(path)
            let digest = Array(SHA256.hash(data: refused))
            let file = "\(path)/\(digest.hexadecimal)\(Self.suffix)"
            guard try !fileSystem.exists(file) else { return }
            guard try names().count < Self.maximumKept else {
                return logger.warning("evidence against the log is not kept: \(path) has \(Self.maximumKept) files")
            }
            try fileSystem.replace(file, with: evidence.encoded)
        } catch {
            lose(evidence, "\(error)")
        }
    }

    /// Says that evidence was found and is not on the disk, with its bytes where a line of a log holds them.
    private func lose(_ evidence: LedgerEvidence, _ reason: String) {
        lost.note(reason)
        let bytes = evidence.encoded
        var metadata: Logger.Metadata = ["reason": "\(reason)", "folder": "\(path)"]
        if bytes.count <= Self.maximumLoggedBytes {
            metadata["evidence"] = .string(String(decoding: Base64.encode(bytes), as: UTF8.self))
        }
        logger.critical("the log is convicted, and the evidence could not be kept", metadata: metadata)
    }

    /// All that is kept, oldest first.
    func all() throws -> [LedgerEvidence] {
        guard try fileSystem.exists(path) else { return [] }
        return try names()
            .map {
                try LedgerEvidence(encoded: fileSystem.readAll("\(path)/\($0)", atMost: LedgerEvidence.maximumBytes))
            }
            .sorted { $0.seenAt < $1.seenAt }
    }

    private func names() throws(FileError) -> [String] {
        try fileSystem.names(in: path).filter { $0.hasSuffix(Self.suffix) }
    }
}

/// What was found and not kept, counted: shared by the copies of a folder.
private final class LostEvidence: Sendable {
    private let state = Mutex<(count: UInt64, last: String?)>((0, nil))

    var failures: (count: UInt64, last: String?) { state.withLock { $0 } }

    func note(_ reason: String) { state.withLock { $0 = ($0.count + 1, reason) } }
}
