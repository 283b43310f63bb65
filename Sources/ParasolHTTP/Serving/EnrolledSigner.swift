package import Crypto
package import LedgerReplica
package import SharingContracts

/// What a signer is on the ledger.
package enum SignerStanding: Hashable, Sendable {
    case member
    case folder
    case identity(Role)
}

/// Whom the ledger knows by an identifier, and the key that signs for it.
package struct EnrolledSigner: Sendable {
    package let id: SignerID
    package let standing: SignerStanding
    /// The organisation that vouches for an identity, or that a member is; nil for a folder.
    package let member: MemberID?
    package let key: P256.Signing.PublicKey
    /// Whether it may still act: an identity until it is retired.
    package let isActive: Bool
    /// Whether it is a machine of the deployment, and nobody's own: a key service, a proxy, or whom the operator named as one.
    package let isNode: Bool

    /// - Parameter isNode: Nil for what its standing says.
    package init(
        id: SignerID, standing: SignerStanding, member: MemberID?, key: P256.Signing.PublicKey, isActive: Bool,
        isNode: Bool? = nil
    ) {
        self.isNode = isNode ?? [.identity(.keyService), .identity(.proxy)].contains(standing)
        self.id = id
        self.standing = standing
        self.member = member
        self.key = key
        self.isActive = isActive
    }
}

/// Where a server looks up who signed a request.
package protocol IdentityDirectory: Sendable {
    /// The signer of this name as of the newest checkpoint that is known; nil where the ledger knows none.
    ///
    /// - Throws: where the ledger's state cannot be had. The request is refused then, whoever sent it.
    func signer(_ id: SignerID) async throws -> EnrolledSigner?
}

extension WorldState {
    /// Whom this state knows by an identifier, retired identities too.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable``.
    package func enrolledSigner(_ id: SignerID) throws(ContractViolation) -> EnrolledSigner? {
        let found: EnrolledSigner? =
            if let identity = identity(IdentityID(id)) {
                EnrolledSigner(
                    id: id, standing: .identity(identity.role), member: identity.member, key: identity.signingKey.key,
                    isActive: identity.isActive)
            } else if let key = signingKey(of: id) {
                if member(MemberID(id)) != nil {
                    EnrolledSigner(id: id, standing: .member, member: MemberID(id), key: key.key, isActive: true)
                } else if folder(FolderID(id)) != nil {
                    EnrolledSigner(id: id, standing: .folder, member: nil, key: key.key, isActive: true)
                } else {
                    nil
                }
            } else {
                nil
            }
        try requireAvailable()
        return found
    }
}

/// The directory of a world state that somebody keeps at the newest checkpoint.
package struct StateDirectory: IdentityDirectory {
    private let read: @Sendable (SignerID) async throws -> EnrolledSigner?

    /// - Parameter read: Looks up with ``SharingContracts/WorldState/enrolledSigner(_:)`` in the state it has.
    package init(_ read: @escaping @Sendable (SignerID) async throws -> EnrolledSigner?) {
        self.read = read
    }

    /// Of a replica, as of the newest checkpoint that it has reached. To keep it there is its owner's part.
    package init(_ replica: LedgerReplica) {
        self.init { id in
            try await replica.read(
                { state throws(ContractViolation) in try state.enrolledSigner(id) },
                orThrow: { ContractViolation(.stateUnavailable, "\($0)") })
        }
    }

    package func signer(_ id: SignerID) async throws -> EnrolledSigner? { try await read(id) }
}
