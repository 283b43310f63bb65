import ParasolClient
import SharingContracts
import Testing

@testable import parasol

/// How people write times, places in recordings and identifiers; and how answers are laid out.
@Suite struct FormTests {
    private let now = Timestamp(milliseconds: 1_767_225_600_000)

    @Test(arguments: [
        ("45min", 2_700_000), ("12h", 43_200_000), ("30d", 2_592_000_000), ("8w", 4_838_400_000),
        ("3652d", 315_532_800_000),
    ]) func spansAreANumberAndAUnit(_ text: String, _ milliseconds: UInt64) {
        #expect(TimeSpan(text)?.milliseconds == milliseconds)
        #expect(Moment(text)?.time(now: now) == now.adding(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "30", "d", "0d", "-1d", "1.5h", "30 d", "30D", "30m", "30y", "3653d", "9999999999h",
        "99999999999999999999d", "１d",
    ]) func otherSpansAreNone(_ text: String) { #expect(TimeSpan(text) == nil) }

    @Test func momentsAreAlsoDates() {
        #expect(Moment("2026-01-01")?.time(now: Timestamp(milliseconds: 5)) == now)
        #expect(Moment("2026-01-01T00:00:01Z")?.time(now: now) == now.adding(milliseconds: 1000))
        for text in ["2026-13-01", "2026-01-01T00:00:00", "yesterday", "01.01.2026"] { #expect(Moment(text) == nil) }
        #expect(now.short == "2026-01-01T00:00:00Z")
    }

    @Test(arguments: [("90", 90), ("90.5", 90.5), ("1:30", 90), ("1:02:03.25", 3723.25), ("0", 0)])
    func placesInRecordingsAreSecondsOrClocks(_ text: String, _ seconds: Double) {
        #expect(RecordingStretch.seconds(text) == seconds)
    }

    @Test(arguments: ["", ":", "1:60", "1:2:3:4", "-1", "1e3", "nan", "1.5:00", "1:", "inf", "0x10"])
    func otherPlacesAreNone(_ text: String) { #expect(RecordingStretch.seconds(text) == nil) }

    @Test func stretchesHaveALength() {
        #expect(RecordingStretch(from: 1, to: 1) == nil && RecordingStretch(from: 2, to: 1) == nil)
        #expect(RecordingStretch(from: nil, to: 1) != nil && RecordingStretch(from: 1, to: nil) != nil)
    }

    @Test func identifiersAreKnownByTheirFirstDigits() throws {
        let ids = try ["abcdef00", "abcdef01", "12345678"].map {
            try RecordID(hexadecimal: $0 + String(repeating: "0", count: 24))
        }
        #expect(try ShortIdentifier("123456")?.resolve("record", among: ids) == ids[2])
        #expect(try ShortIdentifier("ABCDEF01")?.resolve("record", among: ids) == ids[1])
        #expect(throws: PeopleError.unknown(what: "record", text: "999999")) {
            try ShortIdentifier("999999")?.resolve("record", among: ids)
        }
        #expect(
            throws: PeopleError.ambiguous(what: "record", text: "abcdef", matches: ["\(ids[0])", "\(ids[1])"])
        ) { try ShortIdentifier("abcdef")?.resolve("record", among: ids) }
        for text in ["", "12345", "12345g", String(repeating: "1", count: 33)] { #expect(ShortIdentifier(text) == nil) }
    }

    @Test func tablesAreAsWideAsTheyMustBe() {
        let table = TextTable(titles: ["A", "LONG", "C"], rows: [["1", "2", "3"], ["four", "5", ""]], empty: "none")
        #expect(table.lines == ["A     LONG  C", "1     2     3", "four  5     "])
        #expect(TextTable(titles: ["A"], rows: [], empty: "none").lines == ["none"])
    }

    @Test func whatGivesOrdersToATerminalIsNotPrinted() throws {
        let report = LabelReport(record: "r", label: "\u{1b}[2Jx")
        #expect(PeopleOutput.text(report) == "Record r is \"[2Jx\" to you alone")
        #expect(try !PeopleOutput.json(report).contains("\u{1b}"))
    }
}
