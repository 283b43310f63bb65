/// A time of day to the nanosecond, without a zone: ECG files state the clock of the place.
public struct TimeOfDay: Hashable, Sendable, Comparable {
    public let hour: Int
    public let minute: Int
    public let second: Int
    public let nanosecond: Int

    /// Nil unless 0...23, 0...59, 0...59 (no leap seconds), 0...999,999,999.
    public init?(hour: Int, minute: Int, second: Int, nanosecond: Int = 0) {
        guard 0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second, 0...999_999_999 ~= nanosecond else { return nil }
        self.hour = hour
        self.minute = minute
        self.second = second
        self.nanosecond = nanosecond
    }

    public static func < (lhs: TimeOfDay, rhs: TimeOfDay) -> Bool {
        (lhs.hour, lhs.minute, lhs.second, lhs.nanosecond) < (rhs.hour, rhs.minute, rhs.second, rhs.nanosecond)
    }
}

extension TimeOfDay: CustomStringConvertible {
    /// `HH:MM:SS`, with as many decimals as are needed: 3, 6 or 9.
    public var description: String {
        let whole = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        if nanosecond == 0 { return whole }
        if nanosecond % 1_000_000 == 0 { return whole + "." + padded(nanosecond / 1_000_000, 3) }
        if nanosecond % 1000 == 0 { return whole + "." + padded(nanosecond / 1000, 6) }
        return whole + "." + padded(nanosecond, 9)
    }
}

/// A day of the Gregorian calendar.
public struct CalendarDate: Hashable, Sendable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nil for a day that does not exist; years 1...9999 (de-identified records may lie in a future century).
    public init?(year: Int, month: Int, day: Int) {
        guard 1...9999 ~= year, 1...12 ~= month, day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    public static func < (lhs: CalendarDate, rhs: CalendarDate) -> Bool {
        (lhs.year, lhs.month, lhs.day) < (rhs.year, rhs.month, rhs.day)
    }
}

extension CalendarDate: CustomStringConvertible {
    /// ISO 8601: `YYYY-MM-DD`.
    public var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
}
