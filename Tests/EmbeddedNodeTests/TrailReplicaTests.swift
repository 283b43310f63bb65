import DurableFiles
import Electrocardiogram
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import EmbeddedNode

/// A doctor and a patient who read only what concerns them learn what they would by executing the ledger; and a ledger that shows
/// anything else is caught.
@Suite struct TrailReplicaTests {
    /// A ledger that lets nobody read its leaves.
    private struct Closed: LedgerWrapper {
        let base: any Ledger
        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            throw .unreachable("request.not-allowed")
        }
    }

    /// Trails that remember from where they were read, can be cut off, and can say something else.
    private final class Watched: LedgerTrails {
        private let base: TrailIndex
        private let asked = Mutex<[UInt64]>([])
        private let remaining = Mutex(Int.max)
        private let change = Mutex<(@Sendable (TrailPage) -> TrailPage)?>(nil)

        init(_ base: TrailIndex) { self.base = base }

        func cut(after pages: Int) { remaining.withLock { $0 = pages } }
        func say(_ change: (@Sendable (TrailPage) -> TrailPage)?) { self.change.withLock { $0 = change } }
        func takeAsked() -> [UInt64] {
            asked.withLock { asked in
                defer { asked = [] }
                return asked
            }
        }

        func trail(of signer: SignerID, from cursor: TrailCursor?) async throws(LedgerError) -> TrailPage? {
            asked.withLock { $0.append(cursor?.position ?? 0) }
            let isCut = remaining.withLock { remaining in
                remaining -= 1
                return remaining < 0
            }
            if isCut { throw .unreachable("cut off") }
            let page = try await base.trail(of: signer, from: cursor)
            let change = change.withLock { $0 }
            return page.map { change?($0) ?? $0 }
        }

        func granted(
            to grantee: SignerID, from start: UInt64, at cursor: TrailCursor?
        ) async throws(LedgerError) -> TrailPage? {
            try await base.granted(to: grantee, from: start, at: cursor)
        }
    }

    /// A stage whose people read their own trails.
    private struct Scene {
        let stage: Stage
        let index: TrailIndex
        let trails: Watched

        init() async throws {
            stage = try await Stage(proxies: 1)
            index = try TrailIndex(
                path: stage.temporary.path("trails.sqlite"), ledger: stage.node.ledger, clock: stage.clock)
            trails = Watched(index)
        }

        func session(
            _ signer: SignerID, heads: any ReplicaHeadStore = NoHeadStore(), keeping kept: KeptTrail? = nil
        ) -> LedgerSession {
            let ledger = stage.node.ledger
            return LedgerSession(
                ledger: Closed(base: ledger), trust: stage.node.trust, heads: heads, clock: stage.clock,
                directory: StateLedgerDirectory(ledger) { id in try await ledger.read { try $0.history(of: id) } },
                reading: TrailReading(of: signer, in: trails, keeping: kept))
        }

        func doctor() -> Doctor {
            let keys = stage.grantedKeys
            return Doctor(
                identity: keys.identity, signer: keys.signer, receivingKey: keys.receiving,
                session: session(keys.identity.signer), services: stage.node.directory)
        }

        var patient: Patient {
            Patient(
                profile: stage.patientProfile, session: session(stage.folder.signer), services: stage.node.directory,
                folder: stage.folder)
        }

        func grant() async throws -> ConsentID { try await stage.grant(threshold: 1) }

        /// Why a trail is not believed.
        func refusal(_ session: LedgerSession) async -> ClientError? {
            do throws(ClientError) {
                try await session.read { (_) throws(ClientError) in }
                return nil
            } catch { return error }
        }

        func close() async {
            await index.close()
            await stage.node.close()
        }
    }

    private func scene(_ body: (Scene) async throws -> Void) async throws {
        let scene = try await Scene()
        try await body(scene)
        await scene.close()
    }

    /// What people's commands read of a state.
    private struct Shown: Hashable, Sendable {
        let records: [Record?]
        let consents: [Consent?]
        let status: [ConsentStatus?]
        let requests: [AccessRequest?]
        let proposals: [ProposalStatus?]
        let doctors: [Identity?]
        let members: [Member?]

        init(_ state: WorldState, _ folder: FolderID, at now: Timestamp) {
            let consents = state.consents(in: folder)
            records = state.records(in: folder).map { state.record($0) }
            self.consents = consents.map { state.consent($0) }
            status = consents.map { state.status(of: $0, at: now) }
            requests = state.requests(in: folder).map { state.request($0) }
            proposals = state.proposals(to: folder).map { state.status(ofProposal: $0, at: now) }
            doctors = consents.map { state.consent($0).flatMap { state.identity($0.terms.grantee) } }
            members = doctors.map { $0.flatMap { state.member($0.member) } }
        }
    }

    @Test func theOwnTrailShowsWhatTheWholeLedgerDoes() async throws {
        try await scene { scene in
            let stage = scene.stage
            let (record, folder) = (try await stage.deposit(), stage.folder)
            let consent = try await scene.grant()
            _ = try await stage.granted.propose(
                AccessProposed(
                    proposer: stage.granted.identity, folder: folder, scope: .wholeFolder, purpose: .treatment,
                    durationMilliseconds: 86_400_000, maximumOpens: 1, answerableMilliseconds: 86_400_000))
            let doctor = scene.doctor()
            #expect(try await doctor.open(record, under: consent).files.recording.frameCount == 500)
            _ = try await stage.deposit()
            let sessions = (
                folder: scene.session(folder.signer), doctor: scene.session(stage.granted.identity.signer)
            )
            for step in ["granted", "retired", "revoked"] {
                if step == "revoked" { _ = try await scene.patient.revoke(consent) }
                if step == "retired" { try await stage.node.members[0].retire(stage.granted.identity) }
                // Whatever others did is asked for anew by then.
                stage.clock.advance(milliseconds: 20_000)
                let now = stage.clock.now()
                let whole = try await stage.node.session().read { (state) throws(ClientError) in
                    Shown(state, folder, at: now)
                }
                let ours = try await sessions.folder.read { (state) throws(ClientError) in
                    Shown(state, folder, at: now)
                }
                #expect(ours == whole, "\(step)")
                let theirs = try await sessions.doctor.read { (state) throws(ClientError) in
                    Shown(state, folder, at: now)
                }
                // A deposit after the end would not be shown; there is none.
                #expect(theirs == whole, "\(step)")
            }
        }
    }

    @Test func aDoctorFetchesAndAPatientEndsItWithoutReadingAnybodyElsesLeaves() async throws {
        try await scene { scene in
            let record = try await scene.stage.deposit()
            let consent = try await scene.grant()
            let doctor = scene.doctor()
            let request = try await doctor.request(record, under: consent)
            #expect(try await scene.doctor().unfinishedRequests().map(\.id) == [request.id])
            _ = try await doctor.open(request)
            #expect(try await scene.patient.accesses(to: scene.stage.folder).map(\.id) == [request.id])
            _ = try await scene.patient.open(record)
            #expect(try await scene.patient.revoke(consent).isEmpty)
            await #expect(throws: ClientError.self) { try await scene.doctor().request(record, under: consent) }
            #expect(try await scene.patient.erase(scene.stage.folder).isEmpty)
        }
    }

    @Test func aConsentThatBeginsLaterShowsItsRecordsThen() async throws {
        try await scene { scene in
            let (stage, record) = (scene.stage, try await scene.stage.deposit())
            let begin = stage.clock.now().adding(milliseconds: 120_000)
            _ = try await stage.patient.grant(
                GrantTerms(
                    folder: stage.folder, grantee: stage.granted.identity, scope: .wholeFolder, purpose: .treatment,
                    notBefore: begin, notAfter: begin.adding(milliseconds: 3_600_000), maximumOpens: 1, threshold: 1,
                    proxies: stage.node.proxyIDs))
            let session = scene.session(stage.granted.identity.signer)
            let folder = stage.folder
            #expect(try await session.read { (state) throws(ClientError) in state.records(in: folder) }.isEmpty)
            stage.clock.advance(milliseconds: 130_000)
            #expect(try await session.read { (state) throws(ClientError) in state.records(in: folder) } == [record])
        }
    }

    @Test func nothingIsLostWhenATrailIsCutOff() async throws {
        try await scene { scene in
            for _ in 0..<3 { _ = try await scene.stage.deposit() }
            let session = scene.session(scene.stage.folder.signer)
            let trust = scene.stage.node.trust
            // Pages of two leaves.
            scene.trails.say { page in
                guard page.receipts.count > 2, let third = try? trust.verify(page.receipts[2]).index else {
                    return page
                }
                return TrailPage(
                    receipts: Array(page.receipts.prefix(2)), next: TrailCursor(position: third),
                    checkpoint: page.checkpoint)
            }
            scene.trails.cut(after: 1)
            #expect(await scene.refusal(session) == .directory(.ledger(.unreachable("cut off"))))
            scene.trails.cut(after: .max)
            let asked = scene.trails.takeAsked()
            let folder = scene.stage.folder
            let count = try await session.read { (state) throws(ClientError) in state.records(in: folder).count }
            #expect(count == 3)
            // It goes on where it was cut.
            #expect(asked.count == 2 && scene.trails.takeAsked() == [asked[1]])
        }
    }

    @Test func whatWasReadIsKeptSealedAndNotAskedForAgain() async throws {
        try await scene { scene in
            let (stage, folder) = (scene.stage, scene.stage.folder)
            _ = try await stage.deposit()
            let place = stage.temporary.path("trail")
            func kept(_ signer: SignerID) async -> KeptTrail {
                await KeptTrail(place, of: stage.patientProfile, signer: signer, origin: stage.node.trust.originName)
            }
            func count(_ session: LedgerSession) async throws -> Int {
                let count = try await session.read { (state) throws(ClientError) in state.records(in: folder).count }
                await session.settle()
                return count
            }
            #expect(try await count(scene.session(folder.signer, keeping: await kept(folder.signer))) == 1)
            _ = scene.trails.takeAsked()
            _ = try await stage.deposit()
            #expect(try await count(scene.session(folder.signer, keeping: await kept(folder.signer))) == 2)
            let asked = scene.trails.takeAsked()
            #expect(asked.count == 1 && asked.allSatisfy { $0 > 0 })

            let names = try FileSystem().names(in: place)
            let path = place + "/" + (try #require(names.first))
            var bytes = try FileSystem().readAll(path, atMost: 1 << 20)
            // Neither its name nor its bytes say whose it is.
            #expect(names.count == 1 && !names[0].contains("\(folder)"))
            let id = folder.bytes
            #expect(!bytes.indices.dropLast(16).contains { Array(bytes[$0..<$0 + 16]) == id })
            bytes[bytes.count / 2] ^= 1
            try FileSystem().replace(path, with: bytes)
            #expect(try await count(scene.session(folder.signer, keeping: await kept(folder.signer))) == 2)
            #expect(scene.trails.takeAsked() == [0])
            // Another's is not taken for one's own.
            let stranger = stage.stranger.identity.signer
            #expect(try await count(scene.session(stranger, keeping: await kept(stranger))) == 0)
            let other = try #require(try FileSystem().names(in: place).first { $0 != names[0] })
            let others = try FileSystem().readAll(place + "/" + other, atMost: 1 << 20)
            try FileSystem().replace(path, with: others)
            _ = scene.trails.takeAsked()
            #expect(try await count(scene.session(folder.signer, keeping: await kept(folder.signer))) == 2)
            #expect(scene.trails.takeAsked() == [0])
        }
    }

    @Test func whateverIsNotOnThisLedgerIsNamed() async throws {
        try await scene { scene in
            let foreign = try await Scene()
            let elsewhere = try #require(try await foreign.index.trail(of: foreign.stage.folder.signer, from: nil))
            let others = try #require(
                try await scene.index.trail(of: scene.stage.stranger.identity.signer, from: nil))
            let folder = scene.stage.folder.signer
            func said(_ change: @escaping @Sendable (TrailPage) -> TrailPage) async -> ClientError? {
                scene.trails.say(change)
                return await scene.refusal(scene.session(folder))
            }
            @Sendable func page(
                _ page: TrailPage, _ receipts: [Receipt], next: TrailCursor? = nil, note: [UInt8]? = nil
            ) -> TrailPage {
                TrailPage(receipts: receipts, next: next, checkpoint: note ?? page.checkpoint)
            }
            // A leaf that is not in the tree, under the proof of one that is.
            let forged = await said { own in
                page(own, own.receipts.map { Receipt(entry: others.receipts[0].entry, proof: $0.proof) })
            }
            guard case .directory(.receipt(.notIncluded))? = forged,
                case .directory(.receipt)? = await said({ page($0, elsewhere.receipts) }),
                case .directory(.checkpoint)? = await said({ page($0, $0.receipts, note: elsewhere.checkpoint) }),
                case .directory(.otherSubject)? = await said({ page($0, others.receipts) }),
                case .directory(.outOfOrder)? = await said({ page($0, $0.receipts + $0.receipts) }),
                case .directory(.outOfOrder)? = await said({ page($0, [], next: TrailCursor(position: 0)) }),
                case .directory(.outOfOrder)? = await said({ page($0, [], next: TrailCursor(position: 1 << 40)) })
            else {
                Issue.record("something was believed")
                return
            }
            scene.trails.say(nil)
            #expect(await scene.refusal(scene.session(folder)) == nil)
            await foreign.close()
        }
    }

    /// The newest checkpoint in memory.
    private actor Heads: ReplicaHeadStore {
        private var note: [UInt8]?
        func loadHead() async throws -> [UInt8]? { note }
        func saveHead(_ note: [UInt8]) async throws { self.note = note }
    }

    @Test func aLedgerThatGoesBackIsCaughtAlsoInAnotherLife() async throws {
        try await scene { scene in
            let folder = scene.stage.folder.signer
            let old = try #require(try await scene.index.trail(of: folder, from: nil))
            _ = try await scene.stage.deposit()
            let heads = Heads()
            #expect(await scene.refusal(scene.session(folder, heads: heads)) == nil)
            scene.trails.say { _ in old }
            guard case .replica(.rolledBack)? = await scene.refusal(scene.session(folder, heads: heads)) else {
                Issue.record("an older checkpoint was believed")
                return
            }
            scene.trails.say(nil)
            #expect(await scene.refusal(scene.session(folder, heads: heads)) == nil)
        }
    }

    @Test func aStateOfSomeLeavesJudgesNothing() async throws {
        try await scene { scene in
            let session = scene.session(scene.stage.folder.signer)
            let transaction = try scene.stage.grantedKeys.signer.signed(
                .folderErased(FolderErased(folder: scene.stage.folder)))
            let now = scene.stage.clock.now()
            let code = try await session.read { (state) throws(ClientError) in
                do throws(ContractViolation) {
                    try state.check(transaction, sequencedAt: now.adding(milliseconds: 1))
                    return ContractViolation.Code?.none
                } catch { return error.code }
            }
            #expect(code == .stateUnavailable)
        }
    }
}
