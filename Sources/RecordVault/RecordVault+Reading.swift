import DurableFiles
import Persistence
package import ServiceProtocols
package import SharingContracts

extension RecordVault {
    package func find(_ record: RecordID) async throws(VaultError) -> StoredRecord? {
        try demandOpen()
        return try await indexed { index async throws(PersistenceError) in try await index.find(record) }
    }

    package func read(
        _ address: ContentAddress, offset: UInt64, count: Int
    ) async throws(VaultError) -> [UInt8] {
        try demandOpen()
        guard let claim = try await storedClaim(at: address) else { throw .unknownRecord(address) }
        guard (0...RecordStoringLimits.maximumReadBytes).contains(count), offset <= claim.size,
            UInt64(count) <= claim.size - offset
        else { throw .outOfRange(offset: offset, count: count, size: claim.size) }
        // A stored file never changes, so it is read beside the actor.
        return try await Self.bytes(of: folder.path(of: address), offset: offset, count: count, in: folder.fileSystem)
    }

    @concurrent
    private static func bytes(
        of path: String, offset: UInt64, count: Int, in fileSystem: FileSystem
    ) async throws(VaultError) -> [UInt8] {
        do throws(FileError) {
            return try fileSystem.openForReading(path).read(at: offset, count: count)
        } catch { throw .storage("\(error)") }
    }
}
