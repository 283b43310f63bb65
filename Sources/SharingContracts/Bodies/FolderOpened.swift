import SharingMessages
package import Umbral

/// A patient opens a folder with a key service.
package struct FolderOpened: Hashable, Sendable {
    package let folder: FolderID
    package let keyService: IdentityID
    package let signingKey: SigningKey
    /// Signs the folder's key fragments.
    package let verifyingKey: PublicKey
    package let patientShare: ProvenShare
    package let serviceShare: ProvenShare
    /// A: the sum of both shares, what records are encrypted to.
    package let delegatingKey: PublicKey

    package init(
        folder: FolderID, keyService: IdentityID, signingKey: SigningKey, verifyingKey: PublicKey,
        patientShare: ProvenShare, serviceShare: ProvenShare, delegatingKey: PublicKey
    ) {
        self.folder = folder
        self.keyService = keyService
        self.signingKey = signingKey
        self.verifyingKey = verifyingKey
        self.patientShare = patientShare
        self.serviceShare = serviceShare
        self.delegatingKey = delegatingKey
    }
}

/// A holder's public share of a folder's delegating key, with the proof that the holder knows its logarithm.
package struct ProvenShare: Hashable, Sendable {
    package let publicShare: PublicKey
    /// Schnorr proof of knowledge (Protocols/split-issuance.md). Well formed; verified by the record contract.
    package let proof: ShareProof

    package init(publicShare: PublicKey, proof: ShareProof) {
        self.publicShare = publicShare
        self.proof = proof
    }
}

extension FolderOpened {
    init(_ wire: WireFolderOpened) throws(ContractViolation) {
        let fields = WireFields(message: "FolderOpened")
        folder = try fields.identifier(wire.folderID, "folder_id")
        keyService = try fields.identifier(wire.keyServiceID, "key_service_id")
        signingKey = try fields.signingKey(wire.signingKey, "signing_key")
        verifyingKey = try fields.point(wire.verifyingKey, "verifying_key")
        guard wire.hasPatientShare else { throw fields.violation("patient_share", "missing") }
        guard wire.hasServiceShare else { throw fields.violation("service_share", "missing") }
        patientShare = try ProvenShare(wire.patientShare)
        serviceShare = try ProvenShare(wire.serviceShare)
        delegatingKey = try fields.point(wire.delegatingKey, "delegating_key")
    }

    var wire: WireFolderOpened {
        var wire = WireFolderOpened()
        wire.folderID = .init(folder)
        wire.keyServiceID = .init(keyService)
        wire.signingKey = .init(signingKey)
        wire.verifyingKey = .init(verifyingKey)
        wire.patientShare = patientShare.wire
        wire.serviceShare = serviceShare.wire
        wire.delegatingKey = .init(delegatingKey)
        return wire
    }
}

extension ProvenShare {
    init(_ wire: WireDelegatingKeyShare) throws(ContractViolation) {
        let fields = WireFields(message: "DelegatingKeyShare")
        publicShare = try fields.point(wire.publicShare, "public_share")
        do { proof = try ShareProof(serialized: wire.proof.octets) } catch {
            throw fields.violation("proof", "\(error)")
        }
    }

    var wire: WireDelegatingKeyShare {
        var wire = WireDelegatingKeyShare()
        wire.publicShare = .init(publicShare)
        wire.proof = .init(proof.serialized)
        return wire
    }
}

extension FolderOpened {
    /// Every secp256k1 key that a folder brings along. All must be new: a key in two places ties two folders together,
    /// or makes one secret do two duties.
    var groupKeys: [PublicKey] {
        [verifyingKey, patientShare.publicShare, serviceShare.publicShare, delegatingKey]
    }
}
