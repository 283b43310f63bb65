package import SharingContracts
import Umbral

extension Doctor {
    /// What came of one record of several.
    package struct Outcome: Sendable {
        package let record: RecordID
        package let result: Result<Opening, ClientError>
    }

    /// What came of one request for several records, and of those that were left out of it.
    package struct Batch: Sendable {
        /// nil where nothing was left to ask for.
        package let request: Request?
        package let outcomes: [Outcome]
    }

    /// Asks for as many of the records, from the first on, as go into one request, and opens each.
    ///
    /// That is up to ``Limits/requestedRecords``, and never more than the consent has opens left or this client can hold; one
    /// where the ledger's rules are older than consent 4. A record whose beginning the vault does not have, or has spoilt, is left
    /// out of the request, and costs no open.
    ///
    /// - Parameters:
    ///   - records: Each once. What the answer has no outcome of is for a next call.
    ///   - kept: Where interrupted downloads are kept and gone on with.
    /// - Throws: where nothing could be asked. What one record lacks is in its outcome.
    package func openNext(
        of records: [RecordID], under consent: ConsentID, keeping kept: KeptDownload? = nil
    ) async throws(ClientError) -> Batch {
        let width = try await requestWidth(under: consent)
        let facts = try await facts(of: consent, Array(records.prefix(width)))
        let begun = await RecordsTogether(facts.map { ($0.record, $0.delegatingKey) }, from: services)
        let failures = begun.failures.map { Outcome(record: $0.record, result: .failure($0.error)) }
        guard !begun.downloads.isEmpty else { return Batch(request: nil, outcomes: failures) }
        let asked = try await request(begun.downloads.map(\.record), under: consent)
        return Batch(
            request: asked, outcomes: failures + (try await open(asked, begun.downloads, facts[0], keeping: kept)))
    }

    /// Opens each record of a request, one of an earlier run perhaps.
    ///
    /// Proxies answer for all of a request's records or for none, so that nothing opens while the vault does not have one of them.
    ///
    /// - Parameter order: The proxies to ask, one after the other as far as some are missing; all at once where it is nil.
    /// - Returns: An outcome for each record, in the request's order.
    package func openEach(
        _ asked: Request, asking order: [IdentityID]? = nil, keeping kept: KeptDownload? = nil
    ) async throws(ClientError) -> [Outcome] {
        let facts = try await facts(of: asked.consent, asked.records)
        let beginnings = await SealedRecordDownload.beginnings(
            of: facts.map { ($0.record, $0.delegatingKey) }, from: services)
        let begun = beginnings.compactMap { try? $0.get() }
        guard begun.count == asked.records.count else {
            return zip(asked.records, beginnings).map { record, beginning in
                let reason = "record \(record) waits for the others of request \(asked.id)"
                return Outcome(record: record, result: beginning.flatMap { _ in .failure(.other(reason)) })
            }
        }
        let held = begun.reduce(UInt64(0)) { $0 + $1.byteCount }
        guard held <= SealedRecordDownload.maximumBytes else {
            throw .tooLarge(bytes: held, bound: SealedRecordDownload.maximumBytes)
        }
        return try await open(asked, begun, facts[0], asking: order, keeping: kept)
    }

    /// How many records the next request under a consent may be for.
    private func requestWidth(under consent: ConsentID) async throws(ClientError) -> Int {
        try await session.read { (state) throws(ClientError) in
            guard let granted = state.consent(consent) else { throw .unknown("consent \(consent)") }
            // At least one, so that it is the ledger which says that none is left.
            return max(1, min(state.recordsInOneRequest, Int(clamping: granted.opensLeft)))
        }
    }

    /// - Parameter begun: All of the request's records, in its order.
    private func open(
        _ asked: Request, _ begun: [SealedRecordDownload], _ facts: GrantFacts, asking order: [IdentityID]? = nil,
        keeping kept: KeptDownload?
    ) async throws(ClientError) -> [Outcome] {
        // The vault is asked while the proxies are.
        async let whole = SealedRecordDownload.containers(of: begun, keeping: kept)
        let unsealed = try await unseal(begun, for: asked, facts, asking: order)
        let containers = await whole
        var outcomes: [Outcome] = []
        for (record, (unsealed, container)) in zip(asked.records, zip(unsealed, containers)) {
            let result: Result<Opening, ClientError>
            do throws(ClientError) {
                let container = try container.get()
                let files = try container.open(with: try unsealed.seed.get())
                try kept?.forget(container.stored)
                result = .success(Opened(files, asked, unsealed.gathering, facts))
            } catch { result = .failure(error) }
            outcomes.append(Outcome(record: record, result: result))
        }
        // Of the request: said as soon as one of its records is.
        if outcomes.contains(where: { (try? $0.result.get()) != nil }) { try await recordOpening(of: asked.id) }
        return outcomes
    }
}
