import SharingContracts
import Testing

@testable import parasol

/// What goes into spreadsheets and onto terminals.
@Suite struct AuditFormatTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"so\"", "\"say \"\"so\"\"\""),
            ("two\nlines", "\"two\nlines\""), ("cr\r", "\"cr\r\""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "\"'\r=1\""),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
            ("\u{ff1d}1", "'\u{ff1d}1"), ("a=b", "a=b"), ("\r\n=1", "\"'\r\n=1\""),
        ]) func fieldsAreQuotedAndNeverFormulas(_ text: String, _ field: String)
    {
        #expect(CSV.field(text) == field)
    }

    @Test func recordsEndAsTheStandardSays() {
        #expect(CSV.record(["a", "b,c", ""]) == "a,\"b,c\",\r\n")
    }

    @Test func momentsAreReadInUTCAndOneWay() {
        #expect(Timestamp(iso8601: "1970-01-01") == Timestamp(microseconds: 0))
        #expect(Timestamp(iso8601: "2026-03-01")?.description == "2026-03-01T00:00:00.000000Z")
        #expect(Timestamp(iso8601: "2026-03-01T12:34:56Z")?.description == "2026-03-01T12:34:56.000000Z")
        #expect(Timestamp(iso8601: "2028-02-29T23:59:59.5Z")?.description == "2028-02-29T23:59:59.500000Z")
        #expect(Timestamp(iso8601: "9999-12-31T23:59:59.999999Z") == .latest)
        for text in [
            "", "2026-3-1", "2026-02-29", "2026-13-01", "1969-12-31", "2026-03-01T", "2026-03-01T12:00:00",
            "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12:00:60Z", "2026-03-01T12:00:00.Z",
            "2026-03-01T12:00:00.1234567Z", "2026-03-01T12:00:00+01:00", "2026-03-01 12:00:00Z", "+026-03-01",
        ] { #expect(Timestamp(iso8601: text) == nil, "\(text)") }
    }

    @Test func theBarSaysHowFarHowFastAndHowLong() {
        #expect(
            ProgressBar.line("verifying", 250, of: 1000, seconds: 0.5)
                == "verifying [######..................] 25% 250/1000 leaves, 500/s, 0:02 left")
        #expect(ProgressBar.line("verifying", 0, of: 0, seconds: 0).hasSuffix("0/s, ? left"))
        #expect(ProgressBar.line("verifying", 1, of: .max, seconds: 1000).contains("left"))
    }
}
