/// Why a recovery kit could not be made, or does not open.
package enum RecoveryError: Error, Hashable, Sendable {
    /// k of n must be 2...n of at most 16: one holder alone must not get in.
    case counts(threshold: Int, shares: Int)
    /// A kit's file, or a profile that is too large for one.
    case malformedKit(String)
    case malformedShare(String)
    /// The checksum does not fit: a digit is wrong.
    case mistypedShare
    /// A share of another kit.
    case foreignShare(index: Int)
    /// The same share twice.
    case repeatedShare(index: Int)
    /// Not what was handed out: the kit's head proves it.
    case wrongShare(index: Int)
    case tooFewShares(have: Int, threshold: Int)
    case profile(ProfileError)
}

extension RecoveryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .counts(let threshold, let shares):
            "\(threshold) of \(shares) shares cannot be made: at least 2, at most all of at most 16"
        case .malformedKit(let reason): "this is no recovery kit: \(reason)"
        case .malformedShare(let reason): "this is no share: \(reason)"
        case .mistypedShare: "a digit of the share is wrong: compare it with what was printed"
        case .foreignShare(let index): "share \(index) is of another kit"
        case .repeatedShare(let index): "share \(index) is there twice"
        case .wrongShare(let index): "share \(index) is not what was handed out"
        case .tooFewShares(let have, let threshold): "\(have) of the \(threshold) shares that are needed are there"
        case .profile(let error): "\(error)"
        }
    }
}
