package import LedgerReplica
package import SharingContracts
package import Umbral

/// A signer whose coming is proved to be on the ledger: whose key it is, what it may do, and who vouches for it.
///
/// - Proved: that the ledger's witnesses found the enrolment, opening or founding within the rules, with the signatures of the member and
///   of the key itself, so that no service and no file can put another key in its place; and, where ``ended`` is there, that the signer
///   is retired or erased.
/// - Not proved: where ``ended`` is nil, that nothing has ended it. A log proves what is in it, and what is not only to whoever executes
///   all of it. It is the ledger's word that below ``asOf`` there is no end, and nothing is said of what came later; so what is decided
///   on it is as old as ``asOf``, by its cosignatures. Whoever needs to be sure follows the ledger: ``LedgerSession/read(_:)``.
package struct ProvenSigner: Hashable, Sendable {
    /// What it is on the ledger, in the words that were signed.
    package enum Standing: Hashable, Sendable {
        case member(Member)
        case identity(IdentityEnrolled)
        case folder(FolderOpened)

        /// What it is, in a word for people.
        package var name: String {
            switch self {
            case .member: "member"
            case .identity(let enrolment): enrolment.role.rawValue
            case .folder: "folder"
            }
        }
    }

    package let id: SignerID
    package let standing: Standing
    /// The leaf that it came by, with the checkpoint that proves it: the first final one above the leaf.
    package let began: VerifiedReceipt
    /// The leaf that it went by; nil where the ledger says that below ``asOf`` there is none.
    package let ended: VerifiedReceipt?
    /// The checkpoint up to which the ledger spoke.
    package let asOf: FinalCheckpoint

    /// What signs for it.
    package var signingKey: SigningKey {
        switch standing {
        case .member(let member): member.signingKey
        case .identity(let enrolment): enrolment.signingKey
        case .folder(let opening): opening.signingKey
        }
    }

    /// Of an identity.
    package var role: Role? {
        if case .identity(let enrolment) = standing { enrolment.role } else { nil }
    }

    /// The organisation that vouches for an identity, or that a member is; nil for a folder.
    package var member: MemberID? {
        switch standing {
        case .member(let member): member.id
        case .identity(let enrolment): enrolment.member
        case .folder: nil
        }
    }

    /// What records and fragments are made for: a doctor's receiving key, a folder's delegating key.
    package var encryptionKey: PublicKey? {
        switch standing {
        case .member: nil
        case .identity(let enrolment): enrolment.receivingKey
        case .folder(let opening): opening.delegatingKey
        }
    }

    /// A proxy's, to which its halves are sealed.
    package var sealingKey: SealingKey? {
        if case .identity(let enrolment) = standing { enrolment.sealingKey } else { nil }
    }

    /// Whether it is retired or erased for certain.
    package var isEnded: Bool { ended != nil }
}
