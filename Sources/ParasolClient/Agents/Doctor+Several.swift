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

    /// How many records' beginnings are fetched at once, and how many records.
    private static let beginningsAtOnce = 8
    private static let recordsAtOnce = 4

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
        var failures: [Outcome] = []
        var begun: [SealedRecordDownload] = []
        var held: UInt64 = 0
        for (one, beginning) in zip(facts, await begin(facts)) {
            switch beginning {
            case .failure(let error): failures.append(Outcome(record: one.record.id, result: .failure(error)))
            case .success(let download):
                held += download.byteCount
                guard begun.isEmpty || held <= SealedRecordDownload.maximumBytes else { continue }
                begun.append(download)
            }
        }
        guard !begun.isEmpty else { return Batch(request: nil, outcomes: failures) }
        begun.sort { $0.record < $1.record }
        let asked = try await request(begun.map(\.record), under: consent)
        return Batch(request: asked, outcomes: failures + (try await open(asked, begun, facts[0], keeping: kept)))
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
        let beginnings = await begin(facts)
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
            guard let version = state.contractsInForce?[.consent], version >= 4 else { return 1 }
            // At least one, so that it is the ledger which says that none is left.
            return max(1, min(Limits.requestedRecords, Int(clamping: granted.opensLeft)))
        }
    }

    /// Fetches each record's beginning, some at once, in their order.
    private func begin(_ facts: [GrantFacts]) async -> [Result<SealedRecordDownload, ClientError>] {
        let services = services
        return await FewAtOnce.map(facts, atMost: Self.beginningsAtOnce) {
            (one) -> Result<SealedRecordDownload, ClientError> in
            do throws(ClientError) {
                return .success(
                    try await SealedRecordDownload(one.record, folderKey: one.delegatingKey, from: services))
            } catch { return .failure(error) }
        }
    }

    /// - Parameter begun: All of the request's records, in its order.
    private func open(
        _ asked: Request, _ begun: [SealedRecordDownload], _ facts: GrantFacts, asking order: [IdentityID]? = nil,
        keeping kept: KeptDownload?
    ) async throws(ClientError) -> [Outcome] {
        // The vault is asked while the proxies are.
        async let whole = Self.containers(of: begun, keeping: kept)
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

    private static func containers(
        of begun: [SealedRecordDownload], keeping kept: KeptDownload?
    ) async -> [Result<SealedContainer, ClientError>] {
        await FewAtOnce.map(begun, atMost: recordsAtOnce) { (download) -> Result<SealedContainer, ClientError> in
            do throws(ClientError) { return .success(try await download.container(keeping: kept)) } catch {
                return .failure(error)
            }
        }
    }
}

/// The same for each of a list, a few at a time.
enum FewAtOnce {
    /// The results, in the list's order.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], atMost width: Int, _ work: @escaping @Sendable (Element) async -> Result
    ) async -> [Result] {
        await withTaskGroup(of: (index: Int, result: Result).self) { group in
            var results: [Int: Result] = [:]
            for (index, element) in elements.enumerated() {
                if index >= width, let done = await group.next() { results[done.index] = done.result }
                group.addTask { (index, await work(element)) }
            }
            for await done in group { results[done.index] = done.result }
            return elements.indices.compactMap { results[$0] }
        }
    }
}
