package import HTTPTypes
internal import RawStructuredFieldValues

/// Names one part of a message that a signature covers (RFC 9421, section 2): a field, or a derived component such as
/// `@method`, of the message itself or, in a response, of the request that it answers (`;req`).
///
/// The parameters `sf`, `key`, `bs`, `tr` and the component `@query-param` are not supported: this profile signs whole values.
package struct ComponentIdentifier: Hashable, Sendable {
    /// A field's name in lower case, or a derived component's with its `@`.
    package let name: String
    /// Whether it is meant of the request that a response answers.
    package let isOfRequest: Bool

    private init(_ name: String, isOfRequest: Bool = false) {
        self.name = name
        self.isOfRequest = isOfRequest
    }

    package static let method = ComponentIdentifier("@method")
    package static let targetURI = ComponentIdentifier("@target-uri")
    package static let authority = ComponentIdentifier("@authority")
    package static let scheme = ComponentIdentifier("@scheme")
    package static let requestTarget = ComponentIdentifier("@request-target")
    package static let path = ComponentIdentifier("@path")
    package static let query = ComponentIdentifier("@query")
    package static let status = ComponentIdentifier("@status")

    package static let contentDigest = ComponentIdentifier("content-digest")
    package static let contentType = ComponentIdentifier("content-type")

    private static let derived: Set<String> = Set(
        [method, targetURI, authority, scheme, requestTarget, path, query, status].map(\.name))

    /// A field, all lines of it.
    package static func field(_ name: HTTPField.Name) -> ComponentIdentifier { ComponentIdentifier(name.canonicalName) }

    /// The same component of the request that a response answers.
    package var ofRequest: ComponentIdentifier { ComponentIdentifier(name, isOfRequest: true) }

    /// The field that is meant; nil for a derived component.
    var fieldName: HTTPField.Name? { name.hasPrefix("@") ? nil : HTTPField.Name(name) }
}

extension ComponentIdentifier {
    /// Reads one item of a list of covered components.
    ///
    /// - Throws: ``MessageSignatureError/unsupportedComponent(_:)``,
    ///   ``MessageSignatureError/malformedField(_:reason:)`` for what is no component's name.
    init(_ item: Item) throws(MessageSignatureError) {
        guard case .string(let name) = item.rfc9651BareItem else {
            throw .malformedField("signature-input", reason: "a component is not named by a string")
        }
        isOfRequest = !item.rfc9651Parameters.isEmpty
        for (parameter, value) in item.rfc9651Parameters where parameter != "req" || value != .bool(true) {
            throw .unsupportedComponent("\"\(name)\";\(parameter)")
        }
        // Names are compared and signed in lower case: any other spelling would be another component.
        let isLowerCase = !name.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        guard Self.derived.contains(name) || (isLowerCase && HTTPField.Name(name) != nil) else {
            throw .unsupportedComponent("\"\(name)\"")
        }
        self.name = name
    }

    var item: Item {
        var parameters = OrderedMap<String, RFC9651BareItem>()
        if isOfRequest { parameters["req"] = .bool(true) }
        return Item(bareItem: .string(name), parameters: parameters)
    }
}

extension ComponentIdentifier: CustomStringConvertible {
    /// As in a signature base: the quoted name, and `;req`.
    package var description: String { "\"\(name)\"" + (isOfRequest ? ";req" : "") }
}
