import SharingMessages
package import Umbral

/// A member vouches for a key and says what its holder may do.
package struct IdentityEnrolled: Hashable, Sendable {
    package let identity: IdentityID
    package let member: MemberID
    package let role: Role
    package let signingKey: SigningKey
    /// The Umbral receiving key: of doctors, and of nobody else.
    package let receivingKey: PublicKey?
    /// The X-Wing public key: of proxies, and of nobody else.
    package let sealingKey: SealingKey?

    package init(
        identity: IdentityID, member: MemberID, role: Role, signingKey: SigningKey, receivingKey: PublicKey? = nil,
        sealingKey: SealingKey? = nil
    ) {
        self.identity = identity
        self.member = member
        self.role = role
        self.signingKey = signingKey
        self.receivingKey = receivingKey
        self.sealingKey = sealingKey
    }
}

extension IdentityEnrolled {
    init(_ wire: WireIdentityEnrolled) throws(ContractViolation) {
        let fields = WireFields(message: "IdentityEnrolled")
        identity = try fields.identifier(wire.identityID, "identity_id")
        member = try fields.identifier(wire.memberID, "member_id")
        guard let role = Role(wire.role) else {
            throw fields.violation("role", "\(wire.role.rawValue) is not a role")
        }
        self.role = role
        signingKey = try fields.signingKey(wire.signingKey, "signing_key")
        guard wire.receivingKey.isEmpty == (role != .doctor) else {
            throw fields.violation("receiving_key", "a \(role) has \(wire.receivingKey.count) bytes of it")
        }
        receivingKey = role == .doctor ? try fields.point(wire.receivingKey, "receiving_key") : nil
        guard wire.sealingKey.isEmpty == (role != .proxy) else {
            throw fields.violation("sealing_key", "a \(role) has \(wire.sealingKey.count) bytes of it")
        }
        sealingKey = role == .proxy ? try fields.sealingKey(wire.sealingKey, "sealing_key") : nil
    }

    var wire: WireIdentityEnrolled {
        var wire = WireIdentityEnrolled()
        wire.identityID = .init(identity)
        wire.memberID = .init(member)
        wire.role = role.wire
        wire.signingKey = .init(signingKey)
        if let receivingKey { wire.receivingKey = .init(receivingKey) }
        if let sealingKey { wire.sealingKey = .init(sealingKey.serialized) }
        return wire
    }
}
