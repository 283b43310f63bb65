internal import DurableFiles
package import TransparencyLog

/// Grows a log's folder: each file is there whole or not at all, whenever the machine stops.
///
/// One writer a folder. What an interrupted one left behind, ``removeLeftovers(around:)`` removes.
package struct LogFolderWriter: Sendable {
    package let folder: LogFolder
    private var files: FileSystem { folder.files }
    /// Those that this writer made or found, and made durable.
    private var durableFolders: Set<String> = []

    /// - Throws: ``LogFolderError/file(_:)`` where the folder cannot be made; its parent must be there.
    package init(_ folder: LogFolder) throws(LogFolderError) {
        self.folder = folder
        try makeFolder(folder.path)
    }

    /// Writes tiles and makes them durable: each to a file of another name, synchronized, renamed, and at the end the folders.
    ///
    /// After an error some of them may be there; writing all of them again is right.
    package mutating func write(_ tiles: [(tile: Tile, bytes: [UInt8])]) throws(LogFolderError) {
        var folders: Set<String> = []
        do throws(FileError) {
            for (tile, bytes) in tiles {
                let path = folder.file(of: tile)
                let parent = FileSystem.folder(of: path)
                try prepareFolder(parent)
                try files.put(path, bytes)
                folders.insert(parent)
            }
            for parent in folders.sorted() { try files.synchronizeFolder(parent) }
        } catch { throw .file(error) }
    }

    /// Writes what a tree has grown by, makes it durable, and removes the partial tiles that are full now.
    ///
    /// - Parameter withRightEdge: Also the partial tiles of the tree as it is, which whoever publishes it needs.
    /// - Throws: what ``write(_:)`` throws; `TransparencyLogError/entryTooLong(bytes:)` never, since it was appended.
    package mutating func write(_ growth: inout TileGrowth, withRightEdge: Bool = true) throws {
        try write(withRightEdge ? try growth.unwritten() : growth.full)
        for tile in growth.filled { try removePartials(of: tile) }
        growth.settle()
    }

    /// Publishes a checkpoint whose tiles are written.
    package func publish(checkpoint note: [UInt8]) throws(LogFolderError) {
        do { try files.replace(folder.checkpointPath, with: note) } catch { throw .file(error) }
    }

    /// Removes the partial tiles in whose place full ones are durable now.
    package mutating func removePartials(of full: Tile) throws(LogFolderError) {
        let path = folder.file(of: full) + ".p"
        do throws(FileError) {
            guard try files.exists(path) else { return }
            for name in try files.names(in: path) { try files.remove(path + "/" + name) }
            try files.removeFolder(path)
        } catch { throw .file(error) }
        durableFolders.remove(path)
    }

    /// Removes what interrupted writes left beside the files that are written next.
    package func removeLeftovers(around tiles: [Tile]) throws(LogFolderError) {
        let parents = Set(tiles.map { FileSystem.folder(of: folder.file(of: $0)) } + [folder.path])
        do throws(FileError) {
            for parent in parents where try files.exists(parent) {
                for name in try files.names(in: parent) where FileSystem.isReplacement(name) {
                    try files.remove(parent + "/" + name)
                }
            }
        } catch { throw .file(error) }
    }

    private mutating func makeFolder(_ path: String) throws(LogFolderError) {
        do {
            try files.makeFolder(path)
            durableFolders.insert(path)
        } catch { throw .file(error) }
    }

    /// Makes a folder below the log's own, and those between.
    private mutating func prepareFolder(_ path: String) throws(FileError) {
        guard !durableFolders.contains(path) else { return }
        try prepareFolder(FileSystem.folder(of: path))
        try files.makeFolder(path)
        durableFolders.insert(path)
    }
}
