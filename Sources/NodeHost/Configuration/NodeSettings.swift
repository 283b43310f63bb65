internal import Configuration
package import DurableFiles

/// The values of a node's settings from all sources, each with where it came from, checked one by one.
package struct NodeSettings: Sendable {
    /// The value or values of a setting.
    struct Value: Hashable, Sendable {
        let texts: [String]
        let source: ConfigurationMistake.Source
    }

    private(set) var values: [NodeSetting: Value] = [:]
    package private(set) var mistakes: [ConfigurationMistake] = []

    /// Reads flags, then the environment, then the file, and checks what they say.
    ///
    /// - Parameters:
    ///   - flags: Settings that were given on the command line.
    ///   - file: The configuration file; nil for none.
    package init(
        flags: [NodeSetting: [String]], environment: [String: String], file: String?, files: FileSystem = FileSystem()
    ) {
        let written = file.flatMap { read($0, files) }
        mistakes += written?.mistakes ?? []
        let entries = written?.entries ?? [:]
        let reader = ConfigReader(providers: [
            Self.provider("flags", flags),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "parasol"),
            Self.provider("file", entries.mapValues(\.values)),
        ])
        for setting in NodeSetting.allCases {
            guard let texts = Self.texts(of: setting, reader) else { continue }
            let source: ConfigurationMistake.Source =
                if flags[setting] != nil {
                    .flag
                } else if environment[setting.variable] != nil {
                    .environment(setting.variable)
                } else if let file, let entry = entries[setting] {
                    .file(path: file, line: entry.line)
                } else { .missing }
            let value = Value(texts: texts, source: source)
            values[setting] = value
            check(value, of: setting)
        }
        let known = Set(NodeSetting.allCases.map(\.variable))
        for name in environment.keys.sorted() where name.hasPrefix("PARASOL_") && !known.contains(name) {
            guard !Self.variablesOfOthers.contains(name) else { continue }
            mistakes.append(ConfigurationMistake(.environment(name), nil, "there is no such setting"))
        }
    }

    /// Variables of the command line that are no settings of a node.
    private static let variablesOfOthers: Set<String> = ["PARASOL_HOME", "PARASOL_CONFIG"]

    private static func provider(_ name: String, _ values: [NodeSetting: [String]]) -> InMemoryProvider {
        InMemoryProvider(
            name: name,
            values: Dictionary(
                uniqueKeysWithValues: values.map { setting, texts in
                    let content: ConfigContent =
                        setting.isList ? .stringArray(texts) : .string(texts.joined(separator: ","))
                    return (
                        AbsoluteConfigKey(setting.rawValue.split(separator: ".").map(String.init)),
                        ConfigValue(content, isSecret: false)
                    )
                }))
    }

    private static func texts(of setting: NodeSetting, _ reader: ConfigReader) -> [String]? {
        let key = ConfigKey(setting.rawValue)
        return setting.isList ? reader.stringArray(forKey: key) : reader.string(forKey: key).map { [$0] }
    }

    private mutating func read(_ path: String, _ files: FileSystem) -> ConfigurationFile? {
        do throws(FileError) {
            let bytes = try files.readAll(path, atMost: ConfigurationFile.maximumBytes)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                mistakes.append(ConfigurationMistake(.file(path: path, line: 1), nil, "the file is not UTF-8"))
                return nil
            }
            return ConfigurationFile(text, path: path)
        } catch {
            mistakes.append(ConfigurationMistake(.missing, nil, "\(error)"))
            return nil
        }
    }

    private mutating func check(_ value: Value, of setting: NodeSetting) {
        func refuse(_ reason: String) {
            mistakes.append(ConfigurationMistake(value.source, setting.rawValue, reason))
        }
        for text in value.texts {
            switch setting.kind {
            case .text, .list: if text.isEmpty { refuse("the value is empty") }
            case .path: if !text.hasPrefix("/") { refuse("\(text) is no absolute path") }
            case .number(let range):
                guard let number = Int(text), range.contains(number) else {
                    refuse("\(text) is no number from \(range.lowerBound) to \(range.upperBound)")
                    continue
                }
            case .oneOf(let names), .someOf(let names):
                if !names.contains(text) { refuse("\(text) is none of \(names.joined(separator: ", "))") }
            }
        }
        if value.texts.isEmpty { refuse("the list is empty") }
    }

    // MARK: Reading

    /// A setting's value, or its preset.
    package func text(_ setting: NodeSetting) -> String? { (values[setting]?.texts ?? setting.preset)?.first }

    package func texts(_ setting: NodeSetting) -> [String] { values[setting]?.texts ?? setting.preset ?? [] }

    package func number(_ setting: NodeSetting) -> Int? { text(setting).flatMap { Int($0) } }

    /// Where metrics are collected; nil where they are not, or where the place does not do, which is noted.
    package mutating func metricsPlace() -> NodeMetrics.Place? {
        guard let text = text(.metricsListen) else { return nil }
        if let place = NodeMetrics.Place(text) { return place }
        refuse(.metricsListen, "\(text) is no ADDRESS:PORT of the loopback, such as 127.0.0.1:9464")
        return nil
    }

    /// Notes that a setting is needed and not there, or that its value does not do.
    package mutating func refuse(_ setting: NodeSetting, _ reason: String) {
        mistakes.append(ConfigurationMistake(values[setting]?.source ?? .missing, setting.rawValue, reason))
    }
}

extension NodeSetting {
    var isList: Bool {
        switch kind {
        case .someOf, .list: true
        case .text, .path, .number, .oneOf: false
        }
    }
}
