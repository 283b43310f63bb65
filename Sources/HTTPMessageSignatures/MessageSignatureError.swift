/// Why a message could not be signed, or its signature, digest or nonce is not accepted.
package enum MessageSignatureError: Error, Hashable, Sendable {
    // Reading.

    /// The message has no such field.
    case missingField(String)
    /// The lines of a field are longer together than ``MessageSignatureLimits/fieldBytes``.
    case fieldTooLong(String, bytes: Int)
    /// Not the structured field that it should be; with what is wrong.
    case malformedField(String, reason: String)
    case tooManySignatures(Int)
    case tooManyComponents(Int)
    /// No signature, or more than one, carries the tag that is asked for.
    case noneTagged(String)
    case severalTagged(String)

    // Components and parameters.

    /// A component, or a parameter of one, that this implementation does not know.
    case unsupportedComponent(String)
    case repeatedComponent(String)
    /// The message lacks a component that the signature covers.
    case missingComponent(String)
    /// The component's value has bytes that no two parties are sure to spell alike.
    case unsignableValue(String)
    case baseTooLong(bytes: Int)
    /// The signature does not cover a component that it must.
    case uncoveredComponent(String)
    case missingParameter(String)
    case malformedParameter(String)
    case unsupportedAlgorithm(String)

    // Time.

    /// The signature was created later than now, by more than clocks may differ.
    case createdInFuture(seconds: Int64)
    case tooOld(seconds: Int64)
    case expired(seconds: Int64)
    /// The nonce was used before.
    case replayed
    /// As many live nonces are remembered as there is room for: nothing is accepted until some have expired.
    case replayMemoryFull

    // Cryptography.

    case malformedSignature(bytes: Int)
    case invalidSignature
    /// The signer failed.
    case cannotSign(String)

    // Content digests.

    /// None of the digests is by an algorithm that is known here.
    case noKnownDigest
    /// The content is not what the digest by this algorithm is of.
    case digestMismatch(String)
}

extension MessageSignatureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingField(let name): "the message has no field \(name)"
        case .fieldTooLong(let name, let bytes):
            "field \(name) has \(bytes) bytes, at most \(MessageSignatureLimits.fieldBytes) are read"
        case .malformedField(let name, let reason): "field \(name) is malformed: \(reason)"
        case .tooManySignatures(let count):
            "\(count) signatures, at most \(MessageSignatureLimits.signatures) are read"
        case .tooManyComponents(let count):
            "\(count) covered components, at most \(MessageSignatureLimits.components) are read"
        case .noneTagged(let tag): "no signature carries the tag \(tag)"
        case .severalTagged(let tag): "several signatures carry the tag \(tag)"
        case .unsupportedComponent(let component): "component \(component) is not supported"
        case .repeatedComponent(let component): "component \(component) is covered twice"
        case .missingComponent(let component): "the message lacks the covered component \(component)"
        case .unsignableValue(let component): "the value of \(component) is not printable ASCII"
        case .baseTooLong(let bytes): "a signature base of more than \(bytes) bytes"
        case .uncoveredComponent(let component): "the signature must cover \(component)"
        case .missingParameter(let name): "the signature lacks the parameter \(name)"
        case .malformedParameter(let name): "the signature's parameter \(name) is malformed"
        case .unsupportedAlgorithm(let name): "algorithm \(name) is not \(SignatureInput.algorithm)"
        case .createdInFuture(let seconds): "created \(seconds) s in the future; set the clocks right"
        case .tooOld(let seconds): "created \(seconds) s ago; sign again"
        case .expired(let seconds): "expired \(seconds) s ago; sign again"
        case .replayed: "the nonce was used before; sign again"
        case .replayMemoryFull: "too many requests of late to tell a new nonce from an old one; try again later"
        case .malformedSignature(let bytes):
            "a signature of \(bytes) bytes, not \(MessageSignatureLimits.signatureBytes)"
        case .invalidSignature: "the signature does not verify"
        case .cannotSign(let reason): "cannot sign: \(reason)"
        case .noKnownDigest: "the content digest is by no known algorithm; use sha-256"
        case .digestMismatch(let algorithm): "the content is not what its \(algorithm) digest is of"
        }
    }
}

extension MessageSignatureError {
    /// A stable name, which crosses the wire and is kept in logs and vectors.
    package var code: String {
        switch self {
        case .missingField: "missing-field"
        case .fieldTooLong: "field-too-long"
        case .malformedField: "malformed-field"
        case .tooManySignatures: "too-many-signatures"
        case .tooManyComponents: "too-many-components"
        case .noneTagged: "none-tagged"
        case .severalTagged: "several-tagged"
        case .unsupportedComponent: "unsupported-component"
        case .repeatedComponent: "repeated-component"
        case .missingComponent: "missing-component"
        case .unsignableValue: "unsignable-value"
        case .baseTooLong: "base-too-long"
        case .uncoveredComponent: "uncovered-component"
        case .missingParameter: "missing-parameter"
        case .malformedParameter: "malformed-parameter"
        case .unsupportedAlgorithm: "unsupported-algorithm"
        case .createdInFuture: "created-in-future"
        case .tooOld: "too-old"
        case .expired: "expired"
        case .replayed: "replayed"
        case .replayMemoryFull: "replay-memory-full"
        case .malformedSignature: "malformed-signature"
        case .invalidSignature: "invalid-signature"
        case .cannotSign: "cannot-sign"
        case .noKnownDigest: "no-known-digest"
        case .digestMismatch: "digest-mismatch"
        }
    }
}
