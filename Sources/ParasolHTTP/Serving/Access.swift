package import SharingContracts

/// Who may use a route. There is no default: each route says it.
package enum Access: Hashable, Sendable {
    /// Also who does not sign. A signature that is there must count nevertheless.
    case anyone
    /// Active signers of these standings only.
    case signers(Set<SignerStanding>)

    /// Every active signer that the ledger knows.
    package static let enrolled = Access.signers(
        Set<SignerStanding>([.member, .folder]).union(Role.allCases.map { .identity($0) }))

    /// Identities with one of these roles.
    package static func roles(_ roles: Role...) -> Access { .signers(Set(roles.map { .identity($0) })) }

    /// - Throws: ``RequestRefusal/unsigned``, ``RequestRefusal/retiredSigner``, ``RequestRefusal/notAllowed``.
    func admit(_ signer: EnrolledSigner?) throws(RequestRefusal) {
        if let signer, !signer.isActive { throw .retiredSigner }
        guard case .signers(let standings) = self else { return }
        guard let signer else { throw .unsigned }
        guard standings.contains(signer.standing) else { throw .notAllowed }
    }
}
