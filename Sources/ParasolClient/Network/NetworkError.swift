/// Why a network file cannot be used. Names the field: `proxies[2].url`.
package enum NetworkError: Error, Hashable, Sendable {
    /// More bytes than ``NetworkLimits/fileByteCount``.
    case tooLong(byteCount: Int)
    /// Not UTF-8, not JSON, or with something other than objects, lists and texts in it.
    case notJSON(String)
    /// What `field` holds is not allowed there.
    case invalid(field: String, NetworkFlaw)
}

/// What can be wrong with a field of a network file.
package enum NetworkFlaw: Hashable, Sendable {
    case missing
    /// No such field is known.
    case unknown
    /// Something else than `expected`, such as a list where a text is wanted.
    case wrongKind(expected: String)
    /// Another format or version than ``Network/format``.
    case unknownFormat(String)
    /// Texts count UTF-8 bytes, lists their members.
    case length(Int, allowed: ClosedRange<Int>)
    case url(ServiceURL.Flaw)
    case notAnIdentifier
    /// The identity stands in the same list before.
    case duplicate
    /// The witness policy cannot be used.
    case policy(AuditError)
    /// There is no PEM block that holds a certificate.
    case noCertificate
}

extension NetworkError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let count): "a network file of \(count) bytes; at most \(NetworkLimits.fileByteCount) are read"
        case .notJSON(let reason): "not a network file: \(reason)"
        case .invalid(let field, let flaw): "network file: \(field): \(flaw)"
        }
    }
}

extension NetworkFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "missing"
        case .unknown: "no such field is known"
        case .wrongKind(let expected): "not \(expected)"
        case .unknownFormat(let format): "\"\(format)\" is not \"\(Network.format)\""
        case .length(let length, let allowed):
            "a length of \(length); \(allowed.lowerBound) to \(allowed.upperBound) are allowed"
        case .url(let flaw): "\(flaw)"
        case .notAnIdentifier: "not 32 hexadecimal digits"
        case .duplicate: "the same identity twice"
        case .policy(let error): "\(error)"
        case .noCertificate: "no PEM block of a certificate"
        }
    }
}
