import Octets
import ParasolClient
import ProxyService
import SealedRecord
import ServiceProtocols
import SharingContracts
import Umbral

/// Everything of one access but the receiving key: what somebody has who copied the vault, read the ledger and asked every
/// proxy; and besides it what only the doctor can read of the answers, for attacks that get further than that.
struct InterceptedAccess {
    let request: Doctor.Request
    /// The whole sealed record.
    let container: [UInt8]
    let header: SealedRecordHeader
    let capsule: Capsule
    /// What every proxy answers to whoever shows the request's receipt, in the order of their numbers.
    let answers: [Transformation]
    /// The same, opened by the doctor.
    let fragments: [CapsuleFragment]
    let precursor: PublicKey
    let delegatingKey: PublicKey
    let verifyingKey: PublicKey

    /// What became of combining fragments.
    enum Outcome {
        /// A seed came out that the record's header accepts.
        case opened
        /// None did, of so many that were tried against the header.
        case refused(UmbralError, seedsTried: Int)
    }

    /// Has every proxy transform for a request, and takes their answers.
    init(
        _ request: Doctor.Request, of doctor: Doctor, to deposit: Depositor.Deposit, through reader: DemoWay,
        _ proxies: [any Transforming]
    ) async throws {
        container = try await Self.contents(of: deposit, in: reader.services.vault)
        header = try SealedRecordHeader(parsing: container)
        capsule = try Capsule(simple: header.capsule.bytes)
        var answers: [Transformation] = []
        var fragments: [CapsuleFragment] = []
        for proxy in proxies {
            answers.append(try await proxy.transform(request: request.receipt, capsule: capsule.simple.bytes))
            let fragment = try await doctor.fragment(
                from: proxy.identity, to: request, capsule: capsule.simple.bytes)
            fragments.append(try CapsuleFragment(simple: fragment))
        }
        self.request = request
        self.answers = answers
        self.fragments = fragments
        let (consent, folder) = try await reader.session.read { (state) throws(ClientError) in
            let consent = state.consent(request.consent)
            return (consent, consent.flatMap { state.folder($0.terms.folder) })
        }
        guard let keys = consent?.keys, let folder else {
            throw DemoReporter.Broken(description: "the ledger does not have consent \(request.consent)")
        }
        precursor = keys.precursor
        delegatingKey = folder.delegatingKey
        verifyingKey = folder.verifyingKey
    }

    /// Whether a secret opens any of the answers as they travel.
    func opensAnswers(with secret: SecretOctets, in origin: String) throws -> Bool {
        let key = try AnswerKey(from: secret, for: request.id)
        return try answers.contains { answer in
            let sealed = try SealedAnswer(serialized: answer.sealedAnswer)
            let context = AnswerContext(origin: origin, request: request.id, transformer: answer.transformer)
            return (try? key.open(sealed, in: context)) != nil
        }
    }

    /// Combines the first `count` fragments under a receiving key, as if so many were enough.
    func combining(_ count: Int, under key: SecretKey) throws(UmbralError) -> Outcome {
        let session = try GrantSession(
            receiver: key, precursor: precursor, delegatingKey: delegatingKey, verifyingKey: verifyingKey,
            threshold: count)
        return combining(Array(fragments.prefix(count)), in: session)
    }

    /// Combines fragments in a session of the attacker's making.
    func combining(_ fragments: [CapsuleFragment], in session: GrantSession) -> Outcome {
        var tried = 0
        do throws(UmbralError) {
            _ = try session.open(capsule: capsule, fragments: fragments) { (seed: CapsuleSeed) in
                tried += 1
                return header.accepts(seed.octets)
            }
            return .opened
        } catch {
            return .refused(error, seedsTried: tried)
        }
    }

    /// Whether a secret key alone opens the record, as the key it is sealed to would.
    func opens(with key: SecretKey) throws(UmbralError) -> Bool {
        header.accepts(try capsule.seed(for: key).octets)
    }

    private static func contents(of deposit: Depositor.Deposit, in vault: any RecordStoring) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while UInt64(bytes.count) < deposit.size {
            let offset = UInt64(bytes.count)
            let count = Int(min(deposit.size - offset, UInt64(RecordStoringLimits.maximumReadBytes)))
            bytes += try await vault.read(deposit.address, offset: offset, count: count)
        }
        return bytes
    }
}
