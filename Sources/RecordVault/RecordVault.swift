package import DurableFiles
import Persistence
package import ServiceProtocols
package import SharingContracts

/// Sealed records in files, by content address. The vault sees ciphertext only and holds no key.
///
/// - A record is acknowledged once its file and its row in the index are durable, in this order; what a crash leaves in
///   between is adopted or removed at the next start (``open(_:limits:clock:fileSystem:)``).
/// - Nothing that an uploader says is believed: the address is recomputed from the stored bytes, the identifier and the
///   length come from the container's own header.
/// - Several clients may upload the same address at once; they share one upload, and each is told where it stands.
///
/// Memory is bounded by the number of requests under way, each with at most
/// `RecordStoringLimits/maximumReadBytes`, and by ``VaultLimits/maximumUploads``.
package actor RecordVault {
    let folder: VaultFolder
    let index: VaultIndex
    let clock: any Clock

    /// How much the vault takes.
    package let limits: VaultLimits
    /// What it found when it opened.
    package nonisolated let recovery: VaultRecovery

    var uploads: [ContentAddress: Upload]
    /// Bytes of all stored records.
    package internal(set) var storedBytes: UInt64
    /// Counts additions to the index, so that a decision made before an `await` can be made again.
    var storedGeneration: UInt64 = 0
    private(set) var isClosed = false

    private init(_ opening: VaultOpening, limits: VaultLimits, clock: any Clock) {
        folder = opening.folder
        index = opening.index
        recovery = opening.recovery
        uploads = opening.uploads
        storedBytes = opening.storedBytes
        self.limits = limits
        self.clock = clock
    }

    /// Opens the vault in a folder, or makes one there.
    ///
    /// Every file that the index names is looked for and measured; what the last process left unfinished is finished or
    /// removed (``recovery``). Linear in the number of records; contents are read only where the index does not know
    /// them. ``damagedRecords()`` reads everything.
    ///
    /// - Throws: ``VaultFolderError``, naming the file: a vault that has lost something does not open.
    package static func open(
        _ path: String, limits: VaultLimits, clock: any Clock, fileSystem: FileSystem = FileSystem()
    ) async throws(VaultFolderError) -> RecordVault {
        let opening = try await VaultOpening(path, now: clock.now(), fileSystem: fileSystem)
        return RecordVault(opening, limits: limits, clock: clock)
    }

    /// Stops: uploads that are being finished are finished, every later call here fails with `VaultError/storage(_:)`,
    /// and the folder can be opened again when this returns.
    package func close() async {
        isClosed = true
        for upload in uploads.values {
            if case .finishing(let task) = upload.phase { _ = await task.value }
        }
        index.close()
    }

    /// - Throws: `VaultError/storage(_:)` once the vault is closed.
    func demandOpen() throws(VaultError) {
        guard !isClosed else { throw .storage("the vault is closed") }
    }

    /// Bytes of the quota that nobody has stored or announced yet.
    package var availableBytes: UInt64 {
        let announced = uploads.values.reduce(UInt64(0)) { $0 &+ $1.claim.size }
        let used = storedBytes.addingReportingOverflow(announced)
        return used.overflow || used.partialValue > limits.quotaBytes ? 0 : limits.quotaBytes - used.partialValue
    }

    /// Stored records whose bytes are no longer what their address says, or cannot be read.
    ///
    /// Reads the whole vault.
    package func damagedRecords() async throws(VaultError) -> [DamagedRecord] {
        try demandOpen()
        var damaged: [DamagedRecord] = []
        for claim in try await indexed({ index async throws(PersistenceError) in try await index.claims() }) {
            do throws(FileError) {
                let actual = try await FileDigest.address(of: folder.path(of: claim.address), in: folder.fileSystem)
                if actual != claim.address {
                    damaged.append(DamagedRecord(address: claim.address, record: claim.record, reason: "has \(actual)"))
                }
            } catch {
                damaged.append(DamagedRecord(address: claim.address, record: claim.record, reason: "\(error)"))
            }
        }
        return damaged
    }

    /// Asks the index, in the vault's errors.
    func indexed<Result: Sendable>(
        _ question: (VaultIndex) async throws(PersistenceError) -> Result
    ) async throws(VaultError) -> Result {
        do throws(PersistenceError) {
            return try await question(index)
        } catch { throw .storage("\(error)") }
    }

    /// Asks the file system, in the vault's errors.
    func stored<Result>(_ body: () throws(FileError) -> Result) throws(VaultError) -> Result {
        do throws(FileError) { return try body() } catch { throw .storage("\(error)") }
    }
}

/// A stored record that must be restored from a copy.
package struct DamagedRecord: Hashable, Sendable {
    package let address: ContentAddress
    package let record: RecordID
    package let reason: String
}
