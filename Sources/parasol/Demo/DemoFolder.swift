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

    func removeUnlessKept() {
        if !isKept { try? FileManager.default.removeItem(atPath: path) }
    }
}
