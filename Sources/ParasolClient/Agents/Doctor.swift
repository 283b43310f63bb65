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
        let (id, receipt) = try await session.submit(
            .accessRequested(
                AccessRequested(authority: .consent(consent), record: record, purpose: facts.terms.purpose)),
            by: signer)
        return Request(id: id, record: record, consent: consent, receipt: receipt)
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
        let (request, receipt) = (asked.id, asked.receipt)
        let facts = try await session.read { (state) throws(ClientError) in
            try GrantFacts(of: asked.consent, record: asked.record, in: state)
        }
        let grant = try grantSession(facts)
        let download = try await SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)

        var gathering = FragmentGathering(
            proxies: order ?? facts.terms.proxies.shuffled(), threshold: facts.terms.threshold)
        while true {
            let asked = gathering.takeNext()
            guard !asked.isEmpty else { throw gathering.failure }
            let answers = await answers(of: asked, to: request, receipt, download.capsule.simple.bytes)
            gathering.add(answers, request: request, capsule: download.capsule.simple.bytes)
            guard gathering.isEnough else { continue }
            do {
                let header = download.header
                let opened = try grant.open(capsule: download.capsule, fragments: gathering.fragments) {
                    header.accepts($0.octets)
                }
                gathering.reject(opened.rejected, request: request, capsule: download.capsule.simple.bytes)
                let files = try download.open(with: opened.value)
                try await session.submit(.recordOpened(RecordOpened(request: request)), by: signer)
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
        of proxies: [IdentityID], to request: TransactionID, _ receipt: Receipt, _ capsule: [UInt8]
    ) async -> [(proxy: IdentityID, answer: Result<[UInt8], ClientError>)] {
        let services = services
        let trust = session.trust
        return await withTaskGroup { group in
            for proxy in proxies {
                group.addTask { () -> (proxy: IdentityID, answer: Result<[UInt8], ClientError>) in
                    do {
                        let answer = try await services.proxy(proxy).transform(request: receipt, capsule: capsule)
                        try trust.verify(answer, to: request, by: proxy)
                        return (proxy, .success(answer.fragment))
                    } catch { return (proxy, .failure(ClientError(error))) }
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
