package import ServiceProtocols
package import SharingContracts

/// Why a profile does not come to a second device.
package enum PairingError: Error, Hashable, Sendable {
    // What was typed and carried.

    /// No code at all: where its mistake is.
    case code(InvitationCodeError)
    case malformedRequest(String)
    case malformedAnswer(String)
    /// The code is another device's, or the request was changed on its way: nobody can tell which.
    case wrongCode
    /// The request was made longer ago than ``PairingRequest/lifetimeMicroseconds``.
    case expired(madeAt: Timestamp, now: Timestamp)
    /// The request says that it will be made: the two devices' clocks are too far apart.
    case fromTheFuture(madeAt: Timestamp, now: Timestamp)
    /// Sealed for another request, under another code, or changed.
    case cannotOpen
    case profile(ProfileError)

    // Two devices that do not go together.

    case otherKind(asked: ProfileKind, offered: ProfileKind)
    /// The two profiles have other keys, or no folder in common.
    case otherIdentity
    case otherLedger
}

extension PairingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .code(.length(let count)):
            "a code has \(InvitationCode.symbolCount) letters and digits, this has \(count)"
        case .code(.symbol(let place)): "the code has a mistake at its letter or digit \(place)"
        case .code(.check): "the code has a mistake somewhere: its last letter or digit does not fit the others"
        case .malformedRequest(let reason): "this is no request of a new device: \(reason)"
        case .malformedAnswer(let reason): "this is no answer to a new device: \(reason)"
        case .wrongCode: "the code is not the one of this request, or the request was changed (nobody can tell which)"
        case .expired(let madeAt, let now): "the request was made at \(madeAt), and it is \(now): it is too old"
        case .fromTheFuture(let madeAt, let now):
            "the request was made at \(madeAt), and here it is \(now): one of the two clocks is wrong"
        case .cannotOpen: "the answer is to another request, or it was changed (nobody can tell which)"
        case .profile(let error): "\(error)"
        case .otherKind(let asked, let offered):
            "the new device asks for a \(asked) profile, and this is a \(offered)'s"
        case .otherIdentity: "the two devices' profiles are different people's: they have no key in common"
        case .otherLedger: "the two devices' profiles follow different ledgers, or under different policies"
        }
    }
}
