package import HTTPTypes

/// A message as signatures see it: its head. The content enters by its `Content-Digest`.
package enum SignedMessage: Sendable {
    case request(HTTPRequest)
    /// With the request that it answers, where a signature may cover parts of that.
    case response(HTTPResponse, answering: HTTPRequest?)

    package var fields: HTTPFields {
        switch self {
        case .request(let request): request.headerFields
        case .response(let response, _): response.headerFields
        }
    }

    /// What is signed of a component (RFC 9421, section 2).
    ///
    /// - Throws: ``MessageSignatureError/missingComponent(_:)``, ``MessageSignatureError/unsignableValue(_:)``.
    package func value(of component: ComponentIdentifier) throws(MessageSignatureError) -> String {
        guard let value = try rawValue(of: component) else { throw .missingComponent("\(component)") }
        guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) else {
            throw .unsignableValue("\(component)")
        }
        return value
    }

    private func rawValue(of component: ComponentIdentifier) throws(MessageSignatureError) -> String? {
        switch self {
        case .request(let request):
            guard !component.isOfRequest else { throw .unsupportedComponent("\(component) of a request") }
            return Self.value(of: component, in: request)
        case .response(let response, let request):
            if component.isOfRequest { return request.flatMap { Self.value(of: component, in: $0) } }
            if let name = component.fieldName { return Self.combined(response.headerFields, name) }
            return component == .status ? "\(response.status.code)" : nil
        }
    }

    private static func value(of component: ComponentIdentifier, in request: HTTPRequest) -> String? {
        if let name = component.fieldName { return combined(request.headerFields, name) }
        switch component.name {
        case ComponentIdentifier.method.name: return request.method.rawValue
        case ComponentIdentifier.scheme.name: return request.scheme?.lowercased()
        case ComponentIdentifier.authority.name: return normalizedAuthority(of: request)
        case ComponentIdentifier.requestTarget.name: return request.path
        case ComponentIdentifier.path.name: return request.path.map { path(of: $0) }
        case ComponentIdentifier.query.name: return request.path.map { query(of: $0) }
        case ComponentIdentifier.targetURI.name:
            guard let scheme = request.scheme, let authority = request.authority, let path = request.path else {
                return nil
            }
            return "\(scheme)://\(authority)\(path)"
        default: return nil
        }
    }

    /// Every line without its surrounding blanks, joined by a comma and a space (section 2.1).
    private static func combined(_ fields: HTTPFields, _ name: HTTPField.Name) -> String? {
        let lines = fields[values: name]
        return lines.isEmpty ? nil : lines.map(withoutSurroundingBlanks).joined(separator: ", ")
    }

    /// By bytes, of which a line is made, and not by characters.
    private static func withoutSurroundingBlanks(_ line: String) -> String {
        let isText = { (byte: UInt8) in byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") }
        guard let start = line.utf8.firstIndex(where: isText), let end = line.utf8.lastIndex(where: isText) else {
            return ""
        }
        return String(Substring(line.utf8[start...end]))
    }

    /// In lower case, without the port that the scheme has anyway (section 2.2.3).
    private static func normalizedAuthority(of request: HTTPRequest) -> String? {
        guard let authority = request.authority?.lowercased() else { return nil }
        let port = request.scheme?.lowercased() == "http" ? ":80" : ":443"
        return authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : authority
    }

    private static func path(of target: String) -> String {
        let path = target.prefix { $0 != "?" }
        return path.isEmpty ? "/" : String(path)
    }

    /// With its question mark, which stands alone where there is none (section 2.2.7).
    private static func query(of target: String) -> String {
        target.firstIndex(of: "?").map { String(target[$0...]) } ?? "?"
    }
}

extension SignatureInput {
    /// The signature base (section 2.5): what is signed, byte for byte.
    ///
    /// - Throws: ``MessageSignatureError/missingComponent(_:)``, ``MessageSignatureError/unsignableValue(_:)``,
    ///   ``MessageSignatureError/unsupportedComponent(_:)``, ``MessageSignatureError/baseTooLong(bytes:)``.
    /// - Complexity: linear in the values of the covered components, at most ``MessageSignatureLimits/baseBytes``.
    package func base(of message: SignedMessage) throws(MessageSignatureError) -> [UInt8] {
        var base: [UInt8] = []
        for component in components {
            base += "\(component): \(try message.value(of: component))\n".utf8
            guard base.count <= MessageSignatureLimits.baseBytes else {
                throw .baseTooLong(bytes: MessageSignatureLimits.baseBytes)
            }
        }
        return base + "\"@signature-params\": \(serialized)".utf8
    }
}
