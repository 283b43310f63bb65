/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Leaves are sequenced by the microsecond; what people agree on, such as a consent's period, is said in milliseconds.
package struct Timestamp: Hashable, Sendable {
    /// Microseconds since the Unix epoch.
    package let microseconds: UInt64

    package init(microseconds: UInt64) {
        self.microseconds = microseconds
    }

    /// The first microsecond of a millisecond since the Unix epoch; the last representable one where that is past it.
    package init(milliseconds: UInt64) {
        self.init(microseconds: Self.microseconds(in: milliseconds))
    }

    /// The millisecond since the Unix epoch that this is in.
    package var milliseconds: UInt64 { microseconds / 1000 }

    /// The last microsecond of the year 9999. No transaction may name a later one, so that every time prints in
    /// ISO 8601's four-digit years and fits every database's and every programming language's signed 64-bit integers.
    package static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

    /// The time `microseconds` later, or ``latest`` where that is past it.
    package func adding(microseconds: UInt64) -> Timestamp {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        return overflow ? .latest : min(Timestamp(microseconds: sum), .latest)
    }

    /// The time `milliseconds` later, or ``latest`` where that is past it.
    package func adding(milliseconds: UInt64) -> Timestamp {
        adding(microseconds: Self.microseconds(in: milliseconds))
    }

    /// Whole milliseconds that have passed from `earlier` to this, or zero where `earlier` is not earlier.
    package func milliseconds(since earlier: Timestamp) -> UInt64 {
        earlier < self ? (microseconds - earlier.microseconds) / 1000 : 0
    }

    private static func microseconds(in milliseconds: UInt64) -> UInt64 {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product
    }
}

extension Timestamp: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.microseconds < rhs.microseconds }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with microseconds, such as `2026-03-01T12:00:00.000000Z`.
    package var description: String {
        guard self <= .latest else { return "\(microseconds) µs after 1970" }
        let (year, month, day) = Self.civilDate(daysSinceEpoch: Int(microseconds / 86_400_000_000))
        let ofDay = Int(microseconds % 86_400_000_000)
        let seconds = ofDay / 1_000_000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let hour = Self.padded(seconds / 3600, 2)
        let minute = Self.padded(seconds / 60 % 60, 2)
        let second = Self.padded(seconds % 60, 2)
        return "\(date)T\(hour):\(minute):\(second).\(Self.padded(ofDay % 1_000_000, 6))Z"
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
