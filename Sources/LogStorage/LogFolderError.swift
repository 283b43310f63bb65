package import DurableFiles
package import TransparencyLog

/// Why a log's folder could not be read or written. Every case names the file.
package enum LogFolderError: Error, Hashable, Sendable {
    /// The system refused.
    case file(FileError)
    /// Neither the tile nor the full one in whose place it is are there.
    case missing(Tile, folder: String)
    /// The file is not what the tile consists of.
    case damaged(Tile, folder: String, reason: String)
}

extension LogFolderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .missing(let tile, let folder): "\(folder)/\(tile) is missing"
        case .damaged(let tile, let folder, let reason): "\(folder)/\(tile) is damaged: \(reason)"
        }
    }
}
