internal import RawStructuredFieldValues

/// What one signature covers and under which parameters: a member of `Signature-Input` (RFC 9421, section 2.3).
///
/// Kept in the order of the message, which is the order that is signed. Parameters that are not known here are kept and signed,
/// and mean nothing.
package struct SignatureInput: Hashable, Sendable {
    /// The one algorithm of this implementation: ECDSA on P-256 with SHA-256, r ‖ s (RFC 9421, section 3.3.4).
    package static let algorithm = "ecdsa-p256-sha256"

    package let components: [ComponentIdentifier]
    /// Seconds since 1970.
    package let created: Int64?
    /// Seconds since 1970.
    package let expires: Int64?
    package let nonce: String?
    package let keyID: String?
    package let tag: String?
    /// The canonical serialization, which is the value of `@signature-params`.
    package let serialized: String

    /// What a signer is about to sign.
    ///
    /// - Throws: ``MessageSignatureError/tooManyComponents(_:)``, ``MessageSignatureError/repeatedComponent(_:)``,
    ///   ``MessageSignatureError/malformedParameter(_:)`` for a text that a structured field cannot hold.
    package init(
        components: [ComponentIdentifier], created: Int64, expires: Int64? = nil, nonce: String? = nil, keyID: String,
        tag: String? = nil, namingAlgorithm: Bool = false
    ) throws(MessageSignatureError) {
        var parameters = OrderedMap<String, RFC9651BareItem>()
        parameters["created"] = .integer(created)
        if let expires { parameters["expires"] = .integer(expires) }
        if let nonce { parameters["nonce"] = .string(nonce) }
        parameters["keyid"] = .string(keyID)
        if namingAlgorithm { parameters["alg"] = .string(Self.algorithm) }
        if let tag { parameters["tag"] = .string(tag) }
        var list = BareInnerList()
        for component in components { list.append(component.item) }
        try self.init(InnerList(bareInnerList: list, parameters: parameters))
    }

    /// Reads a member of `Signature-Input`.
    init(_ list: InnerList) throws(MessageSignatureError) {
        guard list.bareInnerList.count <= MessageSignatureLimits.components else {
            throw .tooManyComponents(list.bareInnerList.count)
        }
        var components: [ComponentIdentifier] = []
        for item in list.bareInnerList {
            let component = try ComponentIdentifier(item)
            guard !components.contains(component) else { throw .repeatedComponent("\(component)") }
            components.append(component)
        }
        self.components = components
        let parameters = SignatureParameters(list.rfc9651Parameters)
        created = try parameters.integer("created")
        expires = try parameters.integer("expires")
        nonce = try parameters.string("nonce")
        keyID = try parameters.string("keyid")
        tag = try parameters.string("tag")
        if let algorithm = try parameters.string("alg"), algorithm != Self.algorithm {
            throw .unsupportedAlgorithm(algorithm)
        }
        serialized = try Self.serialize(list)
    }

    private static func serialize(_ list: InnerList) throws(MessageSignatureError) -> String {
        var serializer = StructuredFieldValueSerializer()
        do {
            return String(decoding: try serializer.writeListFieldValue([.innerList(list)]), as: UTF8.self)
        } catch { throw .malformedField("signature-input", reason: "\(error)") }
    }
}

/// The parameters of a list of covered components.
private struct SignatureParameters {
    private let values: OrderedMap<String, RFC9651BareItem>

    init(_ values: OrderedMap<String, RFC9651BareItem>) { self.values = values }

    func integer(_ name: String) throws(MessageSignatureError) -> Int64? {
        guard let value = values[name] else { return nil }
        guard case .integer(let integer) = value, integer >= 0 else { throw .malformedParameter(name) }
        return integer
    }

    func string(_ name: String) throws(MessageSignatureError) -> String? {
        guard let value = values[name] else { return nil }
        guard case .string(let text) = value, (1...MessageSignatureLimits.parameterBytes).contains(text.utf8.count)
        else {
            throw .malformedParameter(name)
        }
        return text
    }
}
