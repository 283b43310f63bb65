package import Electrocardiogram
import Octets
import SealedRecord
package import SharingContracts
import Umbral

extension Doctor {
    /// Something of a record that was opened, and who hindered it.
    package struct Opened<Content: Sendable>: Sendable {
        package let content: Content
        package let request: TransactionID
        /// Proxies whose fragments were used, in the order they answered.
        package let used: [IdentityID]
        /// Proxies that had answered wrongly by then, with the answers they committed to: what ``Doctor/dispute(_:)`` takes.
        package let liars: [WrongAnswer]
        /// Proxies that had refused by then. Who had not answered when a threshold of others had is not waited for.
        package let refusals: [ClientError.ProxyRefusal]
    }

    /// A whole record that was opened.
    package typealias Opening = Opened<WFDBFiles>

    /// Asks for access to a record under a consent and opens it. The vault is asked while the ledger is.
    ///
    /// - Parameter look: Is given the record as soon as it is open, before the ledger has heard of that.
    /// - Throws: as ``open(_:asking:keeping:looking:)``.
    package func open(
        _ record: RecordID, under consent: ConsentID, looking look: @Sendable (WFDBFiles) -> Void = { _ in }
    ) async throws(ClientError) -> Opening {
        let facts = try await facts(of: consent, record)
        async let beginning = SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)
        let asked = try await request(record, under: consent)
        let download: SealedRecordDownload
        do { download = try await beginning } catch { throw ClientError(error) }
        return try await open(asked, facts, download, looking: look)
    }

    /// Has a requested record's capsule transformed by a threshold of proxies, and opens the record, which is fetched meanwhile.
    ///
    /// All proxies are asked at once, and the first answers that suffice count: one that is slow, dead or lies costs nothing but its
    /// own share. Fragments are combined first and verified only where the record's key commitment refuses the result.
    ///
    /// - Parameters:
    ///   - order: The proxies to ask, one after the other as far as some are missing; all at once where it is nil.
    ///   - kept: Where an interrupted download is kept and gone on with.
    ///   - look: Is given the record as soon as it is open. That it was opened is said on the ledger afterwards, and this returns when it
    ///     stands there.
    /// - Throws: ``ClientError/tooFewProxies(answered:threshold:refusals:)`` where too few answered rightly.
    package func open(
        _ asked: Request, asking order: [IdentityID]? = nil, keeping kept: KeptDownload? = nil,
        looking look: @Sendable (WFDBFiles) -> Void = { _ in }
    ) async throws(ClientError) -> Opening {
        let facts = try await facts(of: asked.consent, asked.record)
        let download = try await SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)
        return try await open(asked, facts, download, asking: order, keeping: kept, looking: look)
    }

    /// Opens a stretch of time of a requested record, and fetches no more of it than that takes.
    ///
    /// What this does not check is said at ``SealedRecordDownload/stretch(with:frames:)``.
    ///
    /// - Parameter frames: Given frames in the record and frames a second, picks those to open.
    /// - Throws: as ``open(_:asking:keeping:looking:)``.
    package func openStretch(
        _ asked: Request, frames: @Sendable (Int, Double) -> Range<Int>
    ) async throws(ClientError) -> Opened<ECGRecording> {
        let facts = try await facts(of: asked.consent, asked.record)
        let download = try await SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)
        let (seed, gathering) = try await seed(of: download, for: asked, facts)
        let recording = try await download.stretch(with: seed, frames: frames)
        try await recordOpening(of: asked.id)
        return Opened(recording, asked, gathering, facts)
    }

    private func open(
        _ asked: Request, _ facts: GrantFacts, _ download: SealedRecordDownload, asking order: [IdentityID]? = nil,
        keeping kept: KeptDownload? = nil, looking look: @Sendable (WFDBFiles) -> Void
    ) async throws(ClientError) -> Opening {
        async let whole = download.container(keeping: kept)
        let (seed, gathering) = try await seed(of: download, for: asked, facts, asking: order)
        let container: SealedContainer
        do { container = try await whole } catch { throw ClientError(error) }
        let files = try container.open(with: seed)
        try kept?.forget(container.stored)
        look(files)
        try await recordOpening(of: asked.id)
        return Opened(files, asked, gathering, facts)
    }

    private func seed(
        of download: SealedRecordDownload, for asked: Request, _ facts: GrantFacts, asking order: [IdentityID]? = nil
    ) async throws(ClientError) -> (CapsuleSeed, FragmentGathering) {
        guard asked.records.count == 1 else {
            throw .other("request \(asked.id) is for \(asked.records.count) records, which are opened together")
        }
        let unsealed = try await unseal([download], for: asked, facts, asking: order)[0]
        return (try unsealed.seed.get(), unsealed.gathering)
    }

    /// A record's seed, or why there is none, and who answered what.
    struct Unsealed {
        let seed: Result<CapsuleSeed, ClientError>
        let gathering: FragmentGathering
    }

    /// Gathers fragments until each record's key commitment accepts what they make, or nobody is left to ask.
    ///
    /// - Parameter downloads: All of the request's records, in its order.
    func unseal(
        _ downloads: [SealedRecordDownload], for asked: Request, _ facts: GrantFacts, asking order: [IdentityID]? = nil
    ) async throws(ClientError) -> [Unsealed] {
        let grant = try grantSession(facts)
        let threshold = facts.terms.threshold
        let answers = ProxyAnswers(
            of: services, to: asked, capsules: downloads.map { $0.capsule.simple.bytes }, trust: session.trust,
            key: try answerKey(for: asked.id))
        defer { answers.cancel() }
        var records = downloads.enumerated().map { index, download in
            RecordUnsealing(download, at: index, of: asked, grant, threshold: threshold)
        }
        var queue = ProxyQueue(order ?? facts.terms.proxies, asksAllAtOnce: order == nil)
        while records.contains(where: { $0.result == nil }) {
            let missing = records.filter { $0.result == nil }.map(\.gathering.missing).max() ?? 0
            answers.ask(queue.takeNext(missing: missing))
            guard queue.outstanding > 0 else { break }
            let (proxy, answer) = try await answers.next()
            queue.noteAnswer()
            for index in records.indices { records[index].take(answer, of: proxy) }
        }
        for index in records.indices { records[index].giveUp() }
        return records.map { record in
            Unsealed(seed: record.result ?? .failure(record.gathering.failure), gathering: record.gathering)
        }
    }
}

extension Doctor.Opened where Content == WFDBFiles {
    package var files: WFDBFiles { content }
}

extension Doctor.Opened {
    init(
        _ content: Content, _ asked: Doctor.Request, _ gathering: FragmentGathering, _ facts: GrantFacts
    ) {
        self.content = content
        request = asked.id
        used = Array(gathering.proxiesInUse.prefix(facts.terms.threshold))
        liars = gathering.liars
        refusals = gathering.refusals
    }
}
