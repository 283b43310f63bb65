/// Something wrong in what a node was told, and where.
package struct ConfigurationMistake: Error, Hashable, Sendable {
    /// Where a value came from.
    package enum Source: Hashable, Sendable {
        case flag
        /// The variable's name.
        case environment(String)
        case file(path: String, line: Int)
        /// It is nowhere.
        case missing
    }

    package let source: Source
    /// The setting's name, or the unknown name that was found; nil for a file that cannot be read at all.
    package let name: String?
    package let reason: String

    package init(_ source: Source, _ name: String?, _ reason: String) {
        self.source = source
        self.name = name
        self.reason = reason
    }
}

extension ConfigurationMistake: CustomStringConvertible {
    package var description: String {
        let place: String? =
            switch source {
            case .flag: "flag"
            case .environment(let variable): variable
            case .file(let path, let line): "\(path):\(line)"
            case .missing: nil
            }
        return [place, name].compactMap { $0 }.map { "\($0): " }.joined() + reason
    }
}

/// All that is wrong in what a node was told.
package struct ConfigurationMistakes: Error, Hashable, Sendable, CustomStringConvertible {
    package let mistakes: [ConfigurationMistake]

    package init(_ mistakes: [ConfigurationMistake]) { self.mistakes = mistakes }

    package var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
