public import Octets
public import Secp256k1

/// What is wrong with an Umbral object, and where.
///
/// Equal by case and payload, so that a test can demand the exact refusal.
public enum UmbralError: Error, Hashable, Sendable {
    // Encodings.

    /// The encoding of `frame` has too few or too many bytes.
    case malformed(frame: Frame, reason: OctetsError)
    /// The byte at `offset` of `frame` should be the marker `expected`: the encoding is not the canonical one.
    case unexpectedMarker(frame: Frame, offset: Int, expected: UInt8, found: UInt8)
    /// A byte string at `offset` of `frame` says it has `found` bytes; it must have `expected`.
    case unexpectedLength(frame: Frame, offset: Int, expected: Int, found: Int)
    /// A point is written as the point at infinity, which is never valid.
    case pointAtInfinity(field: Field)
    /// A point is written uncompressed, which is never canonical.
    case uncompressedPoint(field: Field)
    /// A point, scalar or signature is not a valid one.
    case invalidElement(field: Field, reason: Secp256k1Error)
    /// A key fragment brings its own second generator. Accepting it would let an owner frame an honest proxy.
    case foreignParameters

    // Keys and thresholds.

    /// Threshold and shares must satisfy 1 <= threshold <= shares <= 255.
    case thresholdOutOfRange(threshold: Int, shares: Int)
    /// A key factory's seed has 32 bytes.
    case wrongSeedLength(actual: Int)
    /// A sum or product that is zero, or a sum of points that is infinity: 2^-256 by chance, so an attack.
    case degenerate(Field)

    // Capsules and fragments.

    /// s*G is not V + h*E.
    case capsuleInvalid
    /// The key fragment says that its signature covers a key which was not given.
    case missingKey(Field)
    /// The key fragment's U1 is not rk*U.
    case keyFragmentCommitmentInvalid
    /// The key fragment's signature for the proxy does not verify.
    case keyFragmentSignatureInvalid
    /// The owner's signature in a capsule fragment does not verify: it belongs to another grant, or to none.
    case fragmentSignatureInvalid
    /// The proof of re-encryption does not verify: whoever computed this fragment computed it wrongly.
    case reencryptionProofInvalid

    // Opening.

    /// The fragment's precursor is not the grant's.
    case foreignGrant
    /// Another fragment with the same identifier counts already.
    case repeatedIdentifier
    /// Fewer than `threshold` fragments are usable; the rest are listed with what is wrong with each.
    case tooFewFragments(usable: Int, threshold: Int, rejected: [RejectedFragment])
    /// All `threshold` fragments verify and yet the seed is refused: the record was sealed to another key, or damaged,
    /// or the grant's own fragments are not of one polynomial.
    case seedRefused(rejected: [RejectedFragment])
    /// A ciphertext shorter than its nonce and tag.
    case ciphertextTooShort(count: Int)
    /// The ciphertext does not authenticate under this key and capsule.
    case decryptionFailed
    /// The plaintext, given or promised by its ciphertext's length, is longer than the cipher can take.
    case plaintextTooLong(count: Int)
    /// The cipher's library refused to work, out of memory or for lack of the algorithm: nobody's message is at fault.
    case cipherFailed(reason: String)

    /// An encoded object.
    public enum Frame: String, Hashable, Sendable {
        case capsule
        case simpleCapsule = "simple capsule"
        case keyFragment = "key fragment"
        case capsuleFragment = "capsule fragment"
        case simpleCapsuleFragment = "simple capsule fragment"
        case evidence = "re-encryption evidence"
    }

    /// A part of an encoded object, or a derived quantity.
    public enum Field: String, Hashable, Sendable {
        case secretKey = "secret key"
        case publicKey = "public key"
        case delegatingKey = "delegating key"
        case receivingKey = "receiving key"
        case e = "E"
        case v = "V"
        case s
        case secondGenerator = "U"
        case identifier = "id"
        case fragmentKey = "rk"
        case precursor = "X"
        case commitment = "U1"
        case signatureForProxy = "signature for the proxy"
        case signatureForReceiver = "signature for the receiver"
        case e1 = "E1"
        case v1 = "V1"
        case e2 = "E2"
        case v2 = "V2"
        case u2 = "U2"
        case z
        case zE = "zE"
        case zV = "zV"
        case zU = "zU"
        case hE1 = "hE1"
        case hV1 = "hV1"
        case hU1 = "hU1"
        case messageDigest = "message digest"
        case shareCoordinate = "share coordinate"
        case share = "share"
        case sharedPoint = "shared point"
    }
}

extension UmbralError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let frame, let reason): "\(frame.rawValue): \(reason)"
        case .unexpectedMarker(let frame, let offset, let expected, let found):
            "\(frame.rawValue): byte \([found].hexadecimal) at offset \(offset), expected \([expected].hexadecimal)"
        case .unexpectedLength(let frame, let offset, let expected, let found):
            "\(frame.rawValue): a string of \(found) bytes at offset \(offset), expected \(expected)"
        case .pointAtInfinity(let field): "\(field.rawValue) is the point at infinity"
        case .uncompressedPoint(let field): "\(field.rawValue) is not compressed"
        case .invalidElement(let field, let reason): "\(field.rawValue): \(reason)"
        case .foreignParameters: "the key fragment's U is not the scheme's"
        case .thresholdOutOfRange(let threshold, let shares):
            "threshold \(threshold) of \(shares): 1 <= threshold <= shares <= 255 is needed"
        case .wrongSeedLength(let actual): "a key factory's seed has 32 bytes, not \(actual)"
        case .degenerate(let field): "degenerate value: \(field.rawValue)"
        case .capsuleInvalid: "the capsule does not verify"
        case .missingKey(let field): "the key fragment is signed over the \(field.rawValue), which was not given"
        case .keyFragmentCommitmentInvalid: "the key fragment's commitment does not match its key"
        case .keyFragmentSignatureInvalid: "the key fragment's signature does not verify"
        case .fragmentSignatureInvalid: "the capsule fragment is not signed for this grant"
        case .reencryptionProofInvalid: "the proof of re-encryption does not verify"
        case .foreignGrant: "the fragment is of another grant"
        case .repeatedIdentifier: "another fragment has the same identifier"
        case .tooFewFragments(let usable, let threshold, let rejected):
            "\(usable) usable fragments of \(threshold) needed" + Self.list(rejected)
        case .seedRefused(let rejected):
            "enough fragments verify, but their seed does not open this record" + Self.list(rejected)
        case .ciphertextTooShort(let count): "a ciphertext of \(count) bytes is shorter than nonce and tag"
        case .decryptionFailed: "the ciphertext does not authenticate"
        case .cipherFailed(let reason): "the cipher failed: \(reason)"
        case .plaintextTooLong(let count): "a plaintext of \(count) bytes is too long for one message"
        }
    }

    private static func list(_ rejected: [RejectedFragment]) -> String {
        rejected.isEmpty ? "" : "; rejected: " + rejected.map(\.description).joined(separator: ", ")
    }
}
