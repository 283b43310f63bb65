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
    /// - Throws: as ``open(_:asking:keeping:)``.
    package func open(_ record: RecordID, under consent: ConsentID) async throws(ClientError) -> Opening {
        let facts = try await facts(of: consent, record)
        async let beginning = SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)
        let asked = try await request(record, under: consent)
        let download: SealedRecordDownload
        do { download = try await beginning } catch { throw ClientError(error) }
        return try await open(asked, facts, download)
    }

    /// Has a requested record's capsule transformed by a threshold of proxies, and opens the record, which is fetched meanwhile.
    ///
    /// All proxies are asked at once, and the first answers that suffice count: one that is slow, dead or lies costs nothing but its
    /// own share. Fragments are combined first and verified only where the record's key commitment refuses the result.
    ///
    /// - Parameters:
    ///   - order: The proxies to ask, one after the other as far as some are missing; all at once where it is nil.
    ///   - kept: Where an interrupted download is kept and gone on with.
    /// - Throws: ``ClientError/tooFewProxies(answered:threshold:refusals:)`` where too few answered rightly.
    package func open(
        _ asked: Request, asking order: [IdentityID]? = nil, keeping kept: KeptDownload? = nil
    ) async throws(ClientError) -> Opening {
        let facts = try await facts(of: asked.consent, asked.record)
        let download = try await SealedRecordDownload(facts.record, folderKey: facts.delegatingKey, from: services)
        return try await open(asked, facts, download, asking: order, keeping: kept)
    }

    /// Opens a stretch of time of a requested record, and fetches no more of it than that takes.
    ///
    /// What this does not check is said at ``SealedRecordDownload/stretch(with:frames:)``.
    ///
    /// - Parameter frames: Given frames in the record and frames a second, picks those to open.
    /// - Throws: as ``open(_:asking:keeping:)``.
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
        keeping kept: KeptDownload? = nil
    ) async throws(ClientError) -> Opening {
        async let whole = download.container(keeping: kept)
        let (seed, gathering) = try await seed(of: download, for: asked, facts, asking: order)
        let container: SealedContainer
        do { container = try await whole } catch { throw ClientError(error) }
        let files = try container.open(with: seed)
        try kept?.forget(container.stored)
        try await recordOpening(of: asked.id)
        return Opened(files, asked, gathering, facts)
    }

    /// Gathers fragments until the record's key commitment accepts what they make.
    private func seed(
        of download: SealedRecordDownload, for asked: Request, _ facts: GrantFacts, asking order: [IdentityID]? = nil
    ) async throws(ClientError) -> (CapsuleSeed, FragmentGathering) {
        let grant = try grantSession(facts)
        let header = download.header
        let capsule = download.capsule.simple.bytes
        let answers = ProxyAnswers(
            of: services, to: asked, capsule: capsule, trust: session.trust, key: try answerKey(for: asked.id))
        defer { answers.cancel() }
        var gathering = FragmentGathering(
            proxies: order ?? facts.terms.proxies, threshold: facts.terms.threshold, asksAllAtOnce: order == nil)
        while true {
            answers.ask(gathering.takeNext())
            guard gathering.outstanding > 0 else { throw gathering.failure }
            let (proxy, answer) = try await answers.next()
            gathering.add(answer, of: proxy, request: asked.id, capsule: capsule)
            guard gathering.isEnough else { continue }
            do throws(UmbralError) {
                let opened = try grant.open(capsule: download.capsule, fragments: gathering.fragments) {
                    header.accepts($0.octets)
                }
                gathering.reject(opened.rejected, request: asked.id, capsule: capsule)
                return (opened.value, gathering)
            } catch {
                let rejected = error.rejectedFragments
                // Nothing to leave out means that asking more proxies cannot help.
                guard !rejected.isEmpty else { throw .umbral(error) }
                gathering.reject(rejected, request: asked.id, capsule: capsule)
            }
        }
    }
}

extension Doctor.Opened where Content == WFDBFiles {
    package var files: WFDBFiles { content }
}

extension Doctor.Opened {
    fileprivate init(
        _ content: Content, _ asked: Doctor.Request, _ gathering: FragmentGathering, _ facts: GrantFacts
    ) {
        self.content = content
        request = asked.id
        used = Array(gathering.proxiesInUse.prefix(facts.terms.threshold))
        liars = gathering.liars
        refusals = gathering.refusals
    }
}
