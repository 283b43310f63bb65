package import ServiceProtocols
package import SharingContracts

/// A record that the profile's holder has to do with, and where it is.
package struct KnownRecord: Sendable, Hashable {
    package let id: RecordID
    package let folder: FolderID
    /// For people; at most 255 bytes. Never on the ledger.
    package var label: String
    /// In the vault.
    package let address: ContentAddress

    package init(id: RecordID, folder: FolderID, label: String, address: ContentAddress) {
        self.id = id
        self.folder = folder
        self.label = label
        self.address = address
    }
}
