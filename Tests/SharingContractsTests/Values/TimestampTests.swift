import SharingContracts
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999000Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999000Z"),
            (1_772_366_400_000, "2026-03-01T12:00:00.000000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999000Z"),
        ] as [(UInt64, String)])
    func printsAsISO8601(milliseconds: UInt64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func printsItsMicroseconds() {
        #expect(Timestamp(microseconds: 1_772_366_400_000_001).description == "2026-03-01T12:00:00.000001Z")
        #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999999Z")
    }

    @Test func aMillisecondIsAThousandMicroseconds() {
        #expect(Timestamp(milliseconds: 7) == Timestamp(microseconds: 7000))
        for microseconds in [7000, 7001, 7999] as [UInt64] {
            #expect(Timestamp(microseconds: microseconds).milliseconds == 7)
        }
        #expect(Timestamp(microseconds: 6999).milliseconds == 6)
        #expect(Timestamp(microseconds: 6999) < Timestamp(milliseconds: 7))
        #expect(Timestamp(milliseconds: .max).microseconds == .max)
    }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
        // Counted up by the calendar's own rule, which the closed formula must agree with.
        var (year, month, day) = (1970, 1, 1)
        for index in 0..<UInt64(146_097) {
            let text = Timestamp(milliseconds: index * 86_400_000).description
            let digits = text.prefix(10).split(separator: "-").compactMap { Int($0) }
            guard digits == [year, month, day] else {
                Issue.record("day \(index) is \(year)-\(month)-\(day), printed as \(text)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
    }

    @Test func sumsStopAtTheYear9999AndDifferencesAtZero() {
        let time = Timestamp(milliseconds: 5)
        #expect(time.adding(milliseconds: 10) == Timestamp(milliseconds: 15))
        #expect(time.adding(milliseconds: .max) == .latest)
        #expect(Timestamp.latest.adding(milliseconds: 1) == .latest)
        #expect(Timestamp(milliseconds: 15).milliseconds(since: time) == 10)
        #expect(Timestamp(microseconds: 6999).milliseconds(since: time) == 1)
        #expect(time.milliseconds(since: Timestamp(milliseconds: 15)) == 0)
        #expect(time.adding(microseconds: 1) == Timestamp(microseconds: 5001))
        #expect(Timestamp(microseconds: .max).adding(microseconds: 1) == .latest)
        #expect(Timestamp(microseconds: .max).description == "18446744073709551615 µs after 1970")
    }
}
