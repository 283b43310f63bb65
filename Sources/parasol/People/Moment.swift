import SharingContracts

/// A moment as people write it: `2026-03-01`, its first moment in UTC; `2026-03-01T12:00:00Z`; or from now on `30d`.
enum Moment: Hashable, Sendable {
    case at(Timestamp)
    case after(TimeSpan)

    init?(_ text: String) {
        if let time = Timestamp(iso8601: text) {
            self = .at(time)
        } else if let span = TimeSpan(text) {
            self = .after(span)
        } else {
            return nil
        }
    }

    func time(now: Timestamp) -> Timestamp {
        switch self {
        case .at(let time): time
        case .after(let span): now.adding(milliseconds: span.milliseconds)
        }
    }

    static let forms = "2026-03-01, 2026-03-01T12:00:00Z (UTC), or from now on 45min, 12h, 30d, 8w"
}

/// A length of time as people write it: a whole number and min, h, d (24 hours) or w, without a blank.
struct TimeSpan: Hashable, Sendable {
    /// At least 1 minute, at most what a consent may last.
    let milliseconds: UInt64

    init?(_ text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let minute: UInt64 = 60_000
        let unit: UInt64
        switch text.dropFirst(digits.count) {
        case "min": unit = minute
        case "h": unit = 60 * minute
        case "d": unit = 24 * 60 * minute
        case "w": unit = 7 * 24 * 60 * minute
        default: return nil
        }
        guard (1...9).contains(digits.utf8.count), let count = UInt64(digits), count > 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, product <= Limits.consentMilliseconds else { return nil }
        milliseconds = product
    }

    /// A length of time as it would be written: in the largest unit of which it is a whole number, below a minute in ms.
    static func text(milliseconds: UInt64) -> String {
        let minute: UInt64 = 60_000
        for (unit, length) in [("d", 24 * 60 * minute), ("h", 60 * minute), ("min", minute)]
        where milliseconds >= length && milliseconds % length == 0 {
            return "\(milliseconds / length)\(unit)"
        }
        return "\(milliseconds) ms"
    }
}

extension Timestamp {
    /// To the second, for tables.
    var short: String {
        let text = description
        guard let dot = text.firstIndex(of: ".") else { return text }
        return text[..<dot] + "Z"
    }
}
