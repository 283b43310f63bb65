import Electrocardiogram
import Foundation
import ParasolClient

/// A stretch of a recording, in seconds from its start.
struct RecordingStretch: Hashable, Sendable {
    let from: Double
    /// nil for the end.
    let to: Double?

    /// nil unless it has a length.
    init?(from: Double?, to: Double?) {
        let start = from ?? 0
        guard start >= 0, start.isFinite, to.map({ $0 > start && $0.isFinite }) ?? true else { return nil }
        self.from = start
        self.to = to
    }

    /// Seconds from `90`, `1:30` or `0:01:30`, with decimals or without.
    static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var seconds = 0.0
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let allowed = part.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (isLast && $0 == UInt8(ascii: "."))
            }
            guard allowed, (1...12).contains(part.utf8.count), let value = Double(part), index == 0 || value < 60 else {
                return nil
            }
            seconds = seconds * 60 + value
        }
        return seconds
    }

    /// - Parameters:
    ///   - frameCount: Of the whole recording.
    ///   - samplingRate: Frames a second.
    func frames(ofCount frameCount: Int, samplingRate: Double) -> Range<Int> {
        let count = Double(frameCount)
        let first = min((from * samplingRate).rounded(), count)
        let end = to.map { min(($0 * samplingRate).rounded(), count) } ?? count
        return Int(first)..<Int(max(first, end))
    }
}

/// The folder that an opened record is written into: new or empty, unless it may be written over.
struct RecordOutput: Hashable, Sendable {
    let folder: String
    let force: Bool
    /// nil for the whole recording, file by file as it was deposited.
    var stretch: RecordingStretch?

    /// Before anything is asked of anybody, because an opening counts.
    ///
    /// - Throws: ``PeopleError/exists(path:)``, ``PeopleError/unusableHome(path:reason:)``.
    func prepare() throws(PeopleError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .unusableHome(path: folder, reason: error.localizedDescription) }
        let contents = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard force || contents.isEmpty else { throw .exists(path: folder + "/" + (contents.sorted().first ?? "")) }
        guard access(folder) else { throw .unusableHome(path: folder, reason: "it cannot be written into") }
    }

    private func access(_ path: String) -> Bool { FileManager.default.isWritableFile(atPath: path) }

    /// Writes whole files only, and the header last: a record that is there is complete.
    ///
    /// - Returns: The header's path.
    func write(_ files: WFDBFiles) throws -> String {
        try write(files.files.map { ($0.name, $0.bytes) }, header: files.headerFile)
    }

    /// Writes a stretch of a recording as a record of its own.
    ///
    /// - Returns: The header's path.
    func write(_ part: ECGRecording) throws -> String {
        try write(try WFDBWriter.files(of: part).map { ($0.key, $0.value) }, header: part.name + ".hea")
    }

    private func write(_ contents: [(String, [UInt8])], header: String) throws -> String {
        let place = RecordPlace(folder: URL(fileURLWithPath: folder), force: force)
        try place.prepare(files: contents.map(\.0))
        for (name, bytes) in contents where name != header { try place.write(bytes, to: name) }
        for (name, bytes) in contents where name == header { try place.write(bytes, to: name) }
        return place.folder.appendingPathComponent(header).path
    }
}

/// What came of opening a record and writing it out.
struct ExportReport: PeopleReport {
    let record, request, header: String
    let files: [String]

    var lines: [String] {
        [
            "Opened record \(record) under request \(request), which is on the ledger as exported",
            "  wrote \(header) and \(AuditOutput.count(files.count - 1, "other file")), in the clear: they are yours to guard",
            "  next: parasol ecg plot \(header) -o ecg.svg",
        ]
    }
}
