import SharingMessages

/// A patient erases a folder: nothing in it can be read by anybody any more once its shares are destroyed.
package struct FolderErased: Hashable, Sendable {
    package let folder: FolderID

    package init(folder: FolderID) {
        self.folder = folder
    }
}

extension FolderErased {
    init(_ wire: WireFolderErased) throws(ContractViolation) {
        folder = try WireFields(message: "FolderErased").identifier(wire.folderID, "folder_id")
    }

    var wire: WireFolderErased {
        var wire = WireFolderErased()
        wire.folderID = .init(folder)
        return wire
    }
}
