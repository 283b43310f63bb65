import Electrocardiogram
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import Umbral

@testable import EmbeddedNode

/// Errands that something interrupts go on, and nothing is done twice or lost.
@Suite struct ErrandTests {
    private func session(_ stage: Stage, _ ledger: LossyLedger) -> LedgerSession {
        LedgerSession(ledger: ledger, trust: stage.node.trust, heads: NoHeadStore(), clock: stage.clock)
    }

    private func state<Value: Sendable>(
        _ stage: Stage, _ body: @Sendable (WorldState) -> Value
    ) async throws -> Value {
        try await stage.node.session().read { (state) throws(ClientError) in body(state) }
    }

    // MARK: Patients

    @Test func keysWhoseReceiptWasLostAreNotIssuedAnew() async throws {
        for fate in [LossyLedger.Fate.loseAnswer, .loseSubmission] {
            let stage = try await Stage()
            let ledger = LossyLedger(stage.node.ledger)
            let patient = try stage.patient(session: session(stage, ledger), profile: "lossy.profile")
            let folder = try await patient.openFolder(named: "lossy", at: stage.node.keyServiceID)
            let record = try await stage.hospital.deposit(stage.files, kind: .restingECG, in: folder).record
            ledger.next("KeysIssued", fate)
            await #expect(throws: ClientError.self) { try await stage.grant(folder, by: patient) }
            let consent = try #require(try await state(stage) { $0.consents(in: folder).first })
            #expect(try await patient.issueKeys(for: consent).undelivered.isEmpty)
            #expect(try await stage.granted.open(record, under: consent).files == stage.files)
            #expect(try await state(stage) { $0.consents(in: folder) } == [consent])
            #expect(await patient.profile.profile.outbox.isEmpty)
        }
    }

    @Test func erasingOneFolderKeepsTheOthersDeliveries() async throws {
        let stage = try await Stage()
        let proxies = stage.node.proxies.map { SwitchedProxy($0) }
        let services = ServiceDirectory(
            keyServices: Array(stage.node.directory.keyServices.values), proxies: proxies, vault: stage.node.vault)
        let patient = try stage.patient(of: services, profile: "two.profile")
        let kept = try await patient.openFolder(named: "kept", at: stage.node.keyServiceID)
        let erased = try await patient.openFolder(named: "erased", at: stage.node.keyServiceID)
        proxies[2].isDown = true
        let consent = try await stage.grant(kept, by: patient, expectingUndelivered: 1)
        _ = try await stage.grant(erased, by: patient, expectingUndelivered: 1)
        _ = try await patient.erase(erased)
        #expect(await patient.profile.profile.deliveries.map(\.consent) == [consent])
        proxies[2].isDown = false
        #expect(try await patient.deliver(consent).isEmpty)
        #expect(await patient.profile.profile.deliveries.isEmpty)
    }

    @Test(arguments: ["ConsentRevoked", "FolderErased"])
    func anEndingWhoseReceiptWasLostGoesOn(_ kind: String) async throws {
        for fate in [LossyLedger.Fate.loseAnswer, .loseSubmission] {
            let stage = try await Stage()
            let ledger = LossyLedger(stage.node.ledger)
            let patient = try stage.patient(session: session(stage, ledger), profile: "ending.profile")
            let folder = try await patient.openFolder(named: "ending", at: stage.node.keyServiceID)
            let consent = try await stage.grant(folder, by: patient)
            func end() async throws -> [ClientError.ProxyRefusal] {
                kind == "FolderErased" ? try await patient.erase(folder) : try await patient.revoke(consent)
            }
            ledger.next(kind, fate)
            await #expect(throws: ClientError.self) { try await end() }
            #expect(try await end().isEmpty)
            // Once more, as somebody would who is not sure.
            #expect(try await end().isEmpty)
            let count = stage.node.proxies.count
            #expect(try await state(stage) { $0.consent(consent)?.destructions.count } == count)
            #expect(await patient.profile.profile.folder(folder)?.keys == nil || kind == "ConsentRevoked")
        }
    }

    // MARK: Depositors

