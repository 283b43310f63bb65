import LogStorage
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Synchronization
import TransparencyLog

/// A ledger that hands out what lies in a log's folder, and remembers from where on it was asked for leaves.
final class FolderLedger: Ledger {
    private let folder: LogFolder
    private let leaves: [[UInt8]]
    private let asked = Mutex<[UInt64]>([])

    init(_ folder: LogFolder, leaves: [[UInt8]]) {
        self.folder = folder
        self.leaves = leaves
    }

    /// The first index of each answer since the last look.
    func takeStarts() -> [UInt64] {
        asked.withLock { starts in
            defer { starts = [] }
            return starts
        }
    }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt { throw .unreachable("a folder") }
    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? { nil }

    func checkpoint() async throws(LedgerError) -> [UInt8] {
        do { return try folder.storedCheckpoint() } catch { throw .unreachable("\(error)") }
    }

    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        var lookup = folder.lookup(size: new)
        do { return try lookup.consistencyProof(from: old, to: new).path.map { $0.bytes } } catch {
            throw .unreachable("\(error)")
        }
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        asked.withLock { $0.append(start) }
        return Array(leaves[Int(start)..<Int(min(end, start + 1_024))])
    }
}
