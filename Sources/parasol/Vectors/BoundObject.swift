import Crypto
import Octets

/// Objects of vector files whose members do not follow from each other, as bytes that are refused anyhow do not.
///
/// Such an object has the member `sha256`: SHA-256 of the object without it, in the JSON Canonicalization Scheme
/// (RFC 8785), so that no digit of it changes unnoticed.
enum BoundObject {
    static let digestField = "sha256"

    /// The object of these members with its digest behind them.
    static func making(_ members: (String, JSONValue)...) -> JSONValue {
        let bare = members.map { JSONValue.Member(name: $0.0, value: $0.1) }
        return .object(bare + [JSONValue.Member(name: digestField, value: .hexadecimal(digest(of: bare)))])
    }

    /// What the member `sha256` beside these has to be, 32 bytes.
    static func digest(of members: [JSONValue.Member]) -> [UInt8] {
        let bare = members.filter { $0.name != digestField }
        return Array(SHA256.hash(data: Array(JSONValue.object(bare).canonicalText.utf8)))
    }
}
