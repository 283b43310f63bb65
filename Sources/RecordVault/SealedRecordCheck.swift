import DurableFiles
import SealedRecord
import ServiceProtocols
import SharingContracts

/// Holds bytes that claim to be a sealed record against the container's own header, so that a vault keeps nothing else.
enum SealedRecordCheck {
    /// Bytes that a header has.
    static let headerByteCount = UInt64(SealedRecordFormat.headerByteCount)
    /// The shortest container: a header, 1 KiB of metadata and an empty segment, the two sealed.
    static let shortest = headerByteCount + (1 << 10) + 2 * UInt64(SealedRecordFormat.tagByteCount)

    /// Reads the header of a file and demands that it speaks of `record` and of `size` bytes in all.
    ///
    /// - Throws: ``VaultError/notASealedRecord(_:)``, or ``VaultError/storage(_:)``.
    static func check(_ path: String, is claim: UploadClaim, in fileSystem: FileSystem) throws(VaultError) {
        let header = try header(of: path, in: fileSystem)
        let record = RecordID(header.recordID)
        guard record == claim.record else {
            throw .notASealedRecord("its header names record \(record), announced was \(claim.record)")
        }
        let size = header.layout.containerByteCount
        guard size == claim.size else {
            throw .notASealedRecord("its header promises \(size) bytes, announced were \(claim.size)")
        }
    }

    /// Demands that a file is as long as its header says.
    static func checkLength(of path: String, is claim: UploadClaim, in fileSystem: FileSystem) throws(VaultError) {
        let size: UInt64
        do throws(FileError) {
            size = try fileSystem.openForReading(path).size()
        } catch { throw .storage("\(error)") }
        guard size == claim.size else {
            throw .notASealedRecord("its header promises \(claim.size) bytes, it has \(size)")
        }
    }

    /// The header at the front of a file.
    static func header(of path: String, in fileSystem: FileSystem) throws(VaultError) -> SealedRecordHeader {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try fileSystem.openForReading(path).read(at: 0, count: Int(headerByteCount))
        } catch {
            if case .endedEarly = error { throw .notASealedRecord("shorter than a header") }
            throw .storage("\(error)")
        }
        do throws(SealedRecordError) {
            return try SealedRecordHeader(parsing: bytes)
        } catch { throw .notASealedRecord("\(error)") }
    }
}
