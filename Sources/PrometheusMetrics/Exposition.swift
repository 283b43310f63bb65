/// The text format of Prometheus, version 0.0.4, while it is written.
struct Exposition: Sendable {
    private(set) var text = ""

    mutating func write(_ family: MetricFamily, named name: String, help: String?) {
        writeHead(name, family.kind, help)
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            series.write(to: &self, name: name, labels: labels)
        }
    }

    mutating func writeCounter(_ value: UInt64, named name: String, help: String) {
        writeHead(name, .counter, help)
        text += "\(name) \(value)\n"
    }

    mutating func writeSample(_ name: String, _ labels: MetricLabels, bound: String? = nil, _ value: String) {
        var pairs = labels.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        if let bound { pairs.append("le=\"\(bound)\"") }
        text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs.joined(separator: ","))} \(value)\n"
    }

    private mutating func writeHead(_ name: String, _ kind: MetricKind, _ help: String?) {
        if let help { text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    private static func escaped(_ value: String, quotes: Bool) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number as Go's `ParseFloat` reads it; a whole one without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}
