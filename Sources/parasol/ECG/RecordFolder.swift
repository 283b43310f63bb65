import ArgumentParser
import Electrocardiogram
import Foundation

/// The files of one WFDB record in a folder. The library itself never opens a file.
struct RecordFolder {
    let headerFile: String
    /// Contents by file name: header, signal files, annotation files.
    let files: [String: [UInt8]]

    /// Loads what the header at `path` names from the header's own folder, and the annotation files beside it.
    ///
    /// - Parameter path: With or without `.hea`, as the WFDB tools take it.
    /// - Throws: ``WFDBError`` for the header, ``ECGCommandError`` for a file that cannot be read.
    init(header path: String) throws {
        let header = URL(fileURLWithPath: path.hasSuffix(".hea") ? path : path + ".hea")
        let folder = header.deletingLastPathComponent()
        headerFile = header.lastPathComponent
        let set = try WFDBRecordSet(headerFile: headerFile, header: Self.bytes(of: header))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var files: [String: [UInt8]] = [:]
        for name in set.requiredFiles + set.annotationFiles(among: names) {
            files[name] = try Self.bytes(of: folder.appendingPathComponent(name))
        }
        self.files = files
    }

    /// The recording.
    func recording() throws -> ECGRecording { try WFDBReader.read(headerFile, in: files) }

    private static func bytes(of file: URL) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: file))
        } catch {
            throw ECGCommandError.unreadable(file.path)
        }
    }
}

/// Why `parasol ecg` could not do its work, beyond what the library says.
enum ECGCommandError: Error, CustomStringConvertible {
    case unreadable(String)
    case unwritable(String)
    case exists(String)
    case noSuchLead(String)

    var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read"
        case .unwritable(let path): "\(path) cannot be written"
        case .exists(let path): "\(path) exists; choose another place or name, or add --force"
        case .noSuchLead(let name): "the record has no lead \(name)"
        }
    }
}

/// A record given on the command line.
struct RecordArgument: ParsableArguments {
    @Argument(help: "The record, by its header: mitdb/100.hea, or mitdb/100.", completion: .file(extensions: ["hea"]))
    var record: String

    func recording() throws -> ECGRecording { try RecordFolder(header: record).recording() }
}
