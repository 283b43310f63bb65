import Crypto
import Foundation
import LedgerReplica
import Octets
import ParasolClient
import Persistence
import ProxyService
import SealedRecord
import Secp256k1
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import EmbeddedNode
@testable import Umbral

/// A key service gone bad: it kept every issuance request it ever saw, and with it every d.
private final class ListeningKeyService: KeyIssuing {
    private let honest: any KeyIssuing
    private let heard = Mutex<[SecretOctets]>([])

    init(_ honest: any KeyIssuing) { self.honest = honest }

    var identity: IdentityID { honest.identity }
    var requests: [SecretOctets] { heard.withLock { $0 } }

    func openShare(
        for folder: FolderID, keys: FolderOpeningKeys, proof: [UInt8]
    ) async throws(KeyServiceError) -> PublicShare {
        try await honest.openShare(for: folder, keys: keys, proof: proof)
    }

    func countersign(_ transaction: [UInt8]) async throws(KeyServiceError) -> [UInt8] {
        try await honest.countersign(transaction)
    }

    func issueHalves(
        for consent: ConsentID, request: SecretOctets, authorization: [UInt8]
    ) async throws(KeyServiceError) -> IssuedHalves {
        heard.withLock { $0.append(request) }
        return try await honest.issueHalves(for: consent, request: request, authorization: authorization)
    }

    func decapsulate(
        request: Receipt, capsules: [[UInt8]]
    ) async throws(KeyServiceError) -> Transformation {
        try await honest.decapsulate(request: request, capsules: capsules)
    }

    func destroyErasedShares() async throws(KeyServiceError) -> [FolderID] { try await honest.destroyErasedShares() }
}

/// Tries whatever bytes an attacker has against one record.
private struct Attack {
    let header: SealedRecordHeader
    let capsule: Capsule
    /// What the key service learned at issuance.
    let requests: [IssuanceRequest]

    /// Whether anything that stands anywhere in `bytes` opens the record: as its seed, or, a threshold of them together, as
    /// capsule fragments.
    func opens(with bytes: [[UInt8]]) throws -> Bool {
        var fragments: [CapsuleFragment] = []
        for blob in bytes {
            // Every point, scalar or frame of interest begins with the first byte of a compressed point.
            for start in blob.indices where blob[start] == 2 || blob[start] == 3 {
                if start + 33 <= blob.count {
                    let seed = SecretOctets(copying: blob[start..<start + 33])
                    if header.accepts(seed) { return true }
                }
                if start + 359 <= blob.count,
                    let fragment = try? CapsuleFragment(simple: Array(blob[start..<start + 359]))
                {
                    fragments.append(fragment)
                }
            }
        }
        return try requests.contains { try combines($0, fragments) }
    }

    private func combines(_ request: IssuanceRequest, _ fragments: [CapsuleFragment]) throws -> Bool {
        let places = Dictionary(
            request.fragments.map { ($0.id, $0.coordinate.revealed()) }, uniquingKeysWith: { first, _ in first })
        let known = fragments.filter { places[$0.id] != nil }
        guard known.count >= request.threshold else { return false }
        let chosen = Array(known.prefix(request.threshold))
        let coefficients = try ShareCoefficients(d: request.d, coordinates: chosen.compactMap { places[$0.id] })
        return coefficients.combine(chosen).map { header.accepts($0.octets) } ?? false
    }
}

@Suite struct KeyServiceAttackTests {
    /// A folder whose key service listens, a record in it, a grant under which it was opened, and the owner's own opening.
    private struct Scene {
        let stage: Stage
        let service: ListeningKeyService
        let folder: FolderID
        let record: RecordID
        let request: Doctor.Request
        let attack: Attack

