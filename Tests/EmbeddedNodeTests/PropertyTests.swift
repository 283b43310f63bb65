import Crypto
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ProxyService
import SealedRecord
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import Umbral

@testable import EmbeddedNode

/// Each property of Docs/architecture.md, attacked on a whole deployment.
@Suite struct PropertyTests {
    // MARK: P1, P2

    @Test func onlyPatientAndGrantedDoctorRead() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        #expect(try await stage.granted.open(record, under: consent).files == stage.files)
        #expect(try await stage.patient.open(record).files == stage.files)
        await #expect(throws: ClientError.ledger(.refused(ContractViolation(.missingSignature, "")))) {
            try await stage.stranger.open(record, under: consent)
        }
    }

    /// Not with the record, nor with a threshold of the answers to the doctor that was granted.
    @Test func theKeyOfAnotherDoctorOpensNothing() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant(threshold: 2)
        let request = try await stage.granted.request(record, under: consent)
        let attacked = try await stage.attacked(record, under: consent)
        let key = stage.strangerKeys.receiving
        #expect(try !attacked.opens(with: key))
        var fragments: [CapsuleFragment] = []
        for proxy in stage.node.proxyIDs.prefix(2) {
            let bytes = try await stage.granted.fragment(
                from: proxy, to: request, capsule: attacked.capsule.simple.bytes)
            fragments.append(try CapsuleFragment(simple: bytes))
        }
        let outcome = try attacked.combining(fragments, under: key)
        guard case .tooFewFragments(usable: 0, threshold: 2, let rejected) = outcome.failure else {
            throw try #require(outcome.failure, "another doctor's key opened the record")
        }
        #expect(rejected.count == 2)
        #expect(outcome.tried == 1)
        #expect(try attacked.combining(fragments, under: stage.grantedKeys.receiving).failure == nil)
    }

    @Test(arguments: 1...3) func oneProxyTooFewOpensNothing(threshold: Int) async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant(threshold: threshold)
        let few = ServiceDirectory(
            keyServices: [], proxies: Array(stage.node.proxies.prefix(threshold - 1)), vault: stage.node.vault)
        let request = try await stage.granted.request(record, under: consent)
        do {
            _ = try await Stage.doctor(stage.grantedKeys, stage.node, few).open(request)
            Issue.record("\(threshold - 1) of \(threshold) proxies were enough")
        } catch {
            guard case .tooFewProxies(answered: threshold - 1, threshold: threshold, _) = error else { throw error }
        }
        // Nor where the client's count is set aside: genuine answers, combined as if they were enough.
        let attacked = try await stage.attacked(record, under: consent)
        let key = stage.grantedKeys.receiving
        #expect(try !attacked.opens(with: key))
        var fragments: [CapsuleFragment] = []
        for proxy in stage.node.proxyIDs {
            let bytes = try await stage.granted.fragment(
                from: proxy, to: request, capsule: attacked.capsule.simple.bytes)
            fragments.append(try CapsuleFragment(simple: bytes))
        }
        for first in fragments.indices {
            let rotated = Array(fragments[first...] + fragments[..<first])
            if threshold > 1 {
                let outcome = try attacked.combining(Array(rotated.prefix(threshold - 1)), under: key)
                #expect(outcome.failure == .seedRefused(rejected: []))
                #expect(outcome.tried == 1)
            }
            #expect(try attacked.combining(Array(rotated.prefix(threshold)), under: key).failure == nil)
        }
    }

    @Test func theKeyServiceMakesNothingForAStrangersRequest() async throws {
        let stage = try await Stage()
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        var generator = SeededGenerator(seed: 1)
        let consent = ConsentID.random(using: &generator)
        let issuance = try PatientIssuance(
            share: .random(role: .patient), serviceShare: SecretKey.random().publicKey,
            receivingKey: stage.grantedKeys.receiving.publicKey, consent: consent.octets, threshold: 2, shares: 3)
        await #expect(throws: KeyServiceError.unknownConsent(consent)) {
            try await service.issueHalves(
                for: consent, request: issuance.request.serialized, authorization: [UInt8](repeating: 1, count: 64))
        }
    }

    // MARK: P3

    @Test func aProxyTransformsNothingWithoutAReceipt() async throws {
        let stage = try await Stage()
        let asked = try await stage.asked()
        let (request, capsule) = (asked.request, asked.capsule)
        let proxy = stage.node.proxies[0]
        var proof = request.receipt.proof
        proof[proof.count / 2] ^= 1
        for forged in [
            Receipt(entry: request.receipt.entry, proof: proof), Receipt(entry: [], proof: request.receipt.proof),
            Receipt(entry: request.receipt.entry, proof: []),
        ] {
            do {
                _ = try await proxy.transform(request: forged, capsule: capsule)
                Issue.record("a forged receipt was taken")
            } catch { guard case .invalidReceipt = error else { throw error } }
        }
        #expect(try await stage.granted.fragment(from: proxy.identity, to: request, capsule: capsule).count == 359)
    }

    @Test func aProxyTransformsNoOtherRecordsCapsule() async throws {
        let stage = try await Stage()
        let asked = try await stage.deposit()
        let other = try await stage.deposit()
        let consent = try await stage.grant(scope: .records([asked]))
        let request = try await stage.granted.request(asked, under: consent)
        let capsule = try await stage.capsule(of: other)
        await #expect(throws: ProxyError.wrongCapsule(asked)) {
            try await stage.node.proxies[0].transform(request: request.receipt, capsule: capsule)
        }
    }

    @Test func theSameRequestHasOneAnswer() async throws {
        let stage = try await Stage()
        let asked = try await stage.asked()
        let (request, capsule) = (asked.request, asked.capsule)
        let first = try await stage.node.proxies[0].transform(request: request.receipt, capsule: capsule)
        #expect(try await stage.node.proxies[0].transform(request: request.receipt, capsule: capsule) == first)
    }

    // MARK: P4

    @Test func aLyingProxyIsNamedAndConvicted() async throws {
        let lie: ProxyService.Reencryption = { try Stage.lie($0, $1) }
        let stage = try await Stage(reencryption: { $0 == 0 ? lie : ProxyService.honest })
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let request = try await stage.granted.request(record, under: consent)
        let opening = try await stage.granted.open(request, asking: stage.node.proxyIDs)
        #expect(opening.files == stage.files)
        #expect(opening.liars.map(\.proxy) == [stage.node.proxyIDs[0]])
        try await stage.granted.dispute(try #require(opening.liars.first))
        let convictions = try await stage.node.session().read { (state) throws(ClientError) in
            state.convictions(of: stage.node.proxyIDs[0])
        }
        #expect(convictions == [request.id])
    }

    @Test func whereNoProxyCanBeSparedTheLiarIsStillNamedAndConvicted() async throws {
        let lie: ProxyService.Reencryption = { try Stage.lie($0, $1) }
        let stage = try await Stage(reencryption: { $0 == 1 ? lie : ProxyService.honest })
        let record = try await stage.deposit()
        let consent = try await stage.grant(threshold: 3)
        let request = try await stage.granted.request(record, under: consent)
        do {
            _ = try await stage.granted.open(request)
            Issue.record("a record opened with a wrong fragment")
        } catch {
            guard case .tooFewProxies(answered: 2, threshold: 3, let refusals) = error else { throw error }
            #expect(refusals.map(\.proxy) == [stage.node.proxyIDs[1]])
            try await stage.granted.dispute(try #require(refusals.first?.wrongAnswer))
        }
        let convictions = try await stage.node.session().read { (state) throws(ClientError) in
            state.convictions(of: stage.node.proxyIDs[1])
        }
        #expect(convictions == [request.id])
    }

    // MARK: P6

    @Test func revokedConsentStopsTheNextTransform() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let early = try await stage.granted.request(record, under: consent)
        #expect(try await stage.patient.revoke(consent).isEmpty)
        let capsule = try await stage.capsule(of: record)
        for proxy in stage.node.proxies {
            await #expect(throws: ProxyError.notPermitted(consent, "revoked")) {
                try await proxy.transform(request: early.receipt, capsule: capsule)
            }
        }
        await #expect(throws: ClientError.ledger(.refused(ContractViolation(.consentRevoked, "")))) {
            try await stage.granted.request(record, under: consent)
        }
    }

    @Test func anExpiredConsentsFragmentsAreDestroyed() async throws {
        let stage = try await Stage()
        let consent = try await stage.grant()
        stage.clock.advance(milliseconds: 3_600_001)
        for proxy in stage.node.proxies { #expect(try await proxy.destroyEndedFragments() == [consent]) }
        for proxy in stage.node.proxies { #expect(try await proxy.destroyEndedFragments() == []) }
    }

    // MARK: P7

    @Test func theLedgerHoldsNoNameAndNoPieceOfTheRecording() async throws {
        let stage = try await Stage()
        let deposit = try await stage.hospital.deposit(stage.files, kind: .restingECG, in: stage.folder)
        let consent = try await stage.grant()
        _ = try await stage.granted.open(deposit.record, under: consent)
        let (_, request) = try await stage.patient.open(deposit.record)
        try await stage.patient.recordExport(of: request, in: stage.folder)
        let attacked = try await stage.attacked(deposit.record, under: consent)

        let search = CleartextSearch(try await stage.ledgerBytes())
        #expect(search.certainBytes == CleartextSearch.pieceBytes)
        #expect(search.holds(deposit.record.bytes), "the search does not find what is there")
        for file in stage.files.files { #expect(search.firstOverlap(with: file.bytes) == nil, "\(file.name)") }
        // Of the clear header, identifier and folder key are the ledger's own.
        let sealed = attacked.container.dropFirst(SealedRecordFormat.headerByteCount)
        for part in [attacked.header.capsule.bytes, attacked.header.keyCommitment.bytes, Array(sealed)] {
            #expect(search.firstOverlap(with: part) == nil)
        }
        let all = stage.files.files.flatMap(\.bytes)
        for bytes in stage.files.files.map(\.bytes) + [all, attacked.container, attacked.capsule.simple.bytes] {
            let digest = Array(SHA256.hash(data: bytes))
            #expect(!search.holds(digest))
            #expect(!search.holds(Array(digest.hexadecimal.utf8)))
        }
        for name in ["patient", "heart", "synthetic"] { #expect(!search.holds(Array(name.utf8)), "\(name)") }
    }

    // MARK: P8

    @Test func anErasedFolderIsUnreadableForEver() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let attacked = try await stage.attacked(record, under: consent)
        let capsule = attacked.capsule.simple.bytes
        // What both keep from before: requests that are logged and not answered, and the patient's keys of the folder.
        let early = try await stage.granted.request(record, under: consent)
        let keys = try #require(await stage.patientProfile.profile.folder(stage.folder)?.keys)
        let own = try await stage.requestAsPatient(record, with: keys)
        let shares = try await stage.node.sealedSharesAtRest()
        #expect(shares.count == 1)
        for share in shares { #expect(try stage.node.keyServiceFilesHold(share)) }

        #expect(try await stage.patient.erase(stage.folder).isEmpty)
        #expect(try await stage.node.keyServiceSharesAtRest().isEmpty)
        for share in shares { #expect(try !stage.node.keyServiceFilesHold(share)) }
        for proxy in stage.node.proxies {
            await #expect(throws: ProxyError.notPermitted(consent, ConsentStatus.erased.rawValue)) {
                try await proxy.transform(request: early.receipt, capsule: capsule)
            }
        }
        let service = try stage.node.directory.keyService(stage.node.keyServiceID)
        await #expect(throws: KeyServiceError.erased(stage.folder)) {
            try await service.decapsulate(request: own, capsule: capsule)
        }
        #expect(try !attacked.opens(with: try SecretKey(keys.share)))
        let refused = ClientError.ledger(.refused(ContractViolation(.folderErased, "")))
        await #expect(throws: refused) { try await stage.granted.request(record, under: consent) }
        await #expect(throws: refused) { try await stage.requestAsPatient(record, with: keys) }
        await #expect(throws: ClientError.self) { try await stage.patient.open(record) }
        await #expect(throws: ClientError.self) { try await stage.deposit() }
    }
}

extension Stage {
    /// A record's capsule, as the vault serves it.
    func capsule(of record: RecordID) async throws -> [UInt8] {
        let found = try await node.session().read { (state) throws(ClientError) in
            (state.record(record), state.folder(folder))
        }
        return try await SealedRecordDownload(
            try #require(found.0), folderKey: try #require(found.1).delegatingKey, from: node.directory
        ).capsule.simple.bytes
    }
}
