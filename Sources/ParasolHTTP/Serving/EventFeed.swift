internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle
internal import ServiceProtocols
internal import Synchronization

/// What one follower is sent: each new final checkpoint as an event, and comments in between.
///
/// The newest checkpoint and one wish to write are all that is kept for it. Where it does not take what is written within the
/// patience of ``FollowerLimits``, its connection is closed.
struct EventFeed: Sendable {
    let checkpoints: AsyncStream<PublishedCheckpoint>
    /// The size of the checkpoint that the follower has.
    let known: UInt64?
    let connection: RequestConnection
    let limits: FollowerLimits
    let place: FollowerRoom.Place

    /// The newest checkpoint that has arrived.
    private final class Newest: Sendable {
        let checkpoint = Mutex<PublishedCheckpoint?>(nil)
    }

    /// Writes until the ledger, the server or the follower ends it.
    @concurrent func write(to writer: inout any ResponseBodyWriter) async throws {
        let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let newest = Newest()
        let listening = Task { [checkpoints] in
            for await checkpoint in checkpoints {
                newest.checkpoint.withLock { $0 = checkpoint }
                wish.yield()
            }
            wish.finish()
        }
        let stopping = Task {
            try? await gracefulShutdown()
            wish.finish()
        }
        let beating = connection.every(limits.heartbeat) { wish.yield() }
        defer {
            listening.cancel()
            stopping.cancel()
            beating.cancel()
        }
        var sent = known
        for await _ in wishes {
            let event: [UInt8]
            if let checkpoint = newest.checkpoint.withLock({ $0 }), checkpoint.size != sent {
                event = ServerEvent(checkpoint).encoded
                sent = checkpoint.size
            } else {
                event = ServerEvent.comment
            }
            let deadline = connection.closes(after: limits.patience)
            defer { deadline.cancel() }
            try await writer.write(ByteBuffer(bytes: event))
        }
    }
}
