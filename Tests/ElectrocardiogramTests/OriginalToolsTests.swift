import Testing

@testable import Electrocardiogram

/// What the original WFDB tools (rdsamp, rdann 10.5.24) printed for the same files.
@Suite(.needsSharedRecordings)
struct OriginalToolsTests {
    private static func rows(_ name: String) throws -> [[String]] {
        String(decoding: try SharedRecordings.bytes("wfdb/reference-outputs/\(name)"), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
            .map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init) }
    }

    /// `rdsamp -P -H`: every sample of every frame, leads of a lower rate repeated.
    @Test(arguments: [("record-4d", "wfdb/macecgdb/test01_00s_skewframe"), ("record-2c", "wfdb/mitdb/100_3chan")])
    func everySampleEqualsWhatRdsampPrinted(output: String, path: String) throws {
        let rows = try Self.rows(output)
        let recording = try SharedRecordings.record(path)
        let perFrame = recording.leads.map(\.samplesPerFrame).max() ?? 1
        // rdsamp stops where the first skewed lead ends.
        let skew = recording.leads.map(\.skew).max() ?? 0
        #expect(rows.count == (recording.frameCount - skew) * perFrame)
        var compared = 0
        for (row, fields) in rows.enumerated() {
            for (lead, field) in zip(recording.leads, fields) {
                guard let value = lead.value(at: row * lead.samplesPerFrame / perFrame) else { continue }
                let printed = try #require(Double(field))
                if abs(printed - value) > 1e-8 {
                    Issue.record("row \(row), \(lead.name): \(value), printed \(printed)")
                    return
                }
                compared += 1
            }
        }
        #expect(compared == rows.count * recording.leads.count)
    }

    @Test(arguments: [("ann-1", "wfdb/mitdb/100.atr"), ("ann-3", "wfdb/annotations/1003.atr")])
    func everyAnnotationEqualsWhatRdannPrinted(output: String, path: String) throws {
        let rows = try Self.rows(output)
        let set = try ECGAnnotationSet(parsing: SharedRecordings.bytes(path), annotator: "atr")
        #expect(rows.count == set.annotations.count)
        for (fields, annotation) in zip(rows, set.annotations) {
            let found = [
                "\(annotation.time)", set.symbol(of: annotation.code), "\(annotation.subtype)", "\(annotation.channel)",
                "\(annotation.number)",
            ]
            #expect(Array(fields.dropFirst().prefix(5)) == found)
        }
    }
}
