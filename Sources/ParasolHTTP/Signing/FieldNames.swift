internal import HTTPMessageSignatures
package import HTTPTypes

extension HTTPField.Name {
    /// Where an append begins, in bytes; in an answer, how many bytes there are.
    package static let uploadOffset = Self(token: "Upload-Offset")
    package static let xContentTypeOptions = Self(token: "X-Content-Type-Options")
    package static let lastEventID = Self(token: "Last-Event-ID")
}
