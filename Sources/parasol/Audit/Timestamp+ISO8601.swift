import Foundation
import SharingContracts

extension Timestamp {
    /// Reads `YYYY-MM-DD`, its first moment, or `YYYY-MM-DDThh:mm:ss` with up to six decimals and a `Z`; UTC only. Nil for
    /// anything else, and for days and hours that there are not.
    init?(iso8601 text: String) {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count <= 2, let days = Self.days(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(microseconds: days * 86_400_000_000)
            return
        }
        guard let ofDay = Self.microsecondsOfDay(parts[1]) else { return nil }
        self.init(microseconds: days * 86_400_000_000 + ofDay)
    }

    /// Days since 1970.
    private static func days(_ text: Substring) -> UInt64? {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 3, let year = number(fields[0], digits: 4), let month = number(fields[1], digits: 2),
            let day = number(fields[2], digits: 2), year >= 1970
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let components = DateComponents(
            calendar: calendar, timeZone: .gmt, year: Int(year), month: Int(month), day: Int(day))
        guard components.isValidDate, let date = components.date else { return nil }
        return UInt64(date.timeIntervalSince1970 / 86_400)
    }

    private static func microsecondsOfDay(_ text: Substring) -> UInt64? {
        guard text.last == "Z" else { return nil }
        let fields = text.dropLast().split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 3, let hour = number(fields[0], digits: 2), let minute = number(fields[1], digits: 2),
            hour < 24, minute < 60
        else { return nil }
        let seconds = fields[2].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(seconds.count), let second = number(seconds[0], digits: 2), second < 60 else {
            return nil
        }
        var fraction: UInt64 = 0
        if seconds.count == 2 {
            guard (1...6).contains(seconds[1].utf8.count),
                let value = number(seconds[1] + String(repeating: "0", count: 6 - seconds[1].utf8.count), digits: 6)
            else { return nil }
            fraction = value
        }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
    }

    private static func number(_ text: some StringProtocol, digits: Int) -> UInt64? {
        guard text.utf8.count == digits,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(text)
    }
}
