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
    ///   - patientShare: The patient's public share, 33 bytes.
    ///   - proof: The patient's proof of knowledge, 64 bytes.
    func openShare(
        for folder: FolderID, patientShare: [UInt8], proof: [UInt8]
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

    /// Answers the patient's own access: the service's part of opening one capsule, useless without the patient's share.
    ///
    /// - Parameters:
    ///   - request: The receipt of an `AccessRequested` signed by the folder.
    ///   - capsule: The record's capsule, 98 bytes.
    func decapsulate(request: Receipt, capsule: [UInt8]) async throws(KeyServiceError) -> Transformation

    /// Destroys the share of every folder that the ledger says is erased, and says so on the ledger.
    ///
    /// - Returns: The folders whose shares were destroyed now.
    func destroyErasedShares() async throws(KeyServiceError) -> [FolderID]
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
    /// A capsule fragment in simple form, 359 bytes, or a partial decapsulation.
    package let fragment: [UInt8]
    /// The receipt of the `Transformed` that commits to the fragment.
    package let receipt: Receipt

    package init(transformer: IdentityID, fragment: [UInt8], receipt: Receipt) {
        self.transformer = transformer
        self.fragment = fragment
        self.receipt = receipt
    }
}
