package import Umbral

/// An opened folder, as the ledger knows it now. What is in it grows without bound: ask ``WorldState/records(in:)``,
/// ``WorldState/consents(in:)`` and ``WorldState/requests(in:)``.
package struct Folder: Hashable, Sendable {
    /// What its owner and its key service signed: identifier, key service, keys and shares.
    package let opening: FolderOpened
    package let opened: LedgerEvent
    package internal(set) var erased: LedgerEvent?
    /// The key service's statement that it destroyed its share.
    package internal(set) var shareDestroyed: LedgerEvent?

    package var id: FolderID { opening.folder }
    package var keyService: IdentityID { opening.keyService }
    package var signingKey: SigningKey { opening.signingKey }
    package var verifyingKey: PublicKey { opening.verifyingKey }
    package var delegatingKey: PublicKey { opening.delegatingKey }
    package var isErased: Bool { erased != nil }
}
