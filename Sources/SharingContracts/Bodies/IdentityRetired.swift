import SharingMessages

/// An identity signs nothing and receives nothing from now on.
package struct IdentityRetired: Hashable, Sendable {
    package let identity: IdentityID

    package init(identity: IdentityID) {
        self.identity = identity
    }
}

extension IdentityRetired {
    init(_ wire: WireIdentityRetired) throws(ContractViolation) {
        identity = try WireFields(message: "IdentityRetired").identifier(wire.identityID, "identity_id")
    }

    var wire: WireIdentityRetired {
        var wire = WireIdentityRetired()
        wire.identityID = .init(identity)
        return wire
    }
}
