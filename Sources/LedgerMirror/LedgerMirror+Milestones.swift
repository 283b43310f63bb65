internal import DurableFiles
internal import LedgerReplica
internal import LogStorage
package import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// Snapshots that a mirror makes while it follows: of the first final checkpoint at or beyond a multiple of
/// ``MirrorOptions/snapshotLeaves``, for which the witnesses make their state notes too.
extension LedgerMirror {
    /// The final checkpoint of which the next snapshot is to be, where it lies between the tree that is here and `offered`: the one that the
    /// receipt of the last leaf before the newest multiple leads to.
    ///
    /// Whatever the source answers, it is a final checkpoint, which the tree passes through, or nothing: then there is no snapshot.
    func milestone(upTo offered: FinalCheckpoint) async -> FinalCheckpoint? {
        guard let leaves = options.snapshotLeaves else { return nil }
        let size = offered.checkpoint.size / leaves * leaves
        guard size > max(tree.size, snapshots.newestSize) else { return nil }
        if size == offered.checkpoint.size { return offered }
        guard let leaf = try? await source.entries(from: size - 1, to: size).first,
            let entry = try? LedgerEntry(serialized: leaf),
            let receipt = try? await source.receipt(of: entry.transaction.id),
            let proof = try? LogProof(encoded: receipt.proof), proof.index == size - 1,
            let final = try? trust.verify(checkpoint: proof.note.encoded)
        else { return nil }
        return (size...offered.checkpoint.size).contains(final.checkpoint.size) ? final : nil
    }

    /// Begins to write a snapshot of the state as it is now, which is that of `milestone`. Returns when it does not mind any more that the
    /// state changes.
    ///
    /// Where it cannot be written, the next milestone is tried: the mirror itself needs none.
    func beginSnapshot(at milestone: FinalCheckpoint) async {
        if case .heldBack = standing { return }
        guard execution.size == milestone.checkpoint.size, writing == nil,
            (try? files.fileSystem.makeFolder(files.snapshots)) != nil
        else { return }
        let (path, fileSystem) = (snapshots.unvouchedPath(of: milestone.checkpoint.size), files.fileSystem)
        let scan = await execution.beginReading { state in
            try SnapshotOutput.write(state, at: milestone, nil, to: path, fileSystem)
        }
        writing = Task {
            if let head = try? await scan.value { try? snapshots.add(head) }
            writing = nil
        }
    }

    /// Whether a snapshot is written, and waits for a quorum's word.
    package func awaitsStateNote() async -> Bool {
        await writing?.value
        return snapshots.awaiting != nil
    }

    /// Puts the state notes of witnesses together, and into the snapshot that waits for them.
    ///
    /// - Parameter notes: What witnesses answered, in any order; nothing in it is believed.
    /// - Returns: Whether there is a new snapshot that others may have.
    /// - Throws: ``MirrorError/snapshotRefuted(size:)`` for a quorum's word that these leaves make another state than here, after which the
    ///   mirror does nothing more; ``MirrorError/file(_:)``.
    package func vouch(with notes: [[UInt8]]) throws(MirrorError) -> Bool {
        try demandRunning()
        guard let note = trust.stateNote(merging: notes) else { return false }
        do throws(MirrorError) { return try snapshots.vouch(note) } catch {
            if case .snapshotRefuted = error { throw halt(error) }
            throw error
        }
    }
}

extension LedgerMirror: SnapshotServing {
    package func newestSnapshot() async throws(LedgerError) -> OfferedSnapshot? {
        try answer { () throws(MirrorError) in
            try demandRunning()
            return snapshots.vouched.last
        }
    }

    package func snapshotBytes(
        ofSize size: UInt64, at offset: UInt64, count: Int
    ) async throws(LedgerError) -> [UInt8]? {
        try answer { () throws(MirrorError) -> [UInt8]? in
            try demandRunning()
            guard let kept = snapshots.vouched.first(where: { $0.size == size }) else { return nil }
            guard offset < kept.byteCount else {
                throw .source(.outOfRange(start: offset, end: offset + UInt64(clamping: count), size: kept.byteCount))
            }
            let count = Int(min(UInt64(clamping: min(count, SnapshotLimits.readBytes)), kept.byteCount - offset))
            do throws(FileError) {
                let file = try files.fileSystem.openForReading(snapshots.path(of: size))
                return try file.read(at: offset, count: count)
            } catch { throw .file(error) }
        }
    }
}
