extension TimeOfDay {
    /// `HH:MM:SS[.f...]`, `MM:SS[.f...]` or `SS[.f...]`, one or two digits each, up to 9 decimals.
    init?(wfdb text: ArraySlice<UInt8>) {
        let (whole, fraction) = text.split(at: ".")
        var parts: [Int] = []
        for part in whole.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            guard part.count <= 2, let value = WFDBNumber.natural(part) else { return nil }
            parts.append(value)
        }
        guard 1...3 ~= parts.count else { return nil }
        while parts.count < 3 { parts.insert(0, at: 0) }
        var nanosecond = 0
        if let fraction {
            guard fraction.count <= 9, var value = WFDBNumber.natural(fraction) else { return nil }
            for _ in fraction.count..<9 { value *= 10 }
            nanosecond = value
        }
        self.init(hour: parts[0], minute: parts[1], second: parts[2], nanosecond: nanosecond)
    }
}

extension CalendarDate {
    /// `DD/MM/YYYY`.
    init?(wfdb text: ArraySlice<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count <= 2, parts[1].count <= 2, parts[2].count == 4,
            let day = WFDBNumber.natural(parts[0]), let month = WFDBNumber.natural(parts[1]),
            let year = WFDBNumber.natural(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// `DD/MM/YYYY`.
    var wfdb: String { "\(padded(day, 2))/\(padded(month, 2))/\(padded(year, 4))" }
}
