package import ServiceProtocols
internal import TransparencyLog

extension LedgerNode: CheckpointFollowing {
    package func finalCheckpoints() async throws(LedgerError) -> AsyncStream<PublishedCheckpoint> {
        try demandRunning()
        return followers.follow(
            after: latest.map { PublishedCheckpoint(size: $0.checkpoint.size, note: $0.note.encoded) })
    }
}
