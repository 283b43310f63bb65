import LedgerReplica
package import LogStorage
import ServiceProtocols
package import TransparencyLog

/// Writes a complete copy of a ledger as a C2SP tlog-tiles folder: every bundle, the tiles of every level, and last the
/// checkpoint. Any tool that reads tiles can check it, and it needs no ledger to be audited.
///
/// Leaves go in one after the other; at most 256 of them are held.
package struct LedgerCopy: Sendable {
    package let folder: LogFolder
    private var writer: LogFolderWriter
    private var growth = TileGrowth()

    /// A copy of no leaf yet. What the folder already has of this ledger is written over with the same bytes.
    ///
    /// - Throws: ``LogFolderError/file(_:)`` where the folder cannot be made.
    package init(_ folder: LogFolder) throws(LogFolderError) {
        self.folder = folder
        writer = try LogFolderWriter(folder)
    }

    package var size: UInt64 { growth.size }
    package var root: MerkleHash { growth.root }

    /// Appends a leaf, and writes the tiles that it fills.
    ///
    /// - Throws: ``AuditError/storage(_:)``, ``AuditError/log(_:)`` for a leaf above ``Tile/maximumEntryBytes``.
    package mutating func append(_ leaf: [UInt8]) throws(AuditError) {
        do {
            if try !growth.append(leaf).isEmpty { try writer.write(&growth, withRightEdge: false) }
        } catch { throw AuditError(storing: error) }
    }

    /// Writes the partial tiles, and then the checkpoint that makes the copy a whole one.
    ///
    /// - Throws: ``AuditError/wrongRoot(size:)`` where the leaves are not the checkpoint's, ``AuditError/storage(_:)``.
    package mutating func publish(_ checkpoint: Checkpoint, note: [UInt8]) throws(AuditError) {
        guard checkpoint.size == size, checkpoint.root == root else { throw .wrongRoot(size: checkpoint.size) }
        do {
            try writer.write(&growth)
            try writer.publish(checkpoint: note)
        } catch { throw AuditError(storing: error) }
    }

    /// Copies the newest final checkpoint of a ledger and all leaves below it.
    ///
    /// - Returns: The number of leaves.
    /// - Throws: ``AuditError``, or the ledger's error.
    /// - Complexity: linear in the number of leaves.
    package static func write(_ session: LedgerSession, to folder: LogFolder) async throws -> UInt64 {
        let final = try session.trust.verify(checkpoint: try await session.ledger.checkpoint())
        var copy = try LedgerCopy(folder)
        while copy.size < final.checkpoint.size {
            let more = try await session.ledger.entries(from: copy.size, to: final.checkpoint.size)
            guard !more.isEmpty else { throw AuditError.missingLeaf(index: copy.size) }
            for leaf in more.prefix(Int(clamping: final.checkpoint.size - copy.size)) { try copy.append(leaf) }
        }
        try copy.publish(final.checkpoint, note: final.note)
        return copy.size
    }
}
