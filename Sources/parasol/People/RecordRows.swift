import ParasolClient
import SharingContracts

/// What became of several records so far, each of which gets a folder of its own.
struct RecordRows {
    let place: RecordsOutput
    private(set) var rows: [SeveralRecordsReport.Row] = []

    /// - Throws: as `RecordsOutput.prepare()`.
    init(into place: RecordsOutput) throws {
        try place.prepare()
        self.place = place
    }

    /// Takes those that are there already, and gives back the others.
    mutating func missing(of records: [RecordID], under consent: ConsentID?) -> [RecordID] {
        records.filter { record in
            guard let header = place.header(of: record) else { return true }
            var row = SeveralRecordsReport.Row(record, consent, .present)
            row.header = header
            rows.append(row)
            return false
        }
    }

    mutating func fail(_ records: [RecordID], under consent: ConsentID?, _ error: any Error) {
        for record in records {
            var row = SeveralRecordsReport.Row(record, consent, .failed)
            row.failure = PeopleFailure(error).message
            rows.append(row)
        }
    }

    /// Writes a record that opened, and keeps why where it did not or cannot be written.
    ///
    /// - Parameter opened: Gives the record's files, and says in its row how it opened.
    mutating func write(
        _ record: RecordID, under consent: ConsentID?,
        _ opened: (inout SeveralRecordsReport.Row) throws -> WFDBFiles
    ) {
        var row = SeveralRecordsReport.Row(record, consent, .opened)
        do {
            let files = try opened(&row)
            row.header = try place.write(files, of: record)
        } catch {
            row.outcome = .failed
            row.failure = PeopleFailure(error).message
        }
        rows.append(row)
    }
}
