import ArgumentParser
import Foundation
import LedgerReplica
import LogStorage
import ParasolClient
import TransparencyLog

/// Why `parasol audit` could not do its work, beyond what the audit says.
enum AuditCommandError: Error, CustomStringConvertible {
    case unreadable(String, String)
    case tooLong(String, Int)
    case unwritable(String, String)
    case exists(String)

    var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .tooLong(let path, let bound): "\(path) has more than \(bound) bytes: it is not what is wanted here"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .exists(let path): "\(path) exists; choose another name, or add --force"
        }
    }
}

/// Files that people name, read whole and with a bound.
enum AuditFiles {
    /// - Throws: ``AuditCommandError``.
    static func read(_ path: String, atMost bound: Int) throws -> [UInt8] {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: bound + 1) ?? Data()
        } catch { throw AuditCommandError.unreadable(path, error.localizedDescription) }
        guard data.count <= bound else { throw AuditCommandError.tooLong(path, bound) }
        return [UInt8](data)
    }

    static func isFolder(_ path: String) -> Bool {
        (try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
    }

    /// Refuses before anything is written where one of the files is there and must not be replaced.
    static func demandRoom(for paths: [String], force: Bool) throws {
        for path in paths where !force && FileManager.default.fileExists(atPath: path) {
            throw AuditCommandError.exists(path)
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw AuditCommandError.unwritable(path, error.localizedDescription)
        }
    }
}

/// The folder of a log, given on the command line.
struct LogArgument: ParsableArguments {
    @Argument(
        help: "The folder that the ledger is published in: it has a file named checkpoint.", completion: .directory)
    var folder: String

    var log: LogFolder { LogFolder(path: folder) }
}

extension LogFolder {
    /// A folder as people name it, with or without a slash at its end.
    init(path: String) {
        self.init(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
    }
}

/// The policy, given on the command line.
struct PolicyOption: ParsableArguments {
    @Option(
        help: "The policy to believe, and nothing else: log key, witness keys and quorum, as C2SP tlog-policy.",
        completion: .file())
    var policy: String

    func trust() throws -> TrustAnchor { try Self.trust(policy) }

    static func trust(_ path: String) throws -> TrustAnchor {
        try TrustAnchor(policyFile: try AuditFiles.read(path, atMost: SignedNote.maximumBytes))
    }
}