    @Test func anInterruptedDepositIsOneRecord() async throws {
        for fate in [LossyLedger.Fate.loseAnswer, .loseSubmission] {
            let stage = try await Stage()
            let ledger = LossyLedger(stage.node.ledger)
            let hospital = try stage.hospital(session: session(stage, ledger))
            ledger.next("RecordDeposited", fate)
            await #expect(throws: ClientError.self) {
                try await hospital.deposit(stage.files, kind: .restingECG, in: stage.folder)
            }
            let outcomes = try await hospital.resume()
            #expect(outcomes.count == 1)
            let deposit = try #require(try outcomes.first?.get())
            let folder = stage.folder
            #expect(try await state(stage) { $0.records(in: folder) } == [deposit.record])
            #expect(try await hospital.resume().isEmpty)
            #expect(try await stage.patient.open(deposit.record).files == stage.files)
        }
    }

    @Test func aDepositThatTheLedgerRefusesForGoodLeavesTheSpool() async throws {
        let stage = try await Stage()
        let ledger = LossyLedger(stage.node.ledger)
        let hospital = try stage.hospital(session: session(stage, ledger))
        ledger.next("RecordDeposited", .loseSubmission)
        await #expect(throws: ClientError.self) {
            try await hospital.deposit(stage.files, kind: .restingECG, in: stage.folder)
        }
        #expect(try await stage.patient.erase(stage.folder).isEmpty)
        let outcomes = try await hospital.resume()
        guard case .failure(.ledger(.refused(let violation))) = outcomes.first else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(violation.code == .folderErased)
        #expect(try await hospital.resume().isEmpty)
    }

    // MARK: Doctors

    @Test func aRequestOutlivesTheClientThatMadeIt() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let request = try await stage.granted.request(record, under: consent)
        // Another process of the same doctor, with nothing but the keys.
        let doctor = Stage.doctor(stage.grantedKeys, stage.node, stage.node.directory)
        let unfinished = try await doctor.unfinishedRequests()
        #expect(unfinished.map(\.id) == [request.id])
        #expect(try await doctor.open(try #require(unfinished.first)).files == stage.files)
        #expect(try await doctor.unfinishedRequests().isEmpty)
        // And the first one, which does not know of it.
        #expect(try await stage.granted.open(request).files == stage.files)
        #expect(try await stage.stranger.unfinishedRequests().isEmpty)
    }

    @Test func aRecordIsSeenBeforeItsOpeningIsLoggedAndTheRequestStaysUnfinishedUntilItIs() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let ledger = LossyLedger(stage.node.ledger)
        let keys = stage.grantedKeys
        let doctor = Doctor(
            identity: keys.identity, signer: keys.signer, receivingKey: keys.receiving, session: session(stage, ledger),
            services: stage.node.directory)
        ledger.next("RecordOpened", .loseSubmission)
        let seen = Mutex<[WFDBFiles]>([])
        await #expect(throws: ClientError.self) {
            _ = try await doctor.open(record, under: consent) { files in seen.withLock { $0.append(files) } }
        }
        #expect(seen.withLock { $0 } == [stage.files])
        let unfinished = try await doctor.unfinishedRequests()
        #expect(unfinished.map(\.record) == [record])
        _ = try await doctor.open(try #require(unfinished.first)) { files in seen.withLock { $0.append(files) } }
        #expect(seen.withLock { $0 } == [stage.files, stage.files])
        #expect(try await doctor.unfinishedRequests().isEmpty)
    }

    // MARK: What a profile remembers of its ledger

    @Test func aProfileRemembersTheNewestCheckpointAndItsLedger() async throws {
        let stage = try await Stage()
        let profile = stage.patient.profile
        let heads = ProfileHeadStore(profile, trust: stage.node.trust)
        #expect(try await heads.loadHead() == nil)
        let session = stage.node.session(heads: heads)
        _ = try await session.read { (state) throws(ClientError) in state.entryCount }
        let kept = try #require(await profile.profile.trust?.checkpoint)
        #expect(try await heads.loadHead() == kept)
        // The same tree cosigned later is not written.
        stage.clock.advance(milliseconds: 120_000)
        _ = try await session.read { (state) throws(ClientError) in state.entryCount }
        #expect(await profile.profile.trust?.checkpoint == kept)
        _ = try await stage.deposit()
        _ = try await session.read { (state) throws(ClientError) in state.entryCount }
        #expect(await profile.profile.trust?.checkpoint != kept)

        let other = try await Stage()
        await #expect(throws: ProfileError.self) {
            try await ProfileHeadStore(profile, trust: other.node.trust).loadHead()
        }
        await #expect(throws: ProfileError.self) {
            try await ProfileHeadStore(profile, trust: other.node.trust).saveHead(kept)
        }
    }
}
