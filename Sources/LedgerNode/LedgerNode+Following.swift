package import ServiceProtocols
internal import TransparencyLog

extension LedgerNode: CheckpointFollowing {
    package func finalCheckpoints() async throws(LedgerError) -> AsyncStream<PublishedCheckpoint> {
        try demandRunning()
        let (stream, follower) = AsyncStream.makeStream(
            of: PublishedCheckpoint.self, bufferingPolicy: .bufferingNewest(1))
        let number = nextFollower
        nextFollower += 1
        follower.onTermination = { [weak self] _ in
            Task { await self?.forgetFollower(number) }
        }
        followers[number] = follower
        if let latest { follower.yield(PublishedCheckpoint(size: latest.checkpoint.size, note: latest.note.encoded)) }
        return stream
    }

    private func forgetFollower(_ number: UInt64) { followers[number] = nil }

    /// Tells every follower of a checkpoint that was published now. Nobody is waited for.
    func tellFollowers(_ note: SignedNote, size: UInt64) {
        let checkpoint = PublishedCheckpoint(size: size, note: note.encoded)
        for follower in followers.values { follower.yield(checkpoint) }
    }

    /// There will be no more.
    func endFollowers() {
        for follower in followers.values { follower.finish() }
        followers = [:]
    }
}
