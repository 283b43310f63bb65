package import Octets

/// Why bytes are not a row of the world state.
package enum StateRowError: Error, Hashable, Sendable {
    /// The key's first byte names no table; nil where the key is empty.
    case unknownTable(UInt8?)
    /// The value begins with a version that this software does not read.
    case unknownVersion(UInt8)
    case octets(OctetsError)
    /// A transaction's body in the row is none.
    case body(ContractViolation)
    /// A byte that says whether something follows is neither 0 nor 1.
    case badFlag(UInt8)
    /// A field has a value that no transaction can bring about.
    case badField(String)
    /// The value is another row's.
    case wrongKey
}

extension StateRowError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownTable(let tag?): "table \(tag) is unknown"
        case .unknownTable(nil): "the key is empty"
        case .unknownVersion(let version): "version \(version) of the row is unknown"
        case .octets(let error): "\(error)"
        case .body(let violation): "\(violation)"
        case .badFlag(let flag): "the flag is \(flag)"
        case .badField(let field): "\(field) cannot be"
        case .wrongKey: "the value is another row's"
        }
    }
}
