import Crypto
import Foundation
import KeyService
import LedgerReplica
import Octets
import ParasolClient
import Persistence
import ProxyService
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import EmbeddedNode
@testable import Umbral

extension Stage {
    /// A proxy as the next process would open it, after the last one ended.
    func reopened(
        proxy number: Int, on ledger: (any Ledger)? = nil,
        reencryption: @escaping ProxyService.Reencryption = ProxyService.honest
    ) async throws -> ProxyService {
        await node.proxies[number].close()
        return try node.proxySeats[number].open(
            ledger: ledger ?? node.ledger, trust: node.trust, clock: clock, reencryption: reencryption)
    }

    func reopenedKeyService(keyring: MasterKeyring) async throws -> KeyService {
        await (try node.directory.keyService(node.keyServiceID) as? KeyService)?.close()
        return try KeyService(
            identity: node.keyServiceID, signingKey: node.keyServiceKey, keyring: keyring,
            databasePath: node.keyServiceDatabase, ledger: node.ledger, trust: node.trust, clock: clock)
    }

    /// A record that the granted doctor has asked for.
    struct Asked {
        let record: RecordID
        let consent: ConsentID
        let request: Doctor.Request
        let capsule: [UInt8]
    }

    func asked() async throws -> Asked {
        let record = try await deposit()
        let consent = try await grant()
        return Asked(
            record: record, consent: consent, request: try await granted.request(record, under: consent),
            capsule: try await capsule(of: record))
    }

    /// The keys of the patient's folder, from the profile.
    func folderKeys() async throws -> FolderKeys {
        try #require(await patient.profile.profile.folder(folder)?.keys)
    }

    func folderSigner() async throws -> TransactionSigner {
        TransactionSigner(
            id: folder.signer, key: try ProfileKeys.signingKey(try await folderKeys().signingKey),
            origin: node.trust.originName)
    }

    /// The receipt of a request by the folder's owner.
    func ownersRequest(_ record: RecordID) async throws -> Receipt { try await ownersRequest([record]) }

    func ownersRequest(_ records: [RecordID]) async throws -> Receipt {
        let key = try AnswerKey(from: try await folderKeys().share, for: TransactionID(FixedOctets()))
        return try await node.session().submit(
            .accessRequested(
                AccessRequested(
                    authority: .folder(folder), records: records, purpose: .patientRequested,
                    answerKey: try key.publicKey)), by: try await folderSigner()
        ).receipt
    }

    /// Whether bytes stand anywhere in the files of a role, deleted rows and logs included.
    func holds(_ bytes: [UInt8], in role: String) throws -> Bool {
        let root = temporary.url.appending(path: role)
        return try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil).contains { file in
            try Data(contentsOf: file).firstRange(of: Data(bytes)) != nil
        }
    }
}

/// A consent that is on the ledger, without keys: the patient's client stopped there.
struct UnissuedConsent {
    let stage: Stage
    let consent: ConsentID
    let issuance: PatientIssuance
    let request: SecretOctets
    let signer: TransactionSigner
    /// In the consent's order.
    let proxies: [IdentityID]
    private let keys: FolderKeys

    init(_ stage: Stage) async throws {
        self.stage = stage
        var generator = SystemRandomNumberGenerator()
        let consent = ConsentID.random(using: &generator)
        self.consent = consent
        signer = try await stage.folderSigner()
        keys = try await stage.folderKeys()
        let now = stage.clock.now()
        proxies = stage.node.proxyIDs.sorted()
        try await stage.node.session().submit(
            .consentGranted(
                ConsentGranted(
                    consent: consent, folder: stage.folder, grantee: stage.granted.identity, scope: .wholeFolder,
                    purpose: .treatment, notBefore: now, notAfter: now.adding(milliseconds: 3_600_000),
                    maximumOpens: 5, threshold: 2, proxies: proxies)), by: signer)
        let folder = stage.folder
        let opened = try await stage.node.session().read { (state) throws(ClientError) in state.folder(folder) }
        issuance = try PatientIssuance(
            share: try DelegatingKeyShare(keys.share, role: .patient),
            serviceShare: try #require(opened).opening.serviceShare.publicShare,
            receivingKey: stage.grantedKeys.receiving.publicKey, consent: consent.octets, threshold: 2,
            shares: proxies.count)
        request = issuance.request.serialized
    }

    /// A signature on an issuance request: the folder's, or somebody else's.
    func authorization(over request: SecretOctets, by stranger: P256.Signing.PrivateKey? = nil) throws -> [UInt8] {
        let message = try IssuanceAuthorization.message(
            origin: stage.node.trust.originName, consent: consent, request: request)
        guard let stranger else { return try signer.signature(onMessage: message) }
        return Array(try stranger.signature(for: message).rawRepresentation)
    }

    /// Both halves of every fragment, as they would have been delivered.
    func deliveries(from service: any KeyIssuing) async throws -> [FragmentDelivery] {
        let answer = try await service.issueHalves(
            for: consent, request: request, authorization: try authorization(over: request))
        let halves = try issuance.complete(
            with: try IssuanceResponse(serialized: answer.response),
            signer: Signer(try SecretKey(keys.verifyingSecret)))
        let consent = consent
        let sealingKeys = try await stage.node.session().read { [proxies] (state) throws(ClientError) in
            proxies.map { state.identity($0)?.sealingKey }
        }
        return try zip(zip(halves, answer.sealedHalves), zip(proxies, sealingKeys)).map { pair, proxy in
            FragmentDelivery(
                consent: consent,
                patientHalf: try pair.0.sealed(
                    to: try #require(proxy.1), proxy: proxy.0.octets, consent: consent.octets
                ).serialized, serviceHalf: pair.1)
        }
    }
}

/// Looks, when it is told to, whether a proof stands in the files of a role.
final class SeenProof: Sendable {
    private let folder: String
    private let proof: [UInt8]
    private let found = Mutex<Bool?>(nil)

    init(_ folder: String, proof: [UInt8]) {
        self.folder = folder
        self.proof = proof
    }

    var wasThere: Bool? { found.withLock { $0 } }

    func look() {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // Of a long value SQLite keeps runs of a page each.
        let piece = Data(proof.prefix(200))
        let isThere = files.contains { name in
            (try? Data(contentsOf: URL(filePath: folder + "/" + name)))?.firstRange(of: piece) != nil
        }
        found.withLock { $0 = isThere }
    }
}

/// A ledger that shows one checkpoint for ever.
struct StuckLedger: LedgerWrapper {
    let base: any Ledger
    private let note: [UInt8]

    init(_ base: any Ledger, at note: [UInt8]) {
        self.base = base
        self.note = note
    }

    func checkpoint() async throws(LedgerError) -> [UInt8] { note }
}
