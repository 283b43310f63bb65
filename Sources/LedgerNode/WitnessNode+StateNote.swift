internal import DurableFiles
internal import LedgerReplica
internal import Logging
internal import Octets
package import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

extension WitnessNode: StateVouching {
    /// This witness's word on what the first leaves make: a state note (Protocols/snapshot.md) with its cosignature and no other.
    /// A quorum's notes on the same leaves, put together by `TrustAnchor.stateNote(merging:)`, vouch for a snapshot.
    ///
    /// It is made unasked, of the first checkpoint cosigned at or beyond each multiple of ``stateNoteLeaves`` leaves, so that witnesses
    /// which cosign the same checkpoints vouch for the same states; and beside cosigning, which waits for none. The newest is kept.
    ///
    /// - Throws: ``WitnessRefusal/unavailable(_:)`` where what is kept cannot be read.
    package func stateNote() async throws(WitnessRefusal) -> [UInt8]? {
        await stateNoteTask?.value
        if let newestStateNote { return newestStateNote }
        do throws(FileError) {
            newestStateNote = try files.readAll(stateNotePath, atMost: SignedNote.maximumBytes)
        } catch {
            guard error.isMissing else { throw .unavailable("\(error)") }
        }
        return newestStateNote
    }

    /// Whether a tree of `size` leaves is the first to be cosigned beyond a multiple of ``stateNoteLeaves``.
    func isMilestone(_ size: UInt64, after cosigned: UInt64) -> Bool {
        cosigned / stateNoteLeaves < size / stateNoteLeaves
    }

    /// Begins a state note of a state that was cosigned now. Returns when it does not mind any more that the state changes.
    func beginStateNote(of execution: StateExecution, cosignedAt time: UInt64) async {
        // At most one at a time: a scan may take longer than the leaves to the next.
        guard stateNoteTask == nil else { return }
        let scan = await execution.beginReading { [signer] state in
            try state.cosignedState(by: [signer], at: time).encoded
        }
        stateNoteTask = Task {
            do {
                let note = try await scan.value
                try files.replace(stateNotePath, with: note)
                newestStateNote = note
            } catch { logger.error("no state note", metadata: ["reason": "\(error)"]) }
            stateNoteTask = nil
        }
    }
}
