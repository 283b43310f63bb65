internal import LedgerReplica
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// What an index of trails needs of a mirror: it answers for its own leaves as the ledger does.
extension LedgerMirror: TrailedLedger {
    package var finalSize: UInt64 { published?.checkpoint.size ?? 0 }

    /// How many leaves the largest final checkpoint has that the source has shown, reached or not.
    package var seenSize: UInt64 { max(seen?.size ?? 0, finalSize) }

    /// Reads the state after every published leaf, or after some of a final tree that is not published yet.
    ///
    /// - Throws: `LedgerError/unreachable(_:)` where the state is held back or lacks published leaves, `LedgerError/storage(_:)`
    ///   where it cannot be read, and what `body` throws.
    package func read<Value: Sendable>(_ body: @Sendable (WorldState) throws -> Value) async throws -> Value {
        do throws(MirrorError) {
            try demandRunning()
            try demandNotHeldBack()
            guard execution.size >= finalSize else { throw .catchingUp(stateSize: execution.size) }
        } catch { throw error.asLedgerError }
        let value = try execution.duringOneRead { try body(execution.state) }
        do { try demandStateWasRead() } catch { throw error.asLedgerError }
        return value
    }

    package func receipts(ofLeaves indices: [UInt64]) async throws(LedgerError) -> [UInt64: Receipt] {
        try answer { () throws(MirrorError) in
            let served = try servedTree()
            var found: [UInt64: Receipt] = [:]
            for index in indices where index < served.checkpoint.size {
                found[index] = try receipt(at: index, in: served)
            }
            return found
        }
    }
}

extension LedgerMirror: CheckpointFollowing {
    package func finalCheckpoints() async throws(LedgerError) -> AsyncStream<PublishedCheckpoint> {
        do throws(MirrorError) { try demandRunning() } catch { throw error.asLedgerError }
        return followers.follow(after: published?.published)
    }
}

extension FinalCheckpoint {
    var published: PublishedCheckpoint { PublishedCheckpoint(size: checkpoint.size, note: note) }
}
