internal import DurableFiles
package import LedgerReplica
internal import SharingContracts
internal import TransparencyLog

extension LedgerMirror {
    /// Writes a snapshot of the state at the published checkpoint.
    ///
    /// - Parameters:
    ///   - path: Replaced in one step where a file is there.
    ///   - stateNote: A quorum's word on this very state; without it whoever takes the snapshot over must hold the result back.
    /// - Returns: The head that was written.
    /// - Throws: ``MirrorError/heldBack(snapshotSize:)``, ``MirrorError/catchingUp(stateSize:)``,
    ///   ``MirrorError/snapshot(_:)`` for a note that does not count or is of another state, ``MirrorError/file(_:)``.
    /// - Complexity: two scans of the rows; memory for one buffer.
    @discardableResult
    package func exportSnapshot(to path: String, stateNote: [UInt8]? = nil) throws(MirrorError) -> SnapshotHead {
        try demandRunning()
        try demandNotHeldBack()
        guard let published, published.checkpoint.size == execution.size, execution.size > 0 else {
            throw .catchingUp(stateSize: execution.size)
        }
        do {
            let note: StateNote?
            do throws(TransparencyLogError) { note = try stateNote.map(verified) } catch {
                throw SnapshotError.stateNote(error)
            }
            let state = execution.state
            return try execution.duringOneRead {
                try SnapshotOutput.write(state, at: published, note, to: path, files.fileSystem)
            }
        } catch let error as FileError {
            throw .file(error)
        } catch let error as SnapshotError {
            throw .snapshot(error)
        } catch { throw .state(path: execution.path, "\(error)") }
    }

    private func verified(_ note: [UInt8]) throws(TransparencyLogError) -> StateNote {
        try trust.verify(stateNote: note)
    }

    /// Makes a new mirror's state from a snapshot: ``open(_:trust:source:options:)`` finds it.
    ///
    /// The rows go to a database of another name, which gets its own only when all of them have been read and their root is the
    /// head's: interrupted at any point, there is no state or the whole one.
    ///
    /// - Parameters:
    ///   - path: The snapshot's file. Nothing in it is believed.
    ///   - acceptingUnvouched: Whether to take over one that no quorum vouches for: then the state is held back until
    ///     ``verifyHistory()``.
    /// - Returns: The snapshot's head.
    /// - Throws: ``MirrorError/snapshot(_:)``, ``MirrorError/foreignPolicy``, ``MirrorError/file(_:)``,
    ///   ``MirrorError/state(path:_:)``. Nothing was taken over then.
    @concurrent @discardableResult
    package static func restore(
        _ path: String, into files: MirrorFiles, trust: TrustAnchor, acceptingUnvouched: Bool = false
    ) async throws(MirrorError) -> SnapshotHead {
        do {
            return try await SnapshotImport(files: files, trust: trust)
                .run(path, acceptingUnvouched: acceptingUnvouched)
        } catch let error as MirrorError {
            throw error
        } catch let error as FileError {
            throw .file(error)
        } catch let error as SnapshotError {
            throw .snapshot(error)
        } catch { throw .state(path: files.importedState, "\(error)") }
    }
}
