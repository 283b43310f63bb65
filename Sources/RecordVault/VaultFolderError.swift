package import DurableFiles
package import Persistence
package import ServiceProtocols

/// Why a vault does not open. It refuses rather than guess: what is stored and what the index says must agree.
package enum VaultFolderError: Error, Hashable, Sendable {
    case file(FileError)
    case index(PersistenceError)
    /// The index names a record whose file is gone.
    case missingRecord(ContentAddress, path: String)
    /// The index says `expected` bytes, the file has `actual`.
    case wrongLength(ContentAddress, path: String, expected: UInt64, actual: UInt64)
    /// Something that no vault made lies among the records.
    case foreignFile(path: String)
    /// A record that the index does not know has bytes that its address does not fit, or is no sealed record.
    case damagedRecord(path: String, reason: String)
}

extension VaultFolderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .index(let error): "\(error)"
        case .missingRecord(let address, let path):
            "record \(address) is in the index, but \(path) is missing; restore it from a copy"
        case .wrongLength(_, let path, let expected, let actual):
            "\(path) has \(actual) bytes, the index says \(expected); restore it from a copy"
        case .foreignFile(let path): "\(path) is not the vault's; move it away"
        case .damagedRecord(let path, let reason):
            "\(path) is not in the index and not whole (\(reason)); restore it from a copy or move it away"
        }
    }
}
