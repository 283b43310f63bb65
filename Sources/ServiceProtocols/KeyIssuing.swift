package import Octets
package import SharingContracts

/// A key service as its users see it. It holds one share of each folder's delegating key and can do nothing alone.
package protocol KeyIssuing: Sendable {
    /// The identity that the key service signs with.
    var identity: IdentityID { get }

    /// Makes (or finds) the service's share for a folder that is about to be opened.
    ///
    /// - Parameters:
    ///   - folder: The new folder's identifier.
    ///   - keys: What the folder will be opened with; the service countersigns nothing else for this folder.
    ///   - proof: The patient's proof of knowledge of its share, 64 bytes.
    func openShare(
        for folder: FolderID, keys: FolderOpeningKeys, proof: [UInt8]
    ) async throws(KeyServiceError) -> PublicShare

    /// Signs a `FolderOpened` or `KeysIssued` transaction that says of this service what is true.
    ///
    /// - Parameter transaction: The exact bytes of a `Transaction` message.
    /// - Returns: The service's signature over them, 64 bytes.
    func countersign(_ transaction: [UInt8]) async throws(KeyServiceError) -> [UInt8]

    /// Makes the service's halves of a consent's key fragments.
    ///
    /// - Parameters:
    ///   - request: The patient's issuance request (Protocols/split-issuance.md), which holds d and is kept by nobody.
    ///   - authorization: The folder's P-256 signature over `IssuanceAuthorization.message`, 64 bytes.
    /// - Returns: The commitments, their proof, and one half sealed to each proxy.
    func issueHalves(
        for consent: ConsentID, request: SecretOctets, authorization: [UInt8]
    ) async throws(KeyServiceError) -> IssuedHalves

    /// Answers the patient's own access: the service's part of opening each capsule, useless without the patient's share.
    ///
    /// - Parameters:
    ///   - request: The receipt of an `AccessRequested` signed by the folder.
    ///   - capsules: Each requested record's capsule, 98 bytes, in the request's order: all of them, or nothing is answered.
    func decapsulate(request: Receipt, capsules: [[UInt8]]) async throws(KeyServiceError) -> Transformation

    /// Destroys the share of every folder that the ledger says is erased, and says so on the ledger.
    ///
    /// - Returns: The folders whose shares were destroyed now.
    func destroyErasedShares() async throws(KeyServiceError) -> [FolderID]
}

extension KeyIssuing {
    /// The same for a request of one record.
    package func decapsulate(request: Receipt, capsule: [UInt8]) async throws(KeyServiceError) -> Transformation {
        try await decapsulate(request: request, capsules: [capsule])
    }
}

/// The patient's public keys of a folder that is about to be opened.
///
/// A key service binds itself to all of them when it makes its share. Else whoever sees a `FolderOpened` on its way could
/// have the same shares countersigned under keys of their own, and be the folder's first opener.
package struct FolderOpeningKeys: Hashable, Sendable {
    /// The patient's public share, 33 bytes.
    package let patientShare: [UInt8]
    /// The folder's P-256 signing key, as `FolderOpened` will say it, 33 bytes.
    package let signingKey: [UInt8]
    /// The folder's Umbral verifying key, 33 bytes.
    package let verifyingKey: [UInt8]

    package init(patientShare: [UInt8], signingKey: [UInt8], verifyingKey: [UInt8]) {
        self.patientShare = patientShare
        self.signingKey = signingKey
        self.verifyingKey = verifyingKey
    }
}

/// A share's public half and its proof of knowledge.
package struct PublicShare: Hashable, Sendable {
    /// 33 bytes.
    package let point: [UInt8]
    /// 64 bytes.
    package let proof: [UInt8]

    package init(point: [UInt8], proof: [UInt8]) {
        self.point = point
        self.proof = proof
    }
}

/// The key service's answer to an issuance request.
package struct IssuedHalves: Hashable, Sendable {
    /// Commitments to the coefficients and their proof (Protocols/split-issuance.md).
    package let response: [UInt8]
    /// The halves in the consent's order of proxies, each sealed to its proxy.
    package let sealedHalves: [[UInt8]]

    package init(response: [UInt8], sealedHalves: [[UInt8]]) {
        self.response = response
        self.sealedHalves = sealedHalves
    }
}

/// What a proxy or the key service answers to an access request, and the receipt that it was logged first.
package struct Transformation: Hashable, Sendable {
    /// The identity that answers, and signed the `Transformed`.
    package let transformer: IdentityID
    /// A ``SealedAnswer``; in it, for each record in the request's order, a capsule fragment in simple form, 359 bytes, or a
    /// partial decapsulation, 97 bytes.
    package let sealedAnswer: [UInt8]
    /// The receipt of the `Transformed` that commits to what is sealed.
    package let receipt: Receipt

    package init(transformer: IdentityID, sealedAnswer: [UInt8], receipt: Receipt) {
        self.transformer = transformer
        self.sealedAnswer = sealedAnswer
        self.receipt = receipt
    }
}
