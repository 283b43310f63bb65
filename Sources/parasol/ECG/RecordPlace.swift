import Foundation

/// A folder into which a record is written: whole files only, and the header last, so that a record that is there is
/// complete.
struct RecordPlace {
    let folder: URL
    /// Whether files that are there may be replaced.
    let force: Bool

    /// Makes the folder and checks that nothing will be overwritten unasked.
    func prepare(files: [String]) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw ECGCommandError.unwritable(folder.path)
        }
        for file in files {
            let path = folder.appendingPathComponent(file).path
            guard force || !FileManager.default.fileExists(atPath: path) else { throw ECGCommandError.exists(path) }
        }
    }

    func write(_ bytes: [UInt8], to file: String) throws {
        let url = folder.appendingPathComponent(file)
        do {
            try Data(bytes).write(to: url, options: .atomic)
        } catch {
            throw ECGCommandError.unwritable(url.path)
        }
    }

    /// Writes a file piece by piece under a temporary name and renames it when `body` is through.
    func stream(to file: String, _ body: ((_ append: ([UInt8]) throws -> Void) throws -> Void)) throws {
        let url = folder.appendingPathComponent(file)
        let partial = folder.appendingPathComponent(".\(file).\(UUID().uuidString).partial")
        guard FileManager.default.createFile(atPath: partial.path, contents: nil),
            let handle = FileHandle(forWritingAtPath: partial.path)
        else { throw ECGCommandError.unwritable(url.path) }
        do {
            try body { bytes in try handle.write(contentsOf: Data(bytes)) }
            try handle.synchronize()
            try handle.close()
            if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
            try FileManager.default.moveItem(at: partial, to: url)
        } catch {
            try? handle.close()
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }
}
