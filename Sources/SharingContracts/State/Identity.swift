package import Umbral

/// An enrolled identity, as the ledger knows it now.
package struct Identity: Hashable, Sendable {
    /// What its member vouched for: identifier, member, role and keys.
    package let enrollment: IdentityEnrolled
    package let enrolled: LedgerEvent
    package internal(set) var retired: LedgerEvent?

    package var id: IdentityID { enrollment.identity }
    package var member: MemberID { enrollment.member }
    package var role: Role { enrollment.role }
    package var signingKey: SigningKey { enrollment.signingKey }
    package var receivingKey: PublicKey? { enrollment.receivingKey }
    package var sealingKey: SealingKey? { enrollment.sealingKey }
    package var isActive: Bool { retired == nil }
}
