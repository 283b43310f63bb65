import Octets

/// A value of a vector file together with its place in it.
struct VectorNode {
    let value: JSONValue
    let path: String

    func failure(_ kind: VectorError.Kind) -> VectorError { VectorError(path: path, kind: kind) }

    func array() throws(VectorError) -> [VectorNode] {
        guard case .array(let values) = value else { throw failure(.wrongType(expected: "a list")) }
        return values.enumerated().map { VectorNode(value: $1, path: "\(path)[\($0)]") }
    }

    func fields() throws(VectorError) -> VectorFields { try VectorFields(self) }

    func string() throws(VectorError) -> String {
        guard case .string(let text) = value else { throw failure(.wrongType(expected: "a text")) }
        return text
    }

    func integer() throws(VectorError) -> Int {
        guard case .integer(let number) = value else { throw failure(.wrongType(expected: "an integer")) }
        return number
    }

    func bool() throws(VectorError) -> Bool {
        guard case .bool(let truth) = value else { throw failure(.wrongType(expected: "true or false")) }
        return truth
    }

    /// Bytes in the one way of writing them, so that no digit can differ without a byte differing.
    func octets() throws(VectorError) -> [UInt8] {
        let text = try string()
        guard let bytes = try? [UInt8](hexadecimal: text), bytes.hexadecimal == text else {
            throw failure(.notHexadecimal)
        }
        return bytes
    }

    /// Demands these very bytes.
    func equals(_ expected: some Collection<UInt8>) throws(VectorError) {
        guard try octets().elementsEqual(expected) else { throw failure(.unequal(expected: expected.hexadecimal)) }
    }

    /// Runs `body`, whatever it throws being this value's fault.
    func attempt<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(VectorError) -> Result {
        do { return try body() } catch { throw failure(.refused(String(describing: error))) }
    }

    /// The same for a body that wants the bytes.
    func parsed<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(VectorError) -> Result {
        let bytes = try octets()
        return try attempt { () throws(Failure) in try body(bytes) }
    }
}

/// An object whose every field must be asked for before it is finished.
struct VectorFields {
    let path: String
    private let members: [String: JSONValue]
    private var asked: Set<String> = []

    init(_ node: VectorNode) throws(VectorError) {
        guard case .object(let list) = node.value else { throw node.failure(.wrongType(expected: "an object")) }
        path = node.path
        members = Dictionary(list.map { ($0.name, $0.value) }) { first, _ in first }
    }

    func contains(_ name: String) -> Bool { members[name] != nil }

    var names: [String] { members.keys.sorted() }

    private func node(_ name: String, _ value: JSONValue) -> VectorNode {
        VectorNode(value: value, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// The field, if it is there.
    mutating func optional(_ name: String) -> VectorNode? {
        asked.insert(name)
        return members[name].map { node(name, $0) }
    }

    /// The field, which must be there.
    subscript(_ name: String) -> VectorNode {
        mutating get throws(VectorError) {
            guard let found = optional(name) else { throw node(name, .bool(false)).failure(.missing) }
            return found
        }
    }

    /// Demands that the field `sha256` is the digest of all the others, and that none of them is left.
    mutating func finishBound() throws(VectorError) {
        let list = members.map { JSONValue.Member(name: $0.key, value: $0.value) }
        try self[BoundObject.digestField].equals(BoundObject.digest(of: list))
        try finish()
    }

    /// Demands that no field is left.
    func finish() throws(VectorError) {
        if let unknown = names.first(where: { !asked.contains($0) }) {
            throw node(unknown, .bool(false)).failure(.unknownField)
        }
    }
}
