package import SharingContracts

/// An organisation's registrar: it invites people and machines, and enrols them in the organisation's name when they come.
package protocol Registering: Sendable {
    /// The member organisation that it vouches for.
    var member: MemberID { get }

    /// Makes an invitation. Its code is told once, here, and kept by nobody.
    func invite(_ terms: InvitationTerms) async throws(RegistrarError) -> IssuedInvitation

    /// Invitations with a number above `number`, ascending, at most ``RegistrarLimits/listed``.
    func invitations(after number: UInt64) async throws(RegistrarError) -> [Invitation]

    /// Takes an invitation back that nobody has used.
    ///
    /// - Throws: ``RegistrarError/alreadyUsed`` where somebody has: retire the identity instead.
    func revokeInvitation(_ number: UInt64) async throws(RegistrarError)

    /// Enrols whoever has a code, once.
    ///
    /// The same request with the same code is answered with the same receipt, whenever and however often it is handed in.
    ///
    /// - Parameter request: The exact bytes of a `SignedTransaction` with an `IdentityEnrolled` and the new key's signature, and no
    ///   other; at most ``RegistrarLimits/requestBytes``.
    /// - Returns: The receipt of the enrolment, signed by the member too.
    func redeem(_ code: InvitationCode, request: [UInt8]) async throws(RegistrarError) -> Receipt
}

/// What an invitation is for.
package struct InvitationTerms: Hashable, Sendable {
    /// What the invited may be enrolled as.
    package let role: Role
    /// How long from now it can be used.
    package let lifetimeMilliseconds: UInt64
    /// Whom it is for, in the registrar's own words; told to nobody but the member itself.
    package let note: String

    /// - Throws: ``RegistrarError/badTerms(_:)`` for what ``RegistrarLimits`` does not allow.
    package init(role: Role, lifetimeMilliseconds: UInt64, note: String) throws(RegistrarError) {
        guard RegistrarLimits.lifetimeMilliseconds.contains(lifetimeMilliseconds) else {
            throw .badTerms("a lifetime of \(lifetimeMilliseconds) ms; a minute to 90 days are allowed")
        }
        guard note.utf8.count <= RegistrarLimits.noteBytes else {
            throw .badTerms("a note of \(note.utf8.count) bytes; at most \(RegistrarLimits.noteBytes) are allowed")
        }
        // A note is shown in terminals.
        guard note.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }) else {
            throw .badTerms("the note has control characters")
        }
        self.role = role
        self.lifetimeMilliseconds = lifetimeMilliseconds
        self.note = note
    }
}

/// An invitation that was made now, with its code.
package struct IssuedInvitation: Sendable {
    package let invitation: Invitation
    package let code: InvitationCode

    package init(invitation: Invitation, code: InvitationCode) {
        self.invitation = invitation
        self.code = code
    }
}

/// An invitation as its registrar knows it.
package struct Invitation: Hashable, Sendable {
    /// From 1 on, in the order they were made.
    package let number: UInt64
    package let role: Role
    package let note: String
    package let created: Timestamp
    package let expires: Timestamp
    /// How often its code came with a request that could not be enrolled.
    package let failures: Int
    package let state: State

    /// What became of it.
    package enum State: Hashable, Sendable {
        /// Nobody has used it; whether it has expired or failed too often, its other fields say.
        case open
        case revoked(at: Timestamp)
        /// This identity's enrolment was signed, and its receipt is not here yet.
        case pending(IdentityID)
        case used(IdentityID, at: Timestamp)
    }

    package init(
        number: UInt64, role: Role, note: String, created: Timestamp, expires: Timestamp, failures: Int, state: State
    ) {
        self.number = number
        self.role = role
        self.note = note
        self.created = created
        self.expires = expires
        self.failures = failures
        self.state = state
    }

    /// Whether its code would be taken at `time`.
    package func isOpen(at time: Timestamp) -> Bool {
        state == .open && time < expires && failures < RegistrarLimits.failures
    }
}

/// Bounds of what a registrar takes and keeps.
package enum RegistrarLimits {
    /// Shorter nobody could type it; longer, it lies about.
    package static let lifetimeMilliseconds: ClosedRange<UInt64> = 60_000...(90 * 86_400_000)
    /// UTF-8 bytes.
    package static let noteBytes = 255
    /// An enrolment request of a proxy, with its X-Wing key of 1,216 bytes, has about 1,500.
    package static let requestBytes = 4096
    /// A code that came with so many requests that could not be enrolled is worth nothing any more.
    package static let failures = 10
    /// Invitations that are told at once.
    package static let listed = 256
    /// Invitations of one registrar: one an hour for a hundred years.
    package static let invitations: UInt64 = 1_000_000
}
