import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import ParasolHTTP

/// New final checkpoints as they reach whoever follows a ledger.
@Suite struct FollowingTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
    }

    private static func checkpoint(_ size: UInt64, filler: Int = 0) -> PublishedCheckpoint {
        let text = "a log\n\(size)\nroot\n\n\(String(repeating: "x", count: filler))— a log sig\n"
        return PublishedCheckpoint(size: size, note: Array(text.utf8))
    }

    private func routes(_ stub: StubFollowing, _ adjust: (inout FollowerLimits) -> Void = { _ in }) -> [Route] {
        var limits = FollowerLimits()
        adjust(&limits)
        return EventRoutes.routes(stub, origin: ServerFixture.origin, access: .enrolled, limits: limits)
    }

    @Test func aStreamInPiecesIsTheSameEventsHoweverItIsCut() throws {
        let checkpoints = [Self.checkpoint(1), Self.checkpoint(12)]
        let stream = ServerEvent.comment + checkpoints.flatMap { ServerEvent($0).encoded } + ServerEvent.comment
        for cut in 0...stream.count {
            var reader = ServerEventReader()
            let events = try reader.read(stream[..<cut]) + reader.read(stream[cut...])
            #expect(events.compactMap(\.checkpoint) == checkpoints)
        }
        var reader = ServerEventReader()
        let events = try reader.read(
            Array("event: other\nid: 1\ndata: a\n\nid:2\r\ndata:b\r\n\r\nevent: checkpoint\n\n".utf8))
        #expect(events.map(\.lines) == [["a"], ["b"]])
        #expect(events.compactMap(\.checkpoint).isEmpty)
    }

    @Test func aStreamThatNeverEndsALineOrAnEventIsGivenUp() {
        #expect(throws: WireCodingError.self) {
            var reader = ServerEventReader()
            _ = try reader.read([UInt8](repeating: 0x61, count: ServerEventReader.maximumLineBytes + 1))
        }
        #expect(throws: WireCodingError.self) {
            var reader = ServerEventReader()
            for _ in 0...WireLimits.noteBytes { _ = try reader.read(Array("data: aaaa\n".utf8)) }
        }
    }

    @Test func aFollowerIsToldTheNewestAndThenWhatIsNew() async throws {
        let stub = StubFollowing(Self.checkpoint(3))
        try await fixture.serve(routes(stub), certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: fixture.doctor) { connection async throws -> Void in
                let remote = RemoteCheckpoints(connection, origin: ServerFixture.origin)
                var checkpoints = try await remote.finalCheckpoints().makeAsyncIterator()
                #expect(await checkpoints.next() == Self.checkpoint(3))
                stub.publish(Self.checkpoint(4))
                #expect(await checkpoints.next() == Self.checkpoint(4))
            }
        }
    }

    @Test func whoComesAgainIsNotToldWhatItHas() async throws {
        let stub = StubFollowing(Self.checkpoint(3))
        try await fixture.serve(routes(stub), certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: fixture.doctor) { connection async throws -> Void in
                var pauses = RemoteCheckpoints.Pauses()
                pauses.first = .milliseconds(1)
                let remote = RemoteCheckpoints(connection, origin: ServerFixture.origin, pauses: pauses)
                var checkpoints = try await remote.finalCheckpoints().makeAsyncIterator()
                #expect(await checkpoints.next() == Self.checkpoint(3))
                // The ledger's stream ends, and with it the connection; the client comes again with the size that it has.
                stub.endAll()
                await stub.isFollowed(times: 2)
                stub.publish(Self.checkpoint(5))
                #expect(await checkpoints.next() == Self.checkpoint(5))
            }
        }
    }

    @Test func onlyWhoMayReadFollows() async throws {
        let stub = StubFollowing(Self.checkpoint(3))
        try await fixture.serve(routes(stub), certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: fixture.stranger) { connection async throws -> Void in
                let remote = RemoteCheckpoints(connection, origin: ServerFixture.origin)
                var checkpoints = try await remote.finalCheckpoints().makeAsyncIterator()
                #expect(await checkpoints.next() == nil)
                #expect(stub.followed.withLock { $0 } == 0)
            }
        }
    }

    @Test func followersBeyondTheBoundAreTurnedAwayUntilOneLeaves() async throws {
        let stub = StubFollowing(Self.checkpoint(3))
        let routes = routes(stub) { $0.followersOfOne = 2 }
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: fixture.doctor) { connection async throws -> Void in
                let call = Call.get(LedgerPaths(origin: ServerFixture.origin).events, atMost: 1 << 16)
                let refusal = Mutex<Problem?>(nil)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<2 {
                        group.addTask { try? await connection.stream(call, silence: .seconds(60)) { _ in } }
                    }
                    await stub.isFollowed(times: 2)
                    do throws(CallFailure) {
                        try await connection.stream(call, silence: .seconds(60)) { _ in }
                    } catch { if case .problem(let problem) = error { refusal.withLock { $0 = problem } } }
                    stub.endAll()
                    try await group.waitForAll()
                }
                #expect(refusal.withLock { $0 }?.code == "request.too-many")
                // Both have left: there is room again.
                let remote = RemoteCheckpoints(connection, origin: ServerFixture.origin)
                var checkpoints = try await remote.finalCheckpoints().makeAsyncIterator()
                #expect(await checkpoints.next() == Self.checkpoint(3))
            }
        }
    }

    @Test func aCommentSaysThatTheStreamLives() async throws {
        let stub = StubFollowing(nil)
        let routes = routes(stub) { $0.heartbeat = .milliseconds(10) }
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: fixture.doctor) { connection async throws -> Void in
                let call = Call.get(LedgerPaths(origin: ServerFixture.origin).events, atMost: 1 << 16)
                let heard = Mutex<[UInt8]>([])
                await #expect(throws: CallFailure.self) {
                    try await connection.stream(call, silence: .seconds(60)) { bytes in
                        heard.withLock { $0 += bytes }
                        if heard.withLock({ $0.count }) > 2 * ServerEvent.comment.count { throw CancellationError() }
                    }
                }
                #expect(heard.withLock { Array($0.prefix(6)) } == ServerEvent.comment + ServerEvent.comment)
            }
        }
    }

    @Test func aFollowerThatDoesNotReadIsDropped() async throws {
        let stub = StubFollowing(nil)
        let routes = routes(stub) { $0.patience = .milliseconds(100) }
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            var request = HTTPRequest(
                method: .get, scheme: "https", authority: "localhost:\(port)",
                path: LedgerPaths(origin: ServerFixture.origin).events)
            try fixture.signer(fixture.doctor).sign(&request, content: [])
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.rootPEM))
            var sent = HTTPClientRequest(url: "https://localhost:\(port)\(request.path ?? "")")
            for field in request.headerFields { sent.headers.add(name: field.name.rawName, value: field.value) }
            try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: tls)) { [sent] client in
                let response = try await client.execute(sent, timeout: .seconds(30))
                // Nobody reads its body, which is larger than what the system and the client hold back.
                var size: UInt64 = 1
                while stub.isFollowedNow, size < 1_000_000 {
                    stub.publish(Self.checkpoint(size, filler: 60_000))
                    size += 1
                    await Task.yield()
                }
                #expect(!stub.isFollowedNow)
                _ = response
            }
        }
    }
}

