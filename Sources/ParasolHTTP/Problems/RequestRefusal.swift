internal import HTTPMessageSignatures

/// Why a request was not let through to what it asks for.
package enum RequestRefusal: Error, Hashable, Sendable {
    case notFound
    /// The request is not what the route takes; with what is wrong.
    case malformed(String)
    case unsupportedMediaType(expected: String)
    /// The body is larger than the route takes, in bytes.
    case tooLarge(maximum: Int)
    /// Not signed, where a signature is needed.
    case unsigned
    /// Signed, but the signature does not count; with ``MessageSignatureError``'s code and description.
    case badSignature(code: String, String)
    /// The ledger knows no signer of this name.
    case unknownSigner
    /// The signer's identity is retired.
    case retiredSigner
    /// The request was signed for another server.
    case misdirected
    /// The signer may not do this.
    case notAllowed
    /// A node must show a certificate here.
    case noCertificate
    case tooMany(retryAfterSeconds: Int)
    /// Who signed cannot be looked up now.
    case unavailable(String)
    /// A fault of the server, which its log tells.
    case internalError
}

extension RequestRefusal {
    init(_ error: MessageSignatureError) {
        switch error {
        case .replayMemoryFull: self = .tooMany(retryAfterSeconds: Int(SignatureProfile.maximumAgeSeconds))
        default: self = .badSignature(code: error.code, "\(error)")
        }
    }

    package var problem: Problem {
        func make(
            _ status: Int, _ code: String, _ title: String, _ detail: String, next: String = "", retry: Int? = nil
        ) -> Problem {
            Problem(
                status: status, code: "request." + code, title: title, detail: detail, next: next,
                retryAfterSeconds: retry)
        }
        switch self {
        case .notFound: return make(404, "not-found", "There is nothing here", "no such path and method")
        case .malformed(let reason): return make(400, "malformed", "The request is malformed", reason)
        case .unsupportedMediaType(let expected):
            return make(415, "unsupported-media-type", "The content is of another type", "send \(expected)")
        case .tooLarge(let maximum):
            return make(413, "too-large", "The content is too large", "at most \(maximum) bytes are taken here")
        case .unsigned:
            return make(
                401, "unsigned", "The request is not signed", "this needs a signature",
                next: "sign the request with an enrolled key, as Protocols/http.md says")
        case .badSignature(let code, let detail):
            return make(401, "signature." + code, "The request's signature does not count", detail, next: "sign again")
        case .unknownSigner:
            return make(
                401, "unknown-signer", "The signer is not known", "the ledger knows no such signer",
                next: "enrol the key, or wait for the next checkpoint")
        case .retiredSigner:
            return make(403, "retired-signer", "The signer is retired", "the signer's identity is retired")
        case .misdirected:
            return make(421, "misdirected", "The request is for another server", "the authority is not of this server")
        case .notAllowed:
            return make(403, "not-allowed", "The signer may not do this", "the signer's role does not allow it")
        case .noCertificate:
            return make(
                403, "no-certificate", "A node shows a certificate here", "the connection came without one",
                next: "set tls.client-certificate and tls.client-key of the node that asks")
        case .tooMany(let seconds):
            return make(
                429, "too-many", "Too many requests", "the rate allowed is exceeded", next: "try again later",
                retry: seconds)
        case .unavailable(let reason):
            return make(
                503, "unavailable", "Signers cannot be looked up now", reason, next: "try again", retry: 2)
        case .internalError:
            return make(500, "internal", "The server failed", "the server's log tells more")
        }
    }
}
