internal import Crypto
internal import DurableFiles
internal import Octets
internal import ServiceProtocols
internal import TransparencyLog

/// The folder in which a witness keeps what convicts its log: one file for each signed text that does (Protocols/evidence.md).
///
/// Files, so that they can be copied, sent and checked without this program's database.
struct EvidenceFolder: Sendable {
    /// Kept at most; what comes later is refused all the same, and not kept. Each bears another signature of the log's, so
    /// that only the log can use them up.
    static let maximumKept = 1_024
    static let suffix = ".evidence"

    let path: String
    private let fileSystem = FileSystem()

    /// Keeps evidence durably, unless something is kept already about a checkpoint of the same text.
    ///
    /// - Parameter refused: The text of the checkpoint that completed the evidence.
    func keep(_ evidence: LedgerEvidence, about refused: [UInt8]) throws {
        try fileSystem.makeFolder(path)
        guard try names().count < Self.maximumKept else { return }
        let digest = Array(SHA256.hash(data: refused))
        let file = "\(path)/\(digest.hexadecimal)\(Self.suffix)"
        guard try !fileSystem.exists(file) else { return }
        try fileSystem.replace(file, with: evidence.encoded)
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
