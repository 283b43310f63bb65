import Crypto
import EmbeddedNode
import Foundation
import LedgerMirror
import LedgerNode
import LedgerReplica
import ParasolClient
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import NodeHost

/// A mirror over HTTP answers as the ledger does, so that whoever uses a ledger can use a mirror of it.
@Suite struct MirrorOverHTTPTests {
    private let temporary: TemporaryFolder
    private let authority: DevelopmentAuthority
    private let node: EmbeddedNode
    private var origin: String { node.trust.originName }

    init() async throws {
        temporary = try TemporaryFolder()
        authority = try DevelopmentAuthority(folder: temporary.path("tls"))
        node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: SystemClock())
    }

    /// Who reads a mirror, and how.
    private struct Reader {
        let connection: ServerConnection
        let ledger: RemoteLedger
        let signer: TransactionSigner
    }

    private func mirroring<Value: Sendable>(
        readers: LedgerReaders = .enrolled, snapshotLeaves: UInt64? = nil,
        prepare: (LedgerMirror) async throws -> Void = { _ in }, _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let files = MirrorFiles(temporary.path("mirror"))
        let mirror = try await LedgerMirror.open(
            files, trust: node.trust, source: node.ledger,
            // Whoever submits or asks waits until it has followed, on the slowest machine too.
            options: MirrorOptions(patience: .seconds(300), snapshotLeaves: snapshotLeaves), clock: SystemClock())
        try await prepare(mirror)
        let trails = try TrailIndex(path: temporary.path("trails.sqlite"), ledger: mirror, clock: SystemClock())
        let role = HostedRole.mirror(
            mirror, origin: origin, tiles: files.log, trails: trails, following: node.ledger, readers: readers)
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(
                try await ServedRoles(
                    authority: authority, roles: [role],
                    directory: MirrorDirectory(mirror)
                ).whileServing(body))
        } catch { outcome = .failure(error) }
        await node.close()
        return try outcome.get()
    }

    private func reader(_ port: Int, _ signer: TransactionSigner) throws -> Reader {
        let connection = try ServerConnection(
            url: "https://127.0.0.1:\(port)/mirror", trustRootsPEM: Array(try authority.rootPEM.utf8),
            signer: RequestSigner(signer, clock: SystemClock()))
        return Reader(
            connection: connection, ledger: RemoteLedger(connection, origin: origin), signer: signer)
    }

    /// A new identity, enrolled by a member who knows only the mirror.
    private func enroll(_ role: Role, through member: Reader) async throws -> TransactionSigner {
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let signer = TransactionSigner(id: identity.signer, key: P256.Signing.PrivateKey(), origin: origin)
        let agent = MemberAgent(id: MemberID(member.signer.id), signer: member.signer, session: session(member))
        try await agent.enroll(
            EnrollmentRequest(
                IdentityEnrolled(identity: identity, member: agent.id, role: role, signingKey: signer.signingKey),
                signer: signer))
        return signer
    }

    private func session(_ reader: Reader) -> LedgerSession {
        LedgerSession(ledger: reader.ledger, trust: node.trust, heads: NoHeadStore(), clock: SystemClock())
    }

    private func member() throws -> TransactionSigner {
        try RoleFolder(.registrar, at: temporary.path("member-1")).transactionSigner(origin: origin)
    }

    @Test func whatIsSubmittedThroughAMirrorIsReadThere() async throws {
        try await mirroring { port in
            let member = try reader(port, try self.member())
            let auditor = try reader(port, try await enroll(.auditor, through: member))
            let size = await node.ledger.finalSize
            #expect(try await session(auditor).read { $0.entryCount } == size)
            _ = try await session(auditor).lookUp(auditor.signer.id, in: auditor.ledger)
            let trail = try await session(auditor).trail(
                of: auditor.signer.id, in: auditor.ledger)
            #expect(trail.leaves.map(\.line.kind) == ["IdentityEnrolled"])
            await auditor.connection.shutdown()
            await member.connection.shutdown()
        }
    }

    @Test func aMirrorTellsOfWhatTheLedgerHasNewWithoutBeingAsked() async throws {
        try await mirroring { port in
            let member = try reader(port, try self.member())
            var news = try await RemoteCheckpoints(member.connection, origin: origin).finalCheckpoints()
                .makeAsyncIterator()
            let first = try #require(await news.next())
            // Past the mirror, to the ledger itself.
            let agent = node.members[0]
            var generator = SystemRandomNumberGenerator()
            let identity = IdentityID.random(using: &generator)
            let signer = TransactionSigner(id: identity.signer, key: P256.Signing.PrivateKey(), origin: origin)
            try await agent.enroll(
                EnrollmentRequest(
                    IdentityEnrolled(
                        identity: identity, member: agent.id, role: .auditor, signingKey: signer.signingKey),
                    signer: signer))
            let second = try #require(await news.next())
            #expect(second.size == first.size + 1)
            #expect(try node.trust.verify(checkpoint: second.note).checkpoint.size == second.size)
            await member.connection.shutdown()
        }
    }

    @Test func aNewMirrorBeginsWithAnothersSnapshotAndExecutesTheHistoryLater() async throws {
        let size = await node.ledger.finalSize
        let snapshots = MirrorFiles(temporary.path("second"))
        try await mirroring(
            snapshotLeaves: size,
            prepare: { mirror in
                try await mirror.catchUp()
                #expect(await mirror.awaitsStateNote())
                let state = try await mirror.read { state, _ in state }
                let notes = try (1...2).map { number in
                    let signer = try RoleFolder(.witness, at: temporary.path("witness-\(number)")).noteSigner()
                    return try state.cosignedState(by: [signer], at: 1_772_366_400).encoded
                }
                #expect(try await mirror.vouch(with: notes))
            }
        ) { port in
            let member = try reader(port, try self.member())
            let download = SnapshotDownload(
                from: RemoteSnapshots(member.connection, origin: origin), into: temporary.path("download"))
            // What an earlier fetch got of it is not fetched again, and what is left of another is gone.
            let whole = try #require(try await download.run())
            let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
            try bytes.prefix(1_000).write(to: URL(fileURLWithPath: whole))
            try Data([1]).write(to: URL(fileURLWithPath: temporary.path("download/3-1")))
            #expect(try await download.run() == whole)
            #expect(try Data(contentsOf: URL(fileURLWithPath: whole)) == bytes)
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path("download")).count == 1)
            try await LedgerMirror.restore(whole, into: snapshots, trust: node.trust)
            try download.remove()
            let second = try await LedgerMirror.open(snapshots, trust: node.trust, source: member.ledger)
            #expect(await second.unexecutedSize == size)
            #expect(try await second.read { state, _ in state.entryCount } == size)
            try await second.catchUp()
            try await second.verifyHistory()
            #expect(await second.unexecutedSize == nil)
            await second.close()
            await member.connection.shutdown()
        }
    }

    @Test func aMirrorWithoutASnapshotSaysSo() async throws {
        try await mirroring { port in
            let member = try reader(port, try self.member())
            let snapshots = RemoteSnapshots(member.connection, origin: origin)
            #expect(try await snapshots.newestSnapshot() == nil)
            #expect(try await snapshots.snapshotBytes(ofSize: 3, at: 0, count: 3) == nil)
            await member.connection.shutdown()
        }
    }

    @Test func whoMayReadOnlyTheirOwnReadsNothingElseOfAMirror() async throws {
        try await mirroring(readers: .ownTrail) { port in
            let member = try reader(port, try self.member())
            let depositor = try reader(port, try await enroll(.depositor, through: member))
            let trails = depositor.ledger
            let own = try #require(try await trails.trail(of: depositor.signer.id, from: nil))
            #expect(own.receipts.count == 1)
            #expect(try await trails.trail(of: node.keyServiceID.signer, from: nil) == nil)
            await #expect(throws: LedgerError.self) { try await depositor.ledger.entries(from: 0, to: 1) }
            await depositor.connection.shutdown()
            await member.connection.shutdown()
        }
    }
}
