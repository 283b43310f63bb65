import LedgerReplica
import Octets
import SealedRecord
package import ServiceProtocols
package import SharingContracts
package import Umbral

/// A doctor's errands: ask, gather fragments, open, and convict whoever lied.
package actor Doctor {
    package nonisolated let identity: IdentityID
    private let signer: TransactionSigner
    private let receivingKey: SecretKey
    private let session: LedgerSession
    private let services: ServiceDirectory
    /// What all records of a grant share, by consent.
    private var grants: [ConsentID: GrantSession] = [:]

    package init(
        identity: IdentityID, signer: TransactionSigner, receivingKey: SecretKey, session: LedgerSession,
        services: ServiceDirectory
    ) {
        self.identity = identity
        self.signer = signer
        self.receivingKey = receivingKey
        self.session = session
        self.services = services
    }

    /// A record that was opened, and who hindered it.
    package struct Opening: Sendable {
        package let files: WFDBFiles
        package let request: TransactionID
        /// Proxies whose fragments were used, in the order they answered.
        package let used: [IdentityID]
        /// Proxies that answered wrongly, with the answers they committed to: what ``Doctor/dispute(_:)`` takes.
        package let liars: [WrongAnswer]
        /// Proxies that did not answer.
        package let refusals: [ClientError.ProxyRefusal]
    }

    /// An answer that a proxy logged and that is provably not what it should be.
    package struct WrongAnswer: Hashable, Sendable {
        package let proxy: IdentityID
        package let request: TransactionID
        package let capsule: [UInt8]
        package let fragment: [UInt8]
        package let reason: String
    }

    /// The consents that name this doctor, in the order they were granted.
    package func consents() async throws(ClientError) -> [Consent] {
        let identity = identity
        return try await session.read { (state) throws(ClientError) in
            state.allConsents.filter { $0.terms.grantee == identity }
        }
    }

    /// A request for access that the ledger has, and the receipt that proxies ask for.
    package struct Request: Sendable {
        package let id: TransactionID
        package let record: RecordID
        package let consent: ConsentID
        package let receipt: Receipt
    }

    /// Logs a request for access to a record under a consent. It counts as one of the consent's opens.
    package func request(_ record: RecordID, under consent: ConsentID) async throws(ClientError) -> Request {
        let facts = try await session.read { (state) throws(ClientError) in
            try GrantFacts(of: consent, record: record, in: state)
        }
        var generator = SystemRandomNumberGenerator()
        let id = TransactionID.random(using: &generator)
        let signed: SignedTransaction
        do {
            signed = try signer.signed(
                .accessRequested(
                    AccessRequested(
                        authority: .consent(consent), record: record, purpose: facts.terms.purpose,
                        answerKey: try answerKey(for: id).publicKey)), id: id)
        } catch { throw ClientError(error) }
        return Request(id: id, record: record, consent: consent, receipt: try await session.submit(signed))
    }

    /// What this doctor has asked for and not said to have opened, oldest first.
    ///
    /// A request counts as one of the consent's opens from when it is on the ledger. Whatever ended this client afterwards, it
    /// can still be answered: what opens the answers follows from the doctor's keys.
    package func unfinishedRequests() async throws(ClientError) -> [Request] {
        let requester = identity.signer
        let found = try await session.read { (state) throws(ClientError) in
            Set(state.allConsents.filter { $0.terms.grantee.signer == requester }.map(\.terms.folder))
                .flatMap { state.requests(in: $0) }.compactMap { state.request($0) }
                .filter { $0.requester == requester && $0.opened == nil }
                .sorted { $0.requested.index < $1.requested.index }
        }
        var unfinished: [Request] = []
        for request in found {
            guard case .consent(let consent) = request.authority else { continue }
            let receipt: Receipt?
            do { receipt = try await session.ledger.receipt(of: request.id) } catch { throw .ledger(error) }
            guard let receipt else { continue }
            do {
                guard try session.trust.verify(receipt).entry.transaction.id == request.id else { continue }
            } catch { throw .badReceipt("\(error)") }
            unfinished.append(Request(id: request.id, record: request.record, consent: consent, receipt: receipt))
        }
        return unfinished
    }

    /// One proxy's fragment for a request, as the doctor alone can read it, logged before it was answered.
    ///
    /// - Returns: 359 bytes from an honest proxy.
    package func fragment(
        from proxy: IdentityID, to asked: Request, capsule: [UInt8]
    ) async throws(ClientError) -> [UInt8] {
        try await Self.fragment(
            from: proxy, to: asked, capsule, services, session.trust, try answerKey(for: asked.id))
    }

    private static func fragment(
        from proxy: IdentityID, to asked: Request, _ capsule: [UInt8], _ services: ServiceDirectory,
        _ trust: TrustAnchor, _ key: AnswerKey
    ) async throws(ClientError) -> [UInt8] {
        do {
            let answer = try await services.proxy(proxy).transform(request: asked.receipt, capsule: capsule)
            return try trust.open(answer, to: asked.id, by: proxy, with: key)
        } catch { throw ClientError(error) }
    }

    private func answerKey(for request: TransactionID) throws(ClientError) -> AnswerKey {
        do { return try AnswerKey(from: receivingKey.octets, for: request) } catch { throw ClientError(error) }
    }

    /// Asks for access to a record under a consent and opens it.
    package func open(_ record: RecordID, under consent: ConsentID) async throws(ClientError) -> Opening {
        try await open(try await request(record, under: consent))
    }

    /// Has a requested record's capsule transformed by a threshold of proxies, and opens the record.
    ///
    /// Fragments are combined first and verified only where the record's key commitment refuses the result. A proxy that
    /// refuses, or lies, is replaced by another as long as there are enough.
    ///
    /// - Parameter order: The proxies to ask, in this order; in random order where it is nil.
    /// - Throws: ``ClientError/tooFewProxies(answered:threshold:refusals:)`` where too few answered rightly.
    package func open(_ asked: Request, asking order: [IdentityID]? = nil) async throws(ClientError) -> Opening {
        let request = asked.id
        let facts = try await session.read { (state) throws(ClientError) in
            try GrantFacts(of: asked.consent, record: asked.record, in: state)
        }
        let grant = try grantSession(facts)
        let download = try await SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)

        var gathering = FragmentGathering(
            proxies: order ?? facts.terms.proxies.shuffled(), threshold: facts.terms.threshold)
        while true {
            let next = gathering.takeNext()
            guard !next.isEmpty else { throw gathering.failure }
            let answers = try await answers(of: next, to: asked, download.capsule.simple.bytes)
            gathering.add(answers, request: request, capsule: download.capsule.simple.bytes)
            guard gathering.isEnough else { continue }
            do {
                let header = download.header
                let opened = try grant.open(capsule: download.capsule, fragments: gathering.fragments) {
                    header.accepts($0.octets)
                }
                gathering.reject(opened.rejected, request: request, capsule: download.capsule.simple.bytes)
                let files = try download.open(with: opened.value)
                try await recordOpening(of: request)
                return Opening(
                    files: files, request: request,
                    used: Array(gathering.proxiesInUse.prefix(facts.terms.threshold)), liars: gathering.liars,
                    refusals: gathering.refusals)
            } catch let error as UmbralError {
                let rejected = error.rejectedFragments
                // Nothing to leave out means that asking more proxies cannot help.
                guard !rejected.isEmpty else { throw .umbral(error) }
                gathering.reject(rejected, request: request, capsule: download.capsule.simple.bytes)
            } catch { throw ClientError(error) }
        }
    }

    /// Says on the ledger that a request was opened, unless that is said already.
    private func recordOpening(of request: TransactionID) async throws(ClientError) {
        do { try await session.submit(.recordOpened(RecordOpened(request: request)), by: signer) } catch {
            guard case .ledger(.refused(let violation)) = error, violation.code == .alreadyOpened else { throw error }
        }
    }

    /// Convicts a proxy on the ledger with the very bytes it committed to.
    package func dispute(_ answer: WrongAnswer) async throws(ClientError) {
        try await session.submit(
            .fragmentDisputed(
                FragmentDisputed(
                    request: answer.request, transformer: answer.proxy, capsule: answer.capsule,
                    capsuleFragment: answer.fragment)), by: signer)
    }

    /// Logs that an opened record was written out in the clear.
    package func recordExport(of request: TransactionID) async throws(ClientError) {
        try await session.submit(.recordExported(RecordExported(request: request)), by: signer)
    }

    private func grantSession(_ facts: GrantFacts) throws(ClientError) -> GrantSession {
        if let known = grants[facts.terms.consent], known.precursor == facts.precursor { return known }
        do {
            let made = try GrantSession(
                receiver: receivingKey, precursor: facts.precursor, delegatingKey: facts.delegatingKey,
                verifyingKey: facts.verifyingKey, threshold: facts.terms.threshold)
            grants[facts.terms.consent] = made
            return made
        } catch { throw ClientError(error) }
    }

    /// All at once; an answer counts only when the proxy has logged exactly it.
    private func answers(
        of proxies: [IdentityID], to asked: Request, _ capsule: [UInt8]
    ) async throws(ClientError) -> [(proxy: IdentityID, answer: Result<[UInt8], ClientError>)] {
        let (services, trust, key) = (services, session.trust, try answerKey(for: asked.id))
        return await withTaskGroup { group in
            for proxy in proxies {
                group.addTask { () -> (proxy: IdentityID, answer: Result<[UInt8], ClientError>) in
                    do throws(ClientError) {
                        let fragment = try await Self.fragment(from: proxy, to: asked, capsule, services, trust, key)
                        return (proxy, .success(fragment))
                    } catch { return (proxy, .failure(error)) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// What the ledger says that a doctor must know to open a record.
private struct GrantFacts: Sendable {
    let terms: ConsentGranted
    let record: Record
    let precursor: PublicKey
    let delegatingKey: PublicKey
    let verifyingKey: PublicKey

    init(of consent: ConsentID, record: RecordID, in state: WorldState) throws(ClientError) {
        guard let granted = state.consent(consent), let folder = state.folder(granted.terms.folder) else {
            throw .unknown("consent \(consent)")
        }
        guard let keys = granted.keys else { throw .unknown("keys of consent \(consent): they are not issued yet") }
        guard let found = state.record(record) else { throw .unknown("record \(record)") }
        terms = granted.terms
        self.record = found
        precursor = keys.precursor
        delegatingKey = folder.delegatingKey
        verifyingKey = folder.verifyingKey
    }
}
