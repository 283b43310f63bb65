import SharingContracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Network {
    /// Reads a network file, strictly: every field that is not optional, no field that is not known, and every bound.
    ///
    /// - Parameter json: The bytes of the file, at most ``NetworkLimits/fileByteCount``.
    /// - Throws: ``NetworkError``, naming the field.
    package init(json: [UInt8]) throws(NetworkError) {
        guard json.count <= NetworkLimits.fileByteCount else { throw .tooLong(byteCount: json.count) }
        guard String(validating: json, as: UTF8.self) != nil else { throw .notJSON("it is not UTF-8") }
        let tree: NetworkTree
        do { tree = try JSONDecoder().decode(NetworkTree.self, from: Data(json)) } catch {
            throw .notJSON(NetworkTree.reason(error))
        }
        var fields = try NetworkFields(tree, "the file")
        let format = try fields.text("format")
        guard format.utf8.elementsEqual(Self.format.utf8) else {
            throw .invalid(field: "format", .unknownFormat(format))
        }
        let displayName = try fields.text("name")
        let policy = try fields.text("witnessPolicy")
        let ledger = try fields.url("ledger")
        let keyServices = try fields.services("keyServices", atMost: NetworkLimits.keyServiceCount)
        let proxies = try fields.services("proxies", atMost: NetworkLimits.proxyCount)
        let vault = try fields.url("vault")
        let authorities = try fields.optionalText("certificateAuthorities")
        try fields.finish()
        try self.init(
            displayName: displayName, witnessPolicy: policy, ledger: ledger, keyServices: keyServices,
            proxies: proxies, vault: vault, certificateAuthorities: authorities)
    }

    /// The file: UTF-8, keys in their order, one a line.
    package var json: [UInt8] {
        var lines = [
            "\"format\": \(Self.quoted(Self.format))", "\"name\": \(Self.quoted(displayName))",
            "\"witnessPolicy\": \(Self.quoted(witnessPolicy))", "\"ledger\": \(Self.quoted(ledger.text))",
            "\"keyServices\": \(Self.list(keyServices))", "\"proxies\": \(Self.list(proxies))",
            "\"vault\": \(Self.quoted(vault.text))",
        ]
        if let certificateAuthorities {
            lines.append("\"certificateAuthorities\": \(Self.quoted(certificateAuthorities))")
        }
        return Array(("{\n  " + lines.joined(separator: ",\n  ") + "\n}\n").utf8)
    }

    private static func list(_ services: [Service]) -> String {
        guard !services.isEmpty else { return "[]" }
        let items = services.map { "    {\"identity\": \"\($0.identity)\", \"url\": \(quoted($0.url.text))}" }
        return "[\n" + items.joined(separator: ",\n") + "\n  ]"
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// JSON of objects, lists and texts, which is all that a network file has.
private indirect enum NetworkTree: Decodable {
    case object([String: NetworkTree])
    case list([NetworkTree])
    case text(String)

    /// Nothing in the file lies deeper: file, list, service, field.
    private static let depth = 4

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count < Self.depth else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "it is nested too deeply"))
        }
        if let container = try? decoder.container(keyedBy: Name.self) {
            var members: [String: NetworkTree] = [:]
            for key in container.allKeys {
                members[key.stringValue] = try container.decode(NetworkTree.self, forKey: key)
            }
            self = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var members: [NetworkTree] = []
            while !container.isAtEnd { members.append(try container.decode(NetworkTree.self)) }
            self = .list(members)
        } else {
            self = .text(try decoder.singleValueContainer().decode(String.self))
        }
    }

    /// What a decoder said, in one line.
    static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context): context.debugDescription
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(path(context.codingPath)) is neither an object nor a list nor a text"
        default: "it cannot be read"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.isEmpty
            ? "the file"
            : keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
    }
}

/// The fields of one object, each taken once.
private struct NetworkFields {
    private let path: String
    private var members: [String: NetworkTree]

    init(_ tree: NetworkTree, _ path: String) throws(NetworkError) {
        guard case .object(let members) = tree else {
            throw .invalid(field: path, .wrongKind(expected: "an object"))
        }
        self.members = members
        self.path = path
    }

    /// The whole file's fields have no path before them.
    private func name(_ field: String) -> String { path == "the file" ? field : path + "." + field }

    private mutating func take(_ field: String) throws(NetworkError) -> NetworkTree {
        guard let value = members.removeValue(forKey: field) else {
            throw .invalid(field: name(field), .missing)
        }
        return value
    }

    mutating func text(_ field: String) throws(NetworkError) -> String {
        guard case .text(let text) = try take(field) else {
            throw .invalid(field: name(field), .wrongKind(expected: "a text"))
        }
        return text
    }

    mutating func optionalText(_ field: String) throws(NetworkError) -> String? {
        members[field] == nil ? nil : try text(field)
    }

    mutating func url(_ field: String) throws(NetworkError) -> ServiceURL {
        let text = try text(field)
        do throws(ServiceURL.Flaw) { return try ServiceURL(text) } catch {
            throw .invalid(field: name(field), .url(error))
        }
    }

    mutating func identity(_ field: String) throws(NetworkError) -> IdentityID {
        let text = try text(field)
        guard let id = try? IdentityID(hexadecimal: text) else {
            throw .invalid(field: name(field), .notAnIdentifier)
        }
        return id
    }

    mutating func services(_ field: String, atMost bound: Int) throws(NetworkError) -> [Network.Service] {
        guard case .list(let items) = try take(field) else {
            throw .invalid(field: name(field), .wrongKind(expected: "a list"))
        }
        guard items.count <= bound else {
            throw .invalid(field: name(field), .length(items.count, allowed: 0...bound))
        }
        var services: [Network.Service] = []
        for (index, item) in items.enumerated() {
            var fields = try NetworkFields(item, "\(name(field))[\(index)]")
            services.append(
                Network.Service(identity: try fields.identity("identity"), url: try fields.url("url")))
            try fields.finish()
        }
        return services
    }

    /// Nothing may be left.
    func finish() throws(NetworkError) {
        if let field = members.keys.sorted().first { throw .invalid(field: name(field), .unknown) }
    }
}
