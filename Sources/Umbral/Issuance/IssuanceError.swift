public import Octets
public import Secp256k1

/// What is wrong with a message of split issuance, and where.
///
/// Equal by case and payload, so that a test can demand the exact refusal.
public enum IssuanceError: Error, Hashable, Sendable {
    // Encodings.

    /// `frame` has too few or too many bytes.
    case malformed(frame: Frame, reason: OctetsError)
    /// `frame` begins with a version other than 1.
    case unknownVersion(frame: Frame, found: UInt8)
    /// A sealed half begins with a byte that names neither side.
    case unknownRole(found: UInt8)
    /// A point, scalar or signature of `frame` is not a valid one.
    case invalidElement(frame: Frame, field: Field, reason: Secp256k1Error)
    /// 1 <= threshold <= shares <= 255 is needed.
    case thresholdOutOfRange(threshold: Int, shares: Int)
    /// The fragment at `index` has the identifier of an earlier one.
    case repeatedFragment(index: Int)
    /// The fragment at `index` has the share coordinate of an earlier one: both proxies would hold the same share.
    case repeatedCoordinate(index: Int)

    // Shares.

    /// A share of one side where the other's is needed.
    case wrongRole(expected: ShareRole, actual: ShareRole)
    /// The proof does not show knowledge of this share for this folder and side.
    case shareProofInvalid(role: ShareRole)
    /// The two shares were proved for different folders.
    case differentFolders
    /// The two shares are the same point.
    case sharesEqual
    /// The two shares are each other's negative.
    case sharesCancel

    // Issuance.

    /// The key service commits to a polynomial of another degree than was asked for.
    case wrongCommitmentCount(expected: Int, actual: Int)
    /// The key service's polynomial does not begin with its share over d, or its proof was made for another request.
    case serviceProofInvalid
    /// HPKE could not seal to this key.
    case sealingFailed
    /// The half was not sealed to this proxy for this consent, fragment and side, or was changed on the way.
    case sealedHalfRefused(side: ShareRole)
    /// The two halves are of different fragments.
    case differentFragments
    /// The halves' sum does not match the signed commitment. The side named is at fault, as far as the patient's word for
    /// the service's commitment goes.
    case wrongHalf(of: ShareRole)
    /// The folder's signature does not cover this fragment, or these keys.
    case signatureInvalid

    // Partial decapsulation.

    /// The key service's part of the seed is not its share times the capsule's point.
    case decapsulationProofInvalid

    /// A sum or product that is zero, or a sum of points that is infinity: 2^-256 by chance, so an attack.
    case degenerate(Field)

    /// A message.
    public enum Frame: String, Hashable, Sendable {
        case share = "delegating key share"
        case shareProof = "share proof"
        case request = "issuance request"
        case response = "issuance response"
        case sealedHalf = "sealed half"
        case patientHalf = "patient's half"
        case serviceHalf = "key service's half"
        case partialDecapsulation = "partial decapsulation"
        case sealingKey = "sealing key"
        case openingKey = "opening key"
    }

    /// A part of a message, or a derived quantity.
    public enum Field: String, Hashable, Sendable {
        case share
        case challenge
        case response
        case d
        case precursor = "X"
        case coordinate = "share coordinate"
        case commitment
        case serviceCommitment = "key service's commitment"
        case half
        case fragmentKey = "rk"
        case signature
        case image = "share times capsule point"
        case capsulePoint = "E + V"
        case sharedPoint = "shared point"
    }
}

extension IssuanceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let frame, let reason): "\(frame.rawValue): \(reason)"
        case .unknownVersion(let frame, let found): "\(frame.rawValue): version \(found), expected 1"
        case .unknownRole(let found): "sealed half: side \(found) is neither 1 (patient) nor 2 (key service)"
        case .invalidElement(let frame, let field, let reason): "\(frame.rawValue): \(field.rawValue): \(reason)"
        case .thresholdOutOfRange(let threshold, let shares):
            "threshold \(threshold) of \(shares): 1 <= threshold <= shares <= 255 is needed"
        case .repeatedFragment(let index): "fragment \(index) has the identifier of an earlier one"
        case .repeatedCoordinate(let index): "fragment \(index) has the share coordinate of an earlier one"
        case .wrongRole(let expected, let actual): "a share of the \(actual) where the \(expected)'s is needed"
        case .shareProofInvalid(let role): "the \(role)'s proof of knowledge of its share does not verify"
        case .differentFolders: "the two shares were proved for different folders"
        case .sharesEqual: "the two shares of the delegating key are equal"
        case .sharesCancel: "the two shares of the delegating key cancel each other"
        case .wrongCommitmentCount(let expected, let actual):
            "the key service commits to \(actual) coefficients, \(expected) were asked for"
        case .serviceProofInvalid: "the key service's proof for its polynomial does not verify"
        case .sealingFailed: "the half could not be sealed to this key"
        case .sealedHalfRefused(let side):
            "the \(side)'s half was not sealed to this proxy for this consent and fragment"
        case .differentFragments: "the two halves are of different fragments"
        case .wrongHalf(let side): "the halves do not add up to the signed commitment: the \(side)'s is wrong"
        case .signatureInvalid: "the folder's signature on the fragment does not verify"
        case .decapsulationProofInvalid: "the key service's proof for its part of the seed does not verify"
        case .degenerate(let field): "degenerate value: \(field.rawValue)"
        }
    }
}
