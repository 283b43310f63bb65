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

    /// Goes on with a copy whose checkpoint is final and whose right edge makes its root; nil where the folder holds none.
    ///
    /// What is left of it is not read here: an audit does that.
    private init?(resuming folder: LogFolder, trust: TrustAnchor) throws {
        guard let note = try? folder.checkpoint(), let known = try? trust.verify(checkpoint: note).checkpoint else {
            return nil
        }
        guard let edge = try? TileEdge(size: known.size, reading: { try folder.hashes(of: $0) }),
            edge.root == known.root
        else { return nil }
        var bundle: [[UInt8]] = []
        if let partial = Tile.partial(ofTree: known.size).first(where: { $0.content == .entries }) {
            guard let leaves = try? folder.entries(of: partial) else { return nil }
            bundle = leaves
        }
        let lowest = edge.partialTiles.first(where: { $0.tile.level == 0 })
        guard bundle.map({ MerkleTree.leafHash(of: $0) }) == lowest?.hashes ?? [] else { return nil }
        try self.init(folder)
        growth = TileGrowth(edge: edge, bundle: bundle)
    }

    /// What came of ``write(_:to:)``, in leaves.
    package struct Written: Hashable, Sendable {
        package let size: UInt64
        /// That were there already.
        package let kept: UInt64
    }

    /// Copies the newest final checkpoint of a ledger and all leaves below it.
    ///
    /// - Parameter resuming: Goes on with the copy that the folder holds, if its right edge is whole: only the leaves since are
    ///   fetched. Else everything is written anew.
    /// - Throws: ``AuditError``, or the ledger's error. ``AuditError/olderThanTrusted(trusted:size:)`` and
    ///   ``AuditError/notExtending(trusted:size:)`` where the ledger is not the one that was copied any more; the copy stays.
    /// - Complexity: linear in the number of new leaves.
    @discardableResult
    package static func write(_ session: LedgerSession, to folder: LogFolder, resuming: Bool = false) async throws
        -> Written
    {
        let final = try session.trust.verify(checkpoint: try await session.ledger.checkpoint())
        let begun = resuming ? try LedgerCopy(resuming: folder, trust: session.trust) : nil
        var copy = try begun ?? LedgerCopy(folder)
        let kept = copy.size
        guard kept <= final.checkpoint.size else {
            throw AuditError.olderThanTrusted(trusted: kept, size: final.checkpoint.size)
        }
        while copy.size < final.checkpoint.size {
            let more = try await session.ledger.entries(from: copy.size, to: final.checkpoint.size)
            guard !more.isEmpty else { throw AuditError.missingLeaf(index: copy.size) }
            for leaf in more.prefix(Int(clamping: final.checkpoint.size - copy.size)) { try copy.append(leaf) }
        }
        guard kept == 0 || copy.root == final.checkpoint.root else {
            throw AuditError.notExtending(trusted: kept, size: final.checkpoint.size)
        }
        try copy.publish(final.checkpoint, note: final.note)
        return Written(size: copy.size, kept: kept)
    }
}
