import Crypto
import DurableFiles
import Octets
import ServiceProtocols

/// The address of what a file holds, read in steps: memory stays flat at any size.
enum FileDigest {
    /// Bytes read at once.
    private static let step: UInt64 = 1 << 20

    /// SHA-256 of the whole file. Runs beside the caller's actor, which is free meanwhile.
    @concurrent
    static func address(of path: String, in fileSystem: FileSystem) async throws(FileError) -> ContentAddress {
        let file = try fileSystem.openForReading(path)
        let size = try file.size()
        var hash = SHA256()
        var offset: UInt64 = 0
        while offset < size {
            let count = Int(min(step, size - offset))
            hash.update(data: try file.read(at: offset, count: count))
            offset += UInt64(count)
        }
        do throws(OctetsError) {
            return try ContentAddress(Array(hash.finalize()))
        } catch { preconditionFailure("a SHA-256 digest has 32 bytes") }
    }
}
