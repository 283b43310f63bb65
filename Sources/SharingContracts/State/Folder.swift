package import Umbral

/// An opened folder, as the ledger knows it now.
package struct Folder: Hashable, Sendable {
    /// What its owner and its key service signed: identifier, key service, keys and shares.
    package let opening: FolderOpened
    package let opened: LedgerEvent
    package internal(set) var erased: LedgerEvent?
    /// The key service's statement that it destroyed its share.
    package internal(set) var shareDestroyed: LedgerEvent?
    /// In the order they were deposited.
    package internal(set) var records: [RecordID] = []
    /// In the order they were granted.
    package internal(set) var consents: [ConsentID] = []
    /// Every access to any record of the folder, in the order they were requested.
    package internal(set) var requests: [TransactionID] = []

    package var id: FolderID { opening.folder }
    package var keyService: IdentityID { opening.keyService }
    package var signingKey: SigningKey { opening.signingKey }
    package var verifyingKey: PublicKey { opening.verifyingKey }
    package var delegatingKey: PublicKey { opening.delegatingKey }
    package var isErased: Bool { erased != nil }
}