/// A ledger that publishes what a test tells it to.
final class StubFollowing: CheckpointFollowing {
    private struct State {
        var newest: PublishedCheckpoint?
        var followers: [Int: AsyncStream<PublishedCheckpoint>.Continuation] = [:]
        var waiting: [(times: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    /// How often somebody began to follow.
    let followed = Mutex(0)

    init(_ newest: PublishedCheckpoint?) { state = Mutex(State(newest: newest)) }

    var isFollowedNow: Bool { state.withLock { !$0.followers.isEmpty } }

    func finalCheckpoints() async throws(LedgerError) -> AsyncStream<PublishedCheckpoint> {
        let (stream, follower) = AsyncStream.makeStream(
            of: PublishedCheckpoint.self, bufferingPolicy: .bufferingNewest(1))
        let number = followed.withLock { count in
            count += 1
            return count
        }
        follower.onTermination = { [weak self] _ in self?.state.withLock { $0.followers[number] = nil } }
        state.withLock { state in
            state.followers[number] = follower
            if let newest = state.newest { follower.yield(newest) }
            for waiter in state.waiting where waiter.times <= number { waiter.continuation.resume() }
            state.waiting.removeAll { $0.times <= number }
        }
        return stream
    }

    func publish(_ checkpoint: PublishedCheckpoint) {
        let followers = state.withLock { state in
            state.newest = checkpoint
            return Array(state.followers.values)
        }
        for follower in followers { follower.yield(checkpoint) }
    }

    /// Ends all streams, as a ledger that stops.
    func endAll() {
        let followers = state.withLock { Array($0.followers.values) }
        for follower in followers { follower.finish() }
    }

    /// Returns when somebody has begun to follow so many times.
    func isFollowed(times: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                guard followed.withLock({ $0 }) < times else { return true }
                state.waiting.append((times, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }
}
