package import HTTPTypes

extension HTTPField.Name {
    /// A field's name that is known to be one.
    ///
    /// - Parameter token: A token of RFC 9110; anything else is a mistake of the program.
    package init(token: StaticString) {
        guard let name = Self("\(token)") else { preconditionFailure("\(token) is no token") }
        self = name
    }

    /// RFC 9421, section 4.2.
    package static let signature = Self(token: "Signature")
    /// RFC 9421, section 4.1.
    package static let signatureInput = Self(token: "Signature-Input")
    /// RFC 9530, section 2.
    package static let contentDigest = Self(token: "Content-Digest")
}
