import Foundation
import ParasolClient
import SharingContracts

/// A folder in which each record has one of its own.
struct RecordsOutput: Hashable, Sendable {
    let folder: String
    let force: Bool

    /// Before anything is asked of anybody, because an opening counts.
    func prepare() throws(PeopleError) { try RecordOutput(folder: folder, force: true).prepare() }

    /// The header of a record that is there; a header is written last, so that all of the record is. nil where it is to be written.
    func header(of record: RecordID) -> String? {
        guard !force else { return nil }
        let own = path(of: record)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: own)) ?? []
        return names.sorted().first { $0.hasSuffix(".hea") }.map { own + "/" + $0 }
    }

    /// - Returns: The header's path.
    func write(_ files: WFDBFiles, of record: RecordID) throws -> String {
        // Over what an interrupted run left, which has no header.
        let own = RecordOutput(folder: path(of: record), force: true)
        try own.prepare()
        return try own.write(files)
    }

    private func path(of record: RecordID) -> String { "\(folder)/\(record)" }
}
