/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct Timestamp: Hashable, Sendable {
    /// Milliseconds since the Unix epoch.
    package let milliseconds: UInt64

    package init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    /// The last millisecond of the year 9999. No transaction may name a later one, so that every time prints in
    /// ISO 8601's four-digit years and fits every database's and every programming language's integers.
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// The time `milliseconds` later, or ``latest`` where that is past it.
    package func adding(milliseconds: UInt64) -> Timestamp {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return overflow ? .latest : min(Timestamp(milliseconds: sum), .latest)
    }

    /// Milliseconds from `earlier` to this, or zero where `earlier` is not earlier.
    package func milliseconds(since earlier: Timestamp) -> UInt64 {
        earlier < self ? milliseconds - earlier.milliseconds : 0
    }
}

extension Timestamp: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds, such as `2026-03-01T12:00:00.000Z`.
    package var description: String {
        guard self <= .latest else { return "\(milliseconds) ms after 1970" }
        let (year, month, day) = Self.civilDate(daysSinceEpoch: Int(milliseconds / 86_400_000))
        let ofDay = Int(milliseconds % 86_400_000)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let hour = Self.padded(ofDay / 3_600_000, 2)
        let minute = Self.padded(ofDay / 60_000 % 60, 2)
        let second = Self.padded(ofDay / 1000 % 60, 2)
        return "\(date)T\(hour):\(minute):\(second).\(Self.padded(ofDay % 1000, 3))Z"
    }

    /// The date in the proleptic Gregorian calendar, counted in 400-year cycles whose years start in March, so that the
    /// leap day comes last and months need no table.
    private static func civilDate(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSinceEpoch + 719_468  // since 0000-03-01
        let cycle = days / 146_097
        let dayOfCycle = days % 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfCycle + 400 * cycle + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