        init() async throws {
            stage = try await Stage()
            service = ListeningKeyService(try stage.node.directory.keyService(stage.node.keyServiceID))
            let services = ServiceDirectory(
                keyServices: [service], proxies: stage.node.proxies, vault: stage.node.vault)
            let patient = try stage.patient(of: services, profile: "listened.profile")
            folder = try await patient.openFolder(named: "listened", at: service.identity)
            record = try await stage.hospital.deposit(stage.files, kind: .restingECG, in: folder).record
            let consent = try await stage.grant(folder, by: patient)
            request = try await stage.granted.request(record, under: consent)
            #expect(try await stage.granted.open(request).files == stage.files)
            #expect(try await patient.open(record).files == stage.files)
            let (record, folder) = (record, folder)
            let found = try await stage.node.session().read { (state) throws(ClientError) in
                (state.record(record), state.folder(folder))
            }
            let download = try await SealedRecordDownload(
                try #require(found.0), folderKey: try #require(found.1).delegatingKey, from: stage.node.directory)
            attack = Attack(
                header: download.header, capsule: download.capsule,
                requests: try service.requests.map { try IssuanceRequest(serialized: $0) })
        }

        /// Every byte of the folder of every role but the proxies: databases with their logs, the vault, the ledger.
        func files(of roles: [String]) throws -> [[UInt8]] {
            var all: [[UInt8]] = []
            for role in roles {
                let found = try FilesBelow(stage.temporary.url.appending(path: role).path).contents()
                all += found.values.map { [UInt8]($0) }
            }
            #expect(!all.isEmpty)
            return all
        }
    }

    /// All that it has, in files and in memory, and all that anybody may ask of everybody else.
    @Test func withEverythingItSawAndMayAskForTheKeyServiceOpensNothing() async throws {
        let scene = try await Scene()
        var bytes = try scene.files(of: [
            "key-service", "vault", "ledger", "witness-1", "proxy-1", "proxy-2", "proxy-3",
        ])
        bytes += try await scene.stage.node.keyServiceSharesAtRest().map {
            unsafe $0.withUnsafeBytes { unsafe Array($0) }
        }
        // The doctor's receipt is on the ledger: the key service shows it to every proxy.
        let capsule = scene.attack.capsule.simple.bytes
        for proxy in scene.stage.node.proxies {
            let answer = try await proxy.transform(request: scene.request.receipt, capsule: capsule)
            bytes += [answer.sealedAnswer, answer.receipt.entry, answer.receipt.proof]
            let context = AnswerContext(
                origin: scene.stage.node.trust.originName, request: scene.request.id, transformer: proxy.identity)
            let learned = scene.attack.requests.map { SecretKey($0.d).octets }
            for secret in try await scene.stage.node.keyServiceSharesAtRest() + learned {
                let key = try AnswerKey(from: secret, for: scene.request.id)
                #expect(throws: AnswerError.refused) {
                    try key.open(SealedAnswer(serialized: answer.sealedAnswer), in: context)
                }
            }
        }
        #expect(scene.attack.requests.count == 1)
        #expect(try !scene.attack.opens(with: bytes))
    }

    /// That the attack above is one: with the answers in the clear it succeeds, and with one too few it does not.
    @Test func withTheAnswersInTheClearItWouldOpenTheRecord() async throws {
        let scene = try await Scene()
        let capsule = scene.attack.capsule.simple.bytes
        var fragments: [[UInt8]] = []
        for proxy in scene.stage.node.proxyIDs {
            fragments.append(try await scene.stage.granted.fragment(from: proxy, to: scene.request, capsule: capsule))
        }
        #expect(try scene.attack.opens(with: Array(fragments.prefix(2))))
        #expect(try scene.attack.opens(with: [[0, 0, 7] + fragments[2] + [1], [2] + fragments[0]]))
        #expect(try !scene.attack.opens(with: Array(fragments.prefix(1))))
    }

    /// The share alone, as though it were the whole key.
    @Test func itsShareIsNotTheFoldersKey() async throws {
        let scene = try await Scene()
        for share in try await scene.stage.node.keyServiceSharesAtRest() {
            let seed = try scene.attack.capsule.seed(for: try SecretKey(share))
            #expect(!scene.attack.header.accepts(seed.octets))
        }
    }
}
