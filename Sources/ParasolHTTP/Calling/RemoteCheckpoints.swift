internal import HTTPTypes
package import ServiceProtocols
internal import Synchronization

/// The final checkpoints of a ledger on another machine, as it publishes them, over whatever interrupts the connection.
///
/// Nothing that it says is believed here: who uses it verifies each note.
package struct RemoteCheckpoints: CheckpointFollowing {
    /// How long it waits before it tries again, at first and at most.
    package struct Pauses: Hashable, Sendable {
        package var first = Duration.seconds(1)
        package var longest = Duration.seconds(30)
        /// Without a byte, not even a comment, a connection is given up.
        package var silence = Duration.seconds(45)

        package init() {}
    }

    private let server: ServerConnection
    private let paths: LedgerPaths
    private let pauses: Pauses

    package init(_ server: ServerConnection, origin: String, pauses: Pauses = Pauses()) {
        self.server = server
        self.pauses = pauses
        paths = LedgerPaths(origin: origin)
    }

    /// Ends by itself only where the server refuses: this reader may not, or there is no such ledger.
    package func finalCheckpoints() async throws(LedgerError) -> AsyncStream<PublishedCheckpoint> {
        let (stream, reader) = AsyncStream.makeStream(
            of: PublishedCheckpoint.self, bufferingPolicy: .bufferingNewest(1))
        let following = Task { await follow(for: reader) }
        reader.onTermination = { _ in following.cancel() }
        return stream
    }

    private func follow(for reader: AsyncStream<PublishedCheckpoint>.Continuation) async {
        var size: UInt64?
        var pause = pauses.first
        while !Task.isCancelled {
            let before = size
            let piece = Piece(size)
            do throws(CallFailure) {
                try await server.stream(call(after: size), silence: pauses.silence) { bytes in
                    for event in try piece.read(bytes) {
                        guard let checkpoint = event.checkpoint else { continue }
                        piece.set(checkpoint.size)
                        reader.yield(checkpoint)
                    }
                }
            } catch {
                if Self.isFinal(error) { break }
            }
            size = piece.size
            pause = size == before ? min(pause * 2, pauses.longest) : pauses.first
            do { try await Task.sleep(for: pause) } catch { break }
        }
        reader.finish()
    }

    /// What has arrived on one connection: whole events' newest size, and the beginning of an event.
    private final class Piece: Sendable {
        private let state: Mutex<(size: UInt64?, reader: ServerEventReader)>

        init(_ size: UInt64?) { state = Mutex((size, ServerEventReader())) }

        var size: UInt64? { state.withLock { $0.size } }
        func set(_ size: UInt64) { state.withLock { $0.size = size } }
        func read(_ bytes: [UInt8]) throws -> [ServerEvent] { try state.withLock { try $0.reader.read(bytes) } }
    }

    private func call(after size: UInt64?) -> Call {
        var fields: HTTPFields = [.accept: MediaType.eventStream]
        if let size { fields[.lastEventID] = "\(size)" }
        return .get(paths.events, fields: fields, atMost: WireLimits.noteBytes)
    }

    /// Whether trying again would be answered in the same way.
    private static func isFinal(_ failure: CallFailure) -> Bool {
        switch failure {
        case .problem(let problem): [400, 401, 403, 404, 421].contains(problem.status)
        case .status(let status, _): (400...499).contains(status)
        case .unreachable, .badAnswer: false
        }
    }
}
