import LedgerReplica
import ParasolClient
import ProxyService
import ServiceProtocols
import SharingContracts
import Synchronization
import Testing
import Umbral

@testable import EmbeddedNode

/// A proxy that keeps a fragment and, from the second request on, answers before anything is logged: with a receipt of the request in
/// place of one of its answer.
private final class UnloggedProxy: Transforming {
    let identity: IdentityID
    private let base: any Transforming
    private let origin: String
    private let kept: KeptFragments

    init(_ base: any Transforming, origin: String, keeping kept: KeptFragments) {
        self.base = base
        self.origin = origin
        self.kept = kept
        identity = base.identity
    }

    func install(_ delivery: FragmentDelivery) async throws(ProxyError) { try await base.install(delivery) }

    func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation {
        guard let fragment = kept[identity] else {
            return try await base.transform(request: request, capsules: capsules)
        }
        do {
            let entry = try LedgerEntry(serialized: request.entry)
            guard case .accessRequested(let access) = entry.transaction.body else { throw ProxyError.malformed("") }
            let answer = try capsules.flatMap { try fragment.reencrypt(try Capsule(simple: $0)).simple }
            let sealed = try SealedAnswer(
                sealing: answer, to: access.answerKey,
                in: AnswerContext(origin: origin, request: entry.transaction.id, transformer: identity))
            return Transformation(transformer: identity, sealedAnswer: sealed.serialized, receipt: request)
        } catch { throw .malformed("\(error)") }
    }

    func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] { try await base.destroyEndedFragments() }
}

/// What proxies remember of the one honest transform that they took part in.
private final class KeptFragments: Sendable {
    private let fragments = Mutex<[Int: VerifiedKeyFragment]>([:])
    private let identities = Mutex<[IdentityID: Int]>([:])
    private let isUsed = Mutex(false)

    func reencryption(of number: Int) -> ProxyService.Reencryption {
        { fragment, capsule in
            self.fragments.withLock { $0[number] = fragment }
            return try fragment.reencrypt(capsule).simple
        }
    }

    func use(_ proxies: [any Transforming]) {
        identities.withLock { for (number, proxy) in proxies.enumerated() { $0[proxy.identity] = number } }
        isUsed.withLock { $0 = true }
    }

    subscript(identity: IdentityID) -> VerifiedKeyFragment? {
        guard isUsed.withLock({ $0 }), let number = identities.withLock({ $0[identity] }) else { return nil }
        return fragments.withLock { $0[number] }
    }
}

/// P3 where a threshold of proxies breaks it: what the ledger and whoever asks them see of it.
@Suite struct UnloggedTransformTests {
    private struct Scene {
        let stage: Stage
        let record: RecordID
        let consent: ConsentID
        let doctor: Doctor
        let proxies: [any Transforming]

        /// A record that was opened once, honestly; from now on no proxy logs anything.
        init() async throws {
            let kept = KeptFragments()
            stage = try await Stage(proxies: 2, reencryption: { kept.reencryption(of: $0) })
            record = try await stage.deposit()
            consent = try await stage.grant(threshold: 2)
            let node = stage.node
            proxies = node.proxies.map { UnloggedProxy($0, origin: node.trust.originName, keeping: kept) }
            doctor = Stage.doctor(
                stage.grantedKeys, node,
                ServiceDirectory(
                    keyServices: Array(node.directory.keyServices.values), proxies: proxies, vault: node.vault))
            #expect(try await doctor.open(record, under: consent).files == stage.files)
            kept.use(node.proxies)
        }

        func transforms(of request: TransactionID) async throws -> Int? {
            try await stage.node.session().read { (state) throws(ClientError) in
                state.request(request)?.transforms.count
            }
        }
    }

    @Test func whoeverAsksSeesThatTheAnswerIsNotLogged() async throws {
        let scene = try await Scene()
        let request = try await scene.doctor.request(scene.record, under: scene.consent)
        do {
            _ = try await scene.doctor.open(request)
            Issue.record("opened on answers that are not logged")
        } catch {
            guard case .tooFewProxies(answered: 0, threshold: 2, let refusals) = error else { throw error }
            #expect(Set(refusals.map(\.proxy)) == Set(scene.proxies.map(\.identity)))
            for refusal in refusals { #expect(refusal.reason.contains("did not log what it answered")) }
        }
    }

    @Test func theLedgerDoesNotTakeAnOpeningWithoutTransforms() async throws {
        let scene = try await Scene()
        let stage = scene.stage
        let request = try await scene.doctor.request(scene.record, under: scene.consent)
        let capsule = try await stage.capsule(of: scene.record)
        // A doctor in league with the proxies reads their answers without asking for receipts. The answers are genuine.
        let key = try AnswerKey(from: stage.grantedKeys.receiving.octets, for: request.id)
        var fragments: [CapsuleFragment] = []
        for proxy in scene.proxies {
            let answer = try await proxy.transform(request: request.receipt, capsule: capsule)
            let context = AnswerContext(
                origin: stage.node.trust.originName, request: request.id, transformer: proxy.identity)
            fragments.append(
                try CapsuleFragment(
                    simple: try key.open(try SealedAnswer(serialized: answer.sealedAnswer), in: context)))
        }
        let attacked = try await stage.attacked(scene.record, under: scene.consent)
        #expect(try attacked.combining(fragments, under: stage.grantedKeys.receiving).failure == nil)
        // But the trail says for ever that the request was made and not transformed, and cannot say that it was opened.
        #expect(try await scene.transforms(of: request.id) == 0)
        do {
            try await stage.node.session().submit(
                .recordOpened(RecordOpened(request: request.id)), by: stage.grantedKeys.signer)
            Issue.record("an opening without transforms was logged")
        } catch ClientError.ledger(.refused(let violation)) {
            #expect(violation.code == .notEnoughTransforms)
        }
    }
}
