import Crypto
import DurableFiles
import Foundation
import KeyService
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import Persistence
import ProxyService
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import Umbral

@testable import EmbeddedNode

/// Key service and proxies against whoever asks them for what they must not do, and against their own crashes.
@Suite struct HolderTests {
    private func state<Value: Sendable>(
        _ stage: Stage, _ body: @Sendable (WorldState) -> Value
    ) async throws -> Value {
        try await stage.node.session().read { (state) throws(ClientError) in body(state) }
    }

    private func unexpected(_ error: (any Error)?) { Issue.record("\(error.map { "\($0)" } ?? "no error")") }

    // MARK: The key service and folders

    /// Somebody who sees a folder being opened cannot have the same shares countersigned under keys of their own.
    @Test func aFolderOpensOnlyWithTheKeysItWasBegunWith() async throws {
        let stage = try await Stage()
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        var generator = SeededGenerator(seed: 5)
        let folder = FolderID.random(using: &generator)
        let share = DelegatingKeyShare.random(role: .patient)
        let proof = try ShareProof(of: share, folder: folder.octets)
        let signer = P256.Signing.PrivateKey().publicKey.compressedRepresentation
        let keys = FolderOpeningKeys(
            patientShare: share.publicKey.compressed.bytes, signingKey: Array(signer),
            verifyingKey: SecretKey.random().publicKey.compressed.bytes)
        let offer = try await service.openShare(for: folder, keys: keys, proof: proof.serialized)
        #expect(try await service.openShare(for: folder, keys: keys, proof: proof.serialized) == offer)
        let thief = FolderOpeningKeys(
            patientShare: keys.patientShare,
            signingKey: Array(P256.Signing.PrivateKey().publicKey.compressedRepresentation),
            verifyingKey: keys.verifyingKey)
        await #expect(throws: KeyServiceError.folderTaken(folder)) {
            try await service.openShare(for: folder, keys: thief, proof: proof.serialized)
        }
        func opening(_ keys: FolderOpeningKeys) throws -> [UInt8] {
            let serviceShare = ProvenShare(
                publicShare: try PublicKey(compressed: offer.point), proof: try ShareProof(serialized: offer.proof))
            let signing = try #require(SigningKey(compressed: try FixedOctets(keys.signingKey)))
            let whole = try PublicKey.delegatingKey(
                patientShare: share.publicKey, serviceShare: serviceShare.publicShare)
            return try Transaction.random(
                .folderOpened(
                    FolderOpened(
                        folder: folder, keyService: service.identity, signingKey: signing,
                        verifyingKey: try PublicKey(compressed: keys.verifyingKey),
                        patientShare: ProvenShare(publicShare: share.publicKey, proof: proof),
                        serviceShare: serviceShare, delegatingKey: whole))
            ).serialized
        }
        #expect(try await service.countersign(try opening(keys)).count == 64)
        let theft = try opening(thief)
        let caught = await #expect(throws: KeyServiceError.self) { try await service.countersign(theft) }
        guard case .notPermitted = caught else { return unexpected(caught) }
    }

    @Test func halvesAreMadeOnlyForARequestThatTheFolderSigned() async throws {
        let stage = try await Stage()
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        let scene = try await UnissuedConsent(stage)
        for authorization in [
            [UInt8](repeating: 1, count: 64), try scene.authorization(over: SecretOctets(copying: [1, 2, 3])),
            try scene.authorization(over: scene.request, by: P256.Signing.PrivateKey()),
        ] {
            let caught = await #expect(throws: KeyServiceError.self) {
                try await service.issueHalves(
                    for: scene.consent, request: scene.request, authorization: authorization)
            }
            guard case .invalidProof = caught else { return unexpected(caught) }
        }
        let right = try scene.authorization(over: scene.request)
        let halves = try await service.issueHalves(
            for: scene.consent, request: scene.request, authorization: right)
        #expect(halves.sealedHalves.count == 3)
        // The same request has the same answer, another one replaces it as long as nothing is logged.
        #expect(
            try await service.issueHalves(for: scene.consent, request: scene.request, authorization: right) == halves)
    }

    @Test func theKeyServiceMakesNoHalvesForAnEndedConsent() async throws {
        let stage = try await Stage()
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        let scene = try await UnissuedConsent(stage)
        _ = try await stage.patient.revoke(scene.consent)
        let caught = await #expect(throws: KeyServiceError.self) {
            try await service.issueHalves(
                for: scene.consent, request: scene.request, authorization: try scene.authorization(over: scene.request))
        }
        guard case .notPermitted = caught else { return unexpected(caught) }
    }

    @Test func ownerAccessIsForTheOwnersRequestsAndTheRecordsCapsule() async throws {
        let stage = try await Stage()
        let (record, other) = (try await stage.deposit(), try await stage.deposit())
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        let consent = try await stage.grant()
        let doctors = try await stage.granted.request(record, under: consent)
        let capsule = try await stage.capsule(of: record)
        // A doctor's request is no owner's.
        let caught = await #expect(throws: KeyServiceError.self) {
            try await service.decapsulate(request: doctors.receipt, capsule: capsule)
        }
        guard case .notPermitted = caught else { return unexpected(caught) }
        let owners = try await stage.ownersRequest(record)
        let otherCapsule = try await stage.capsule(of: other)
        let wrong = await #expect(throws: KeyServiceError.self) {
            try await service.decapsulate(request: owners, capsule: otherCapsule)
        }
        guard case .notPermitted = wrong else { return unexpected(wrong) }
        let answer = try await service.decapsulate(request: owners, capsule: capsule)
        #expect(try await service.decapsulate(request: owners, capsule: capsule) == answer)
        // And a proxy does not take the owner's request for a doctor's.
        let proxied = await #expect(throws: ProxyError.self) {
            try await stage.node.proxies[0].transform(request: owners, capsule: capsule)
        }
        guard case .invalidReceipt = proxied else { return unexpected(proxied) }
    }

    // MARK: Fragments

    /// Both halves of an abandoned attempt are genuine, open, fit one another and are signed; only the ledger knows better.
    @Test func halvesOfAnAbandonedAttemptAreNotInstalled() async throws {
        let stage = try await Stage()
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        let scene = try await UnissuedConsent(stage)
        let abandoned = try await scene.deliveries(from: service)
        // A new attempt, to the end.
        #expect(try await stage.patient.issueKeys(for: scene.consent).undelivered.isEmpty)
        for (proxy, delivery) in zip(scene.proxies, abandoned) {
            let caught = await #expect(throws: ProxyError.self) {
                try await stage.node.directory.proxy(proxy).install(delivery)
            }
            guard case .invalidFragment = caught else { return unexpected(caught) }
        }
        let record = try await stage.deposit()
        #expect(try await stage.granted.open(record, under: scene.consent).files == stage.files)
    }

    @Test func aProxyThatStartsAgainAnswersTheSame() async throws {
        let stage = try await Stage()
        let asked = try await stage.asked()
        let (request, capsule) = (asked.request, asked.capsule)
        let proxy = stage.node.proxies[0]
        let first = try await proxy.transform(request: request.receipt, capsule: capsule)
        let again = try await stage.reopened(proxy: 0)
        #expect(try await again.transform(request: request.receipt, capsule: capsule) == first)
        let second = try await stage.granted.request(asked.record, under: asked.consent)
        #expect(try await again.transform(request: second.receipt, capsule: capsule) != first)
    }

    /// As one that was killed before the transaction came with which they would have been kept.
    @Test func aProxyThatLostTheReceiptsOfItsAnswersAnswersTheSame() async throws {
        let stage = try await Stage()
        let asked = try await stage.asked()
        let (request, capsule) = (asked.request, asked.capsule)
        let proxy = stage.node.proxies[0]
        let first = try await proxy.transform(request: request.receipt, capsule: capsule)
        let size = await stage.node.ledger.finalSize
        await proxy.close()
        let store = try Store(path: stage.node.proxySeats[0].database, schema: ProxyService.schema)
        let lost = try await store.write {
            try $0.execute(
                "UPDATE releases SET receipt_entry = NULL, receipt_proof = NULL WHERE receipt_entry NOT NULL")
        }
        #expect(lost == 1)
        try store.close()
        let again = try await stage.reopened(proxy: 0)
        #expect(try await again.transform(request: request.receipt, capsule: capsule) == first)
        #expect(await stage.node.ledger.finalSize == size)
    }

    /// A proxy believes a ledger only with a proof, and what was not proved to be logged does not leave.
    @Test func anAnswerThatTheLedgerDidNotProveDoesNotLeave() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let capsule = try await stage.capsule(of: record)
        let ledger = LossyLedger(stage.node.ledger)
        let proxy = try await stage.reopened(proxy: 0, on: ledger)
        let request = try await stage.granted.request(record, under: consent)
        for fate in [LossyLedger.Fate.rubbish, .receipt(request.receipt), .loseSubmission, .loseAnswer] {
            ledger.next("Transformed", fate)
            await #expect(throws: ProxyError.self) {
                try await proxy.transform(request: request.receipt, capsule: capsule)
            }
        }
        let answer = try await proxy.transform(request: request.receipt, capsule: capsule)
        #expect(answer.transformer == proxy.identity)
        let logged = try await state(stage) { $0.request(request.id)?.transforms.count }
        #expect(logged == 1)
    }

    /// The request's proof is on the proxy's disk before anything is computed for it (P3).
    @Test func theProofIsOnDiskBeforeTheTransform() async throws {
        let stage = try await Stage()
        let asked = try await stage.asked()
        let (request, capsule) = (asked.request, asked.capsule)
        let seen = SeenProof(stage.temporary.path("proxy-1"), proof: request.receipt.proof)
        let proxy = try await stage.reopened(proxy: 0) { fragment, capsule in
            seen.look()
            return try ProxyService.honest(fragment, capsule)
        }
        _ = try await proxy.transform(request: request.receipt, capsule: capsule)
        #expect(seen.wasThere == true)
    }

    @Test func aProxyThatCannotFollowItsLedgerAnswersNobody() async throws {
        let stage = try await Stage()
        let asked = try await stage.asked()
        let (request, capsule) = (asked.request, asked.capsule)
        let stuck = StuckLedger(stage.node.ledger, at: try await stage.node.ledger.checkpoint())
        let proxy = try await stage.reopened(proxy: 0, on: stuck)
        stage.clock.advance(milliseconds: 61_000)
        let caught = await #expect(throws: ProxyError.self) {
            try await proxy.transform(request: request.receipt, capsule: capsule)
        }
        guard case .cannotFollowLedger = caught else { return unexpected(caught) }
    }

    // MARK: Endings

    @Test func timeAloneEndsWhatHoldersHold() async throws {
        let stage = try await Stage()
        let consent = try await stage.grant()
        #expect(await stage.node.keepHouse().isEmpty)
        #expect(try await state(stage) { $0.consent(consent)?.destructions.isEmpty } == true)
        stage.clock.advance(milliseconds: 3_600_001)
        #expect(await stage.node.keepHouse().isEmpty)
        let destructions = try await state(stage) { $0.consent(consent)?.destructions ?? [:] }
        #expect(Set(destructions.keys) == Set(stage.node.proxyIDs))
        #expect(destructions.values.allSatisfy { $0.reason == .expired })
    }

    @Test func houseIsKeptUntilItIsCancelled() async throws {
        let stage = try await Stage()
        let consent = try await stage.grant()
        stage.clock.advance(milliseconds: 3_600_001)
        let (rounds, feed) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await stage.node.keepHouse(
                pause: {
                    feed.yield()
                    try Task.checkCancellation()
                    await Task.yield()
                }, report: { Issue.record("\($0)") })
        }
        var iterator = rounds.makeAsyncIterator()
        await iterator.next()
        task.cancel()
        await task.value
        #expect(try await state(stage) { $0.consent(consent)?.destructions.count } == 3)
    }

    @Test func oneRefusedReportKeepsNoneOfTheOthersBack() async throws {
        let stage = try await Stage()
        let (first, second) = (try await stage.grant(), try await stage.grant())
        let ledger = LossyLedger(stage.node.ledger)
        let proxy = try await stage.reopened(proxy: 0, on: ledger)
        stage.clock.advance(milliseconds: 3_600_001)
        ledger.next("FragmentsDestroyed", .loseAnswer)
        await #expect(throws: ProxyError.self) { try await proxy.destroyEndedFragments() }
        // The other one was reported all the same, and the lost one is not said twice.
        #expect(try await proxy.destroyEndedFragments() == [])
        for consent in [first, second] {
            #expect(try await state(stage) { $0.consent(consent)?.destructions[proxy.identity] != nil })
        }
    }

    /// Whatever an erased folder's holders kept of it is gone from their files: fragments, shares, halves, answers (P8).
    @Test func anErasedFolderLeavesNothingThatCouldOpenIt() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let request = try await stage.granted.request(record, under: consent)
        _ = try await stage.granted.open(request)
        _ = try await stage.patient.open(record)
        let unissued = try await UnissuedConsent(stage)
        let halves = try await unissued.deliveries(from: stage.node.directory.keyService(stage.node.keyServiceID))
        let capsule = try await stage.capsule(of: record)
        var traces: [(place: String, bytes: [UInt8])] = []
        for (index, proxy) in stage.node.proxies.enumerated() {
            let answer = try await proxy.transform(request: request.receipt, capsule: capsule)
            traces.append(("proxy-\(index + 1)", Array(answer.sealedAnswer.suffix(64))))
        }
        traces += halves.map { ("key-service", Array($0.serviceHalf.suffix(64))) }
        let shares = try await stage.node.sealedSharesAtRest()
        traces += shares.map { ("key-service", Array($0.suffix(32))) }
        for trace in traces { #expect(try stage.holds(trace.bytes, in: trace.place), "nothing to destroy") }
        #expect(try await stage.patient.erase(stage.folder).isEmpty)
        #expect(await stage.node.keepHouse().isEmpty)
        for trace in traces { #expect(try !stage.holds(trace.bytes, in: trace.place), "\(trace.place)") }
        let refused = await #expect(throws: ProxyError.self) {
            try await stage.node.proxies[0].transform(request: request.receipt, capsule: capsule)
        }
        #expect(refused == .notPermitted(consent, "erased"))
    }

    // MARK: Master keys

    @Test func holdersWorkUnderANewMasterKeyAndNeedNoOther() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let before = try await stage.grant()
        let old = stage.node.keyring
        let service = try #require(
            try stage.node.directory.keyService(stage.node.keyServiceID) as? KeyService)
        let ring = try old.rotated(to: .random(id: 2))
        #expect(try await service.rotateMasterKey(to: ring) == 1)
        #expect(try await service.rotateMasterKey(to: ring) == 0)
        #expect(try await stage.patient.open(record).files == stage.files)
        // Without the old key, in another process.
        let again = try await stage.reopenedKeyService(keyring: try MasterKeyring(current: ring.current))
        let services = ServiceDirectory(
            keyServices: [again], proxies: stage.node.proxies, vault: stage.node.vault)
        let patient = Patient(profile: stage.patient.profile, session: stage.node.session(), services: services)
        #expect(try await patient.open(record).files == stage.files)
        let after = try await stage.grant(stage.folder, by: patient)
        for consent in [before, after] {
            #expect(try await stage.granted.open(record, under: consent).files == stage.files)
        }
    }
}
