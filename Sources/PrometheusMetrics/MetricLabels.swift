/// Names as Prometheus has them.
enum MetricName {
    /// Letters, digits, `_` and `:`, no digit first: what is something else becomes `_`.
    static func sanitized(_ name: String) -> String { clean(name, alsoColons: true) }

    /// The same without colons.
    static func sanitizedLabel(_ name: String) -> String { clean(name, alsoColons: false) }

    private static func clean(_ name: String, alsoColons: Bool) -> String {
        var bytes = Array(name.utf8).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                return byte
            case UInt8(ascii: ":") where alsoColons: return byte
            default: return UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? true {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The labels of a series, by name; each name once.
struct MetricLabels: Hashable, Sendable {
    struct Label: Hashable, Sendable {
        let name: String
        let value: String
    }

    let labels: [Label]

    init(_ dimensions: [(String, String)], limits: MetricsRegistry.Limits) {
        var labels: [Label] = []
        for (name, value) in dimensions.prefix(limits.labelsPerSeries) {
            let name = MetricName.sanitizedLabel(name)
            guard !labels.contains(where: { $0.name == name }) else { continue }
            labels.append(Label(name: name, value: Self.cut(value, to: limits.labelValueBytes)))
        }
        self.labels = labels.sorted { $0.name < $1.name }
    }

    private static func cut(_ value: String, to bytes: Int) -> String {
        guard value.utf8.count > bytes else { return value }
        var count = 0
        return String(
            value.unicodeScalars.prefix { scalar in
                count += String(scalar).utf8.count
                return count <= bytes
            })
    }
}

extension MetricLabels: Comparable {
    static func < (a: MetricLabels, b: MetricLabels) -> Bool {
        a.labels.lexicographicallyPrecedes(b.labels) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}
