internal import LedgerReplica
internal import Octets
internal import Persistence
package import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

extension WitnessNode {
    /// This witness's word on what the leaves that it cosigned last make: a state note (Protocols/snapshot.md) with its cosignature
    /// and no other. A quorum's notes on the same leaves, put together by `TrustAnchor.stateNote(merging:)`, vouch for a snapshot.
    ///
    /// Made when it is asked for, from a state that this witness executed itself, or that an earlier life of it did. Nothing is
    /// cosigned meanwhile.
    ///
    /// - Throws: ``WitnessRefusal/unavailable(_:)``: before the first leaf is cosigned, between two trees that are, for a clock
    ///   that was set back, or where the state cannot be read.
    /// - Complexity: one scan of the state's rows.
    package func stateNote() async throws(WitnessRefusal) -> [UInt8] {
        try beginExamining()
        defer { endExamining() }
        let known = try await currentHead()
        guard let cosigned = known.cosigned, cosigned.checkpoint.size > 0 else {
            throw .unavailable("no leaf is cosigned yet")
        }
        guard let state = copy?.state, state.entryCount == cosigned.checkpoint.size else {
            throw .unavailable("\(known.frontier.size) leaves are verified, and \(cosigned.checkpoint.size) cosigned")
        }
        let now = clock.now()
        try CosigningDecision.demandClock(now, after: cosigned)
        do { return try await Self.note(of: state, over: states, by: signer, at: now) } catch {
            // So that a state that cannot be read is opened anew.
            copy = nil
            throw .unavailable("\(error)")
        }
    }

    /// Scans off the actor.
    @concurrent private static func note(
        of state: WorldState, over states: StateStore, by signer: NoteSigner, at now: Timestamp
    ) async throws -> [UInt8] {
        try states.duringOneRead { try state.cosignedState(by: [signer], at: now.milliseconds / 1_000).encoded }
    }
}
