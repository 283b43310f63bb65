internal import Yams

/// A node's configuration file: YAML, whose mappings nest as the settings' names have dots.
///
///     roles: [key-service, vault]
///     folder: /var/lib/parasol
///     listen:
///       port: 8440
struct ConfigurationFile: Sendable {
    static let maximumBytes = 1 << 20

    /// The value or values of a setting, as text, and the line on which they begin.
    struct Entry: Hashable, Sendable {
        let values: [String]
        let line: Int
    }

    private(set) var entries: [NodeSetting: Entry] = [:]
    private(set) var mistakes: [ConfigurationMistake] = []
    private let path: String

    /// Reads a file's text. What is wrong with it is in ``mistakes``.
    init(_ text: String, path: String) {
        self.path = path
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            guard let mapping = root.mapping else {
                note(root, nil, "a configuration is a list of settings, each as `name: value`")
                return
            }
            read(mapping, below: "", depth: 0)
        } catch let error as YamlError {
            mistakes.append(ConfigurationMistake(.file(path: path, line: Self.line(of: error)), nil, "\(error)"))
        } catch {
            mistakes.append(ConfigurationMistake(.file(path: path, line: 1), nil, "\(error)"))
        }
    }

    private static func line(of error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 1
        }
    }

    private mutating func read(_ mapping: Node.Mapping, below prefix: String, depth: Int) {
        for (key, value) in mapping {
            guard let word = key.scalar?.string else {
                note(key, nil, "a setting's name is a word")
                continue
            }
            let name = prefix + word
            if let setting = NodeSetting(rawValue: name) {
                take(value, for: setting, key)
            } else if let nested = value.mapping, depth < 2,
                NodeSetting.allCases.contains(where: { $0.rawValue.hasPrefix(name + ".") })
            {
                read(nested, below: name + ".", depth: depth + 1)
            } else {
                note(key, name, "there is no such setting; `parasol config settings` lists all")
            }
        }
    }

    private mutating func take(_ value: Node, for setting: NodeSetting, _ key: Node) {
        let line = (value.mark ?? key.mark)?.line ?? 1
        if let scalar = value.scalar {
            entries[setting] = Entry(values: [scalar.string], line: line)
        } else if let sequence = value.sequence {
            let values = sequence.compactMap { $0.scalar?.string }
            guard values.count == sequence.count else {
                return note(value, setting.rawValue, "a list holds plain values")
            }
            entries[setting] = Entry(values: values, line: line)
        } else {
            note(value, setting.rawValue, "a setting has a value or a list of values")
        }
    }

    private mutating func note(_ node: Node, _ name: String?, _ reason: String) {
        mistakes.append(ConfigurationMistake(.file(path: path, line: node.mark?.line ?? 1), name, reason))
    }
}
