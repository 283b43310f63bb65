import LedgerReplica
package import ServiceProtocols
package import SharingContracts
package import Umbral

/// A doctor's errands: ask, gather fragments, open, and convict whoever lied.
package actor Doctor {
    package nonisolated let identity: IdentityID
    let signer: TransactionSigner
    private let receivingKey: SecretKey
    let session: LedgerSession
    let services: ServiceDirectory
    /// What all records of a grant share, by consent.
    private var grants: [ConsentID: GrantSession] = [:]
    /// What the ledger says for ever of what was opened last.
    private var known: [GrantFacts.Key: GrantFacts] = [:]
    private static let knownBound = 1_024

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

    /// An answer that a proxy logged and that is provably not what it should be.
    package struct WrongAnswer: Hashable, Sendable {
        package let proxy: IdentityID
        package let request: TransactionID
        package let capsule: [UInt8]
        package let fragment: [UInt8]
        /// Which of the answer's parts the fragment is, where the request was for several records.
        package let part: DisputedPart?
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
        /// At least one, in the order that answers have.
        package let records: [RecordID]
        package let consent: ConsentID
        package let receipt: Receipt

        /// The first of its records, and the only one of a request for one.
        package var record: RecordID { records[0] }
    }

    /// Logs a request for access to a record under a consent. It counts as one of the consent's opens.
    package func request(_ record: RecordID, under consent: ConsentID) async throws(ClientError) -> Request {
        try await request([record], under: consent)
    }

    /// Logs one request for access to several records under a consent. Each counts as one of its opens.
    ///
    /// - Parameter records: 1 to ``Limits/requestedRecords``, each once, in any order. More than one needs consent 4.
    package func request(_ records: [RecordID], under consent: ConsentID) async throws(ClientError) -> Request {
        let records = records.sorted()
        let all = try await facts(of: consent, records)
        guard let facts = all.first else { throw .unknown("the record to ask for: none is named") }
        var generator = SystemRandomNumberGenerator()
        let id = TransactionID.random(using: &generator)
        let signed: SignedTransaction
        do {
            signed = try signer.signed(
                .accessRequested(
                    AccessRequested(
                        authority: .consent(consent), records: records, purpose: facts.terms.purpose,
                        answerKey: try answerKey(for: id).publicKey)), id: id)
        } catch { throw ClientError(error) }
        return Request(id: id, records: records, consent: consent, receipt: try await session.submit(signed))
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
            unfinished.append(Request(id: request.id, records: request.records, consent: consent, receipt: receipt))
        }
        return unfinished
    }

    /// One proxy's fragment for a request for one record, as the doctor alone can read it, logged before it was answered.
    ///
    /// - Returns: 359 bytes from an honest proxy.
    package func fragment(
        from proxy: IdentityID, to asked: Request, capsule: [UInt8]
    ) async throws(ClientError) -> [UInt8] {
        let parts = try await Self.parts(
            from: proxy, to: asked, [capsule], services, session.trust, try answerKey(for: asked.id))
        return parts[0]
    }

    static func parts(
        from proxy: IdentityID, to asked: Request, _ capsules: [[UInt8]], _ services: ServiceDirectory,
        _ trust: TrustAnchor, _ key: AnswerKey
    ) async throws(ClientError) -> [[UInt8]] {
        do {
            let answer = try await services.proxy(proxy).transform(request: asked.receipt, capsules: capsules)
            return try trust.open(answer, to: asked.id, for: capsules.count, by: proxy, with: key)
        } catch { throw ClientError(error) }
    }

    func answerKey(for request: TransactionID) throws(ClientError) -> AnswerKey {
        do { return try AnswerKey(from: receivingKey.octets, for: request) } catch { throw ClientError(error) }
    }

    /// Says on the ledger that a request was opened, unless that is said already.
    func recordOpening(of request: TransactionID) async throws(ClientError) {
        do { try await session.submit(.recordOpened(RecordOpened(request: request)), by: signer) } catch {
            guard case .ledger(.refused(let violation)) = error, violation.code == .alreadyOpened else { throw error }
        }
    }

    /// Convicts a proxy on the ledger with the very bytes it committed to. Once for each request that it answered.
    package func dispute(_ answer: WrongAnswer) async throws(ClientError) {
        try await session.submit(
            .fragmentDisputed(
                FragmentDisputed(
                    request: answer.request, transformer: answer.proxy, capsule: answer.capsule,
                    capsuleFragment: answer.fragment, part: answer.part)), by: signer)
    }

    /// Logs that an opened record was written out in the clear.
    package func recordExport(of request: TransactionID) async throws(ClientError) {
        try await session.submit(.recordExported(RecordExported(request: request)), by: signer)
    }

    /// What to know to ask and to open.
    ///
    /// All of it stands on the ledger once and never changes, so it is read there once. Whether the consent still holds is not
    /// among it: that, the ledger and each proxy decide anew for every request.
    func facts(of consent: ConsentID, _ record: RecordID) async throws(ClientError) -> GrantFacts {
        try await facts(of: consent, [record])[0]
    }

    /// The same of several records, in their order.
    func facts(of consent: ConsentID, _ records: [RecordID]) async throws(ClientError) -> [GrantFacts] {
        let found = records.map { known[GrantFacts.Key(consent: consent, record: $0)] }
        if found.allSatisfy({ $0 != nil }) { return found.compactMap { $0 } }
        let read = try await session.read { (state) throws(ClientError) in
            var read: [GrantFacts] = []
            for record in records { read.append(try GrantFacts(of: consent, record: record, in: state)) }
            return read
        }
        if known.count + read.count > Self.knownBound { known = [:] }
        for facts in read { known[GrantFacts.Key(consent: consent, record: facts.record.id)] = facts }
        return read
    }

    func grantSession(_ facts: GrantFacts) throws(ClientError) -> GrantSession {
        if let known = grants[facts.terms.consent], known.precursor == facts.precursor { return known }
        do {
            let made = try GrantSession(
                receiver: receivingKey, precursor: facts.precursor, delegatingKey: facts.delegatingKey,
                verifyingKey: facts.verifyingKey, threshold: facts.terms.threshold)
            grants[facts.terms.consent] = made
            return made
        } catch { throw ClientError(error) }
    }
}
