package import LedgerReplica
package import LogStorage
import Octets
package import SharingContracts
import TransparencyLog

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An audit: the whole ledger re-executed from a copy of its bytes, believing nothing but keys known beforehand.
///
/// Checked are the checkpoint's signature and witness quorum, every bundle, every tile of every level, the tree, every
/// transaction's signatures, every contract rule, times that strictly increase, and that the founding states the very policy
/// that the audit trusts.
package struct Auditor: Sendable {
    private let trust: TrustAnchor
    private let jobs: Int

    /// One more than there are cores, so that they have work while the state takes its turn.
    package static var defaultJobs: Int { ProcessInfo.processInfo.activeProcessorCount + 1 }

    /// - Parameter jobs: How many bundles of 256 leaves are decoded or verified at once.
    package init(trust: TrustAnchor, jobs: Int = Auditor.defaultJobs) {
        self.trust = trust
        self.jobs = jobs
    }

    /// Audits a log's folder, or the copy of one.
    ///
    /// Holds the state and a few bundles, never the whole log.
    ///
    /// - Parameters:
    ///   - trusted: An older signed checkpoint that is believed: consistency with it is proved, and the transactions'
    ///     signatures below it are not verified again. All else is.
    ///   - progress: Called with leaves done and leaves in all, after each bundle.
    ///   - each: Called with every leaf, in order, once it holds.
    /// - Throws: ``AuditError``, naming the first leaf at which something is wrong.
    /// - Complexity: linear in the number of leaves.
    package func audit(
        _ folder: LogFolder, from trusted: [UInt8]? = nil, progress: (UInt64, UInt64) -> Void = { _, _ in },
        each: (UInt64, LedgerEntry) -> Void = { _, _ in }
    ) async throws(AuditError) -> AuditReport {
        let (final, cosignatures) = try trust.audited(checkpoint: try folder.storedCheckpoint())
        let size = final.checkpoint.size
        let start = try trusted.map { note throws(AuditError) in try extended(note, by: final, in: folder) }
        var run = AuditRun(folder: folder, checkpoint: final.checkpoint, policyText: trust.policyText)
        run.trusted = start?.size ?? 0
        var state = WorldState(origin: trust.originName)
        var pipeline = BundlePipeline(folder, size: size, jobs: jobs, trusted: run.trusted)
        try await pipeline.run(on: &state) { (bundle, state) throws(AuditError) in
            try run.apply(bundle, to: &state, each: each)
            progress(run.edge.size, size)
        }
        try run.finish()
        return AuditReport(
            checkpoint: final, cosignatures: cosignatures, trusted: start, signatures: run.signatures, tiles: run.tiles,
            kinds: run.kinds, state: state)
    }

    /// The trusted checkpoint, proved to be the beginning of the new one.
    private func extended(
        _ note: [UInt8], by final: FinalCheckpoint, in folder: LogFolder
    ) throws(AuditError) -> Checkpoint {
        let old = try trust.audited(checkpoint: note).final.checkpoint
        let new = final.checkpoint
        guard old.size <= new.size else { throw .olderThanTrusted(trusted: old.size, size: new.size) }
        var tiles = folder.lookup(size: new.size)
        do {
            try tiles.consistencyProof(from: old.size, to: new.size).verify(oldRoot: old.root, newRoot: new.root)
            return old
        } catch TransparencyLogError.consistencyNotProved {
            // Damaged tiles prove nothing either: a fork it is only where the tiles make the new root.
            guard let root = try? tiles.root(ofFirst: new.size), root == new.root else {
                throw .wrongRoot(size: new.size)
            }
            throw .notExtending(trusted: old.size, size: new.size)
        } catch { throw AuditError(storing: error) }
    }
}

extension LogFolder {
    /// The signed note of the folder.
    ///
    /// - Throws: ``AuditError/noCheckpoint(folder:)``, ``AuditError/storage(_:)``.
    package func storedCheckpoint() throws(AuditError) -> [UInt8] {
        let note: [UInt8]?
        do { note = try checkpoint() } catch { throw .storage(error) }
        guard let note else { throw .noCheckpoint(folder: path) }
        return note
    }
}

/// An audit under way: what the leaves so far add up to besides the state.
private struct AuditRun {
    let folder: LogFolder
    let checkpoint: Checkpoint
    let policyText: String
    var trusted: UInt64 = 0
    var edge = TileEdge()
    var signatures: UInt64 = 0
    var tiles: UInt64 = 0
    var kinds: [String: UInt64] = [:]

    mutating func apply(
        _ bundle: AuditedBundle, to state: inout WorldState, each: (UInt64, LedgerEntry) -> Void
    ) throws(AuditError) {
        for (offset, entry) in bundle.entries.enumerated() {
            let index = bundle.start + UInt64(offset)
            let verified = offset < bundle.signatures.count ? bundle.signatures[offset] : nil
            do throws(ContractViolation) { try apply(entry, verified, to: &state) } catch {
                throw .ruleBroken(index: index, error)
            }
            if index == 0, state.founding?.witnessPolicy.utf8.elementsEqual(policyText.utf8) != true {
                throw .foreignPolicy
            }
            kinds[entry.transaction.body.name, default: 0] += 1
            each(index, entry)
            try append(bundle.hashes[offset])
        }
        if let failure = bundle.failure { throw failure }
        tiles += 1
    }

    private mutating func apply(
        _ entry: LedgerEntry, _ verified: VerifiedSignatures?, to state: inout WorldState
    ) throws(ContractViolation) {
        guard state.entryCount >= trusted else { return try state.applyTrustingSignatures(entry) }
        signatures += UInt64(entry.signedTransaction.signatures.count)
        guard let verified else { return try state.apply(entry) }
        do throws(ContractViolation) { try state.apply(entry, signatures: verified) } catch
            where error.code == .signaturesNotVerified
        {
            // The state demands other signers than those that signed, or other keys.
            try state.apply(entry)
        }
    }

    /// Adds a leaf to the tree, and compares the tiles above the leaves that it fills with the stored ones.
    private mutating func append(_ hash: MerkleHash) throws(AuditError) {
        do {
            for nodes in try edge.append(hash) where nodes.tile.level > 0 { try compare(nodes.tile, nodes.hashes) }
        } catch { throw AuditError(storing: error) }
    }

    /// After the last leaf: the partial tiles, and the root.
    mutating func finish() throws(AuditError) {
        // First the root: where it is another, some leaf was changed together with its hash, and tiles do not matter.
        guard edge.size == checkpoint.size, edge.root == checkpoint.root else {
            throw .wrongRoot(size: checkpoint.size)
        }
        for (tile, hashes) in edge.partialTiles where tile.level > 0 { try compare(tile, hashes) }
    }

    private mutating func compare(_ tile: Tile, _ hashes: [MerkleHash]) throws(AuditError) {
        let stored: [MerkleHash]
        do { stored = try folder.hashes(of: tile) } catch { throw .storage(error) }
        guard stored == hashes else { throw .wrongTile(tile) }
        tiles += 1
    }
}
