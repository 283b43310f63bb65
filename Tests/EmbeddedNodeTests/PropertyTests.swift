import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ProxyService
import SealedRecord
import Secp256k1
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
        await #expect(throws: ClientError.self) { try await stage.stranger.open(record, under: consent) }
    }

    @Test func oneProxyTooFewOpensNothing() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant(threshold: 2)
        let one = ServiceDirectory(
            keyServices: [], proxies: Array(stage.node.proxies.prefix(1)), vault: stage.node.vault)
        let doctor = Stage.doctor(stage.grantedKeys, stage.node, one)
        do {
            _ = try await doctor.open(record, under: consent)
            Issue.record("one proxy of two was enough")
        } catch {
            guard case .tooFewProxies(answered: 1, threshold: 2, _) = error else { throw error }
        }
    }

    @Test func theKeyServicesDatabaseAndMasterKeyOpenNothing() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let found = try await stage.node.session().read { (state) throws(ClientError) in
            (state.record(record), state.folder(stage.folder))
        }
        let (deposited, folder) = (try #require(found.0), try #require(found.1))
        let download = try await SealedRecordDownload(
            deposited, folderKey: folder.delegatingKey, from: stage.node.directory)
        let shares = try await stage.node.keyServiceSharesAtRest()
        #expect(shares.count == 1)
        for share in shares {
            let seed = try download.capsule.seed(for: try SecretKey(share))
            #expect(!download.header.accepts(seed.octets))
            #expect(throws: ClientError.self) { try download.open(with: seed) }
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
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let request = try await stage.granted.request(record, under: consent)
        let capsule = try await stage.capsule(of: record)
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
        #expect(try await proxy.transform(request: request.receipt, capsule: capsule).fragment.count == 359)
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
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let request = try await stage.granted.request(record, under: consent)
        let capsule = try await stage.capsule(of: record)
        let first = try await stage.node.proxies[0].transform(request: request.receipt, capsule: capsule)
        #expect(try await stage.node.proxies[0].transform(request: request.receipt, capsule: capsule) == first)
    }

    // MARK: P4

    @Test func aLyingProxyIsNamedAndConvicted() async throws {
        let lie: ProxyService.Reencryption = { fragment, capsule in
            let given = fragment.fragment
            let forged = KeyFragment(
                id: given.id, key: Scalar.random(), precursor: given.precursor, commitment: given.commitment,
                signatureForProxy: given.signatureForProxy, signatureForReceiver: given.signatureForReceiver,
                signedKeys: given.signedKeys)
            return try VerifiedKeyFragment(trusting: forged).reencrypt(capsule).simple
        }
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
        _ = try await stage.deposit()
        let entries = try await stage.node.ledger.entries(from: 0, to: await stage.node.ledger.committedSize)
        let all = entries.flatMap { $0 }
        let text = String(decoding: all, as: UTF8.self)
        for secret in ["patient", "heart", "synthetic"] { #expect(!text.contains(secret)) }
    }

    // MARK: P8

    @Test func anErasedFolderIsUnreadableForEver() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        #expect(try await stage.patient.erase(stage.folder).isEmpty)
        #expect(try await stage.node.keyServiceSharesAtRest().isEmpty)
        await #expect(throws: ClientError.self) { try await stage.patient.open(record) }
        await #expect(throws: ClientError.self) { try await stage.granted.request(record, under: consent) }
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
