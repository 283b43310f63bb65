/// What is wrong with a vector file, and where: `cases[3].kfrags[1]: …`.
struct VectorError: Error, Hashable, CustomStringConvertible {
    /// From the file's top; empty for the file itself.
    let path: String
    let kind: Kind

    enum Kind: Hashable {
        /// The file is no JSON, or has a number that is no integer, or a null.
        case unreadable(String)
        /// A field that must be there is not.
        case missing
        /// A field that nothing here checks: it would go unnoticed whatever it says.
        case unknownField
        /// Another kind of value than `expected`.
        case wrongType(expected: String)
        /// Not lower-case hexadecimal digits, two a byte.
        case notHexadecimal
        /// The value does not follow from the others.
        case unequal(expected: String)
        /// The object does not parse or verify.
        case refused(String)
        /// Something was accepted that has to be refused.
        case accepted
        /// A file without a section that could be checked.
        case nothingToCheck
    }

    var description: String {
        let what =
            switch kind {
            case .unreadable(let reason): "not readable: \(reason)"
            case .missing: "missing"
            case .unknownField: "unknown field"
            case .wrongType(let expected): "should be \(expected)"
            case .notHexadecimal: "should be lower-case hexadecimal digits"
            case .unequal(let expected): "should be \(expected)"
            case .refused(let reason): "refused: \(reason)"
            case .accepted: "accepted, but has to be refused"
            case .nothingToCheck: "no section that is checked here"
            }
        return path.isEmpty ? what : "\(path): \(what)"
    }
}
