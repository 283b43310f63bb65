import Octets

/// What a table looks up by, as bytes: equal keys have equal bytes and others have others.
protocol StateRowKey: Hashable, Sendable {
    var rowName: [UInt8] { get }
}

/// What a row holds, in one encoding: a version, then fixed fields, big-endian, in a fixed order.
///
/// An optional field follows a byte 1, and a byte 0 stands for its absence. A transaction's body is its canonical
/// protobuf encoding behind a 16-bit length.
protocol StateRowValue: Hashable, Sendable {
    /// The fields, without the version.
    func write(to writer: inout RowWriter) throws(ContractViolation)
    init(from reader: inout RowReader) throws(StateRowError)
    /// The key that the value itself names; nil where it names none.
    var ownName: [UInt8]? { get }
}

extension StateRowValue {
    var ownName: [UInt8]? { nil }

    func row(at key: StateKey) throws(ContractViolation) -> StateRow {
        var writer = RowWriter()
        try write(to: &writer)
        return StateRow(key: key, value: writer.bytes)
    }

    init(row: StateRow) throws(StateRowError) {
        var reader = try RowReader(row.value)
        try self.init(from: &reader)
        try reader.finish()
        if let ownName, ownName != row.key.name { throw .wrongKey }
    }
}

/// The key of a table's only row.
struct OnlyKey: StateRowKey {
    var rowName: [UInt8] { [] }
}

/// That a key or digest is in use. Who uses it is said elsewhere.
struct Taken: StateRowValue {
    init() {}
    init(from reader: inout RowReader) throws(StateRowError) {}
    func write(to writer: inout RowWriter) throws(ContractViolation) {}
}

extension Identifier: StateRowKey {
    var rowName: [UInt8] { bytes }
}

extension FixedOctets: StateRowKey {
    var rowName: [UInt8] { bytes }
}

extension SigningKey: StateRowKey {
    var rowName: [UInt8] { compressed.bytes }
}

extension Identifier: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) { writer.write(self) }
    init(from reader: inout RowReader) throws(StateRowError) { self = try reader.identifier() }
}

extension UInt64: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) { writer.write(self) }
    init(from reader: inout RowReader) throws(StateRowError) { self = try reader.integer() }
}

extension SigningKey: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) { writer.write(compressed) }

    init(from reader: inout RowReader) throws(StateRowError) {
        guard let key = SigningKey(compressed: try reader.fixed()) else { throw .badField("signing key") }
        self = key
    }
}
