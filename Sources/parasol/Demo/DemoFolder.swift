import ArgumentParser
import Foundation

/// Where the demonstration's databases and files lie: the folder to keep, or one that goes when it ends.
struct DemoFolder {
    let path: String
    let isKept: Bool

    /// - Throws: `ValidationError` where the folder to keep has something in it, so that nothing of the user's is touched.
    init(keep: String?) throws {
        let manager = FileManager.default
        if let keep {
            let url = URL(fileURLWithPath: keep)
            if let contents = try? manager.contentsOfDirectory(atPath: url.path), !contents.isEmpty {
                throw ValidationError("\(keep) is not empty; name a new folder with --keep.")
            }
            path = url.path
        } else {
            path = manager.temporaryDirectory.appendingPathComponent("parasol-demo-\(UUID().uuidString)").path
        }
        isKept = keep != nil
        try manager.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A folder in it, made if it is not there.
    func subfolder(_ name: String) throws -> String {
        let folder = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return folder
    }

    /// Writes a file in it.
    ///
    /// - Returns: Its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file), options: .atomic)
        return file
    }

    /// The command that audits what stays, for whoever wants to check the demonstration.
    var auditCommand: String {
        "parasol audit verify \(Self.quoted(path + "/log")) --policy \(Self.quoted(path + "/policy"))"
    }

    /// A path as a shell takes it for one word.
    private static func quoted(_ path: String) -> String {
        let plain = path.utf8.allSatisfy {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
        return plain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    func removeUnlessKept() {
        if !isKept { try? FileManager.default.removeItem(atPath: path) }
    }
}
