import Octets
import ServiceProtocols
package import SharingContracts
import Umbral

extension Patient {
    /// What came of one record of several.
    package struct Outcome: Sendable {
        package let record: RecordID
        package let result: Result<WFDBFiles, ClientError>
    }

    /// Opens a record of one of the patient's own folders.
    ///
    /// - Returns: The files, and the request under which ``recordExport(of:in:)`` can say that they were exported.
    package func open(_ record: RecordID) async throws(ClientError) -> (files: WFDBFiles, request: TransactionID) {
        let folder = try await session.read { (state) throws(ClientError) in
            guard let found = state.record(record) else { throw .unknown("record \(record)") }
            return found.folder
        }
        let opened = try await openNext(of: [record], in: folder)
        guard let outcome = opened.outcomes.first else { throw .unknown("record \(record)") }
        let files = try outcome.result.get()
        guard let request = opened.request else { throw .unknown("the request for record \(record)") }
        return (files, request)
    }

    /// Asks for as many records of one of the patient's own folders, from the first on, as go into one request, and opens each.
    ///
    /// The patient holds one share only, so this too is asked for on the ledger: the key service answers its part, with a
    /// proof, and learns neither the keys nor the records.
    ///
    /// - Parameter records: Each once. What the answer has no outcome of is for a next call.
    /// - Returns: The request, under which ``recordExport(of:in:)`` can say that what opened was exported, nil where nothing was left to
    ///   ask for; and what came of each record.
    /// - Throws: where nothing could be asked or nothing opens. What one record lacks is in its outcome.
    package func openNext(
        of records: [RecordID], in folder: FolderID
    ) async throws(ClientError) -> (request: TransactionID?, outcomes: [Outcome]) {
        let (found, folder) = try await session.read { (state) throws(ClientError) in
            guard let known = state.folder(folder) else { throw .unknown("folder \(folder)") }
            var found: [Record] = []
            for id in records.prefix(state.recordsInOneRequest) {
                guard let record = state.record(id), record.folder == folder else { throw .unknown("record \(id)") }
                found.append(record)
            }
            return (found, known)
        }
        let begun = await RecordsTogether(found.map { ($0, folder.delegatingKey) }, from: services)
        let failures = begun.failures.map { Outcome(record: $0.record, result: .failure($0.error)) }
        guard !begun.downloads.isEmpty else { return (nil, failures) }
        async let whole = SealedRecordDownload.containers(of: begun.downloads)
        let (request, seeds) = try await seeds(of: begun.downloads, in: folder)
        var outcomes: [Outcome] = []
        for (download, (seed, container)) in zip(begun.downloads, zip(seeds, await whole)) {
            let result: Result<WFDBFiles, ClientError>
            do throws(ClientError) { result = .success(try container.get().open(with: try seed.get())) } catch {
                result = .failure(error)
            }
            outcomes.append(Outcome(record: download.record, result: result))
        }
        // Of the request: said as soon as one of its records is.
        if outcomes.contains(where: { (try? $0.result.get()) != nil }) {
            try await submit(.recordOpened(RecordOpened(request: request)), by: try await signer(of: folder.id))
        }
        return (request, failures + outcomes)
    }

    /// Has the key service answer its part for each record, and makes each one's seed of both parts.
    private func seeds(
        of downloads: [SealedRecordDownload], in folder: Folder
    ) async throws(ClientError) -> (request: TransactionID, seeds: [Result<CapsuleSeed, ClientError>]) {
        let keys = try await keys(of: folder.id)
        let signer = try await signer(of: folder.id)
        var generator = SystemRandomNumberGenerator()
        let request = TransactionID.random(using: &generator)
        let answerKey: AnswerKey
        let asked: AccessRequested
        do {
            answerKey = try AnswerKey(from: keys.share, for: request)
            asked = AccessRequested(
                authority: .folder(folder.id), records: downloads.map(\.record), purpose: .patientRequested,
                answerKey: try answerKey.publicKey)
        } catch { throw ClientError(error) }
        let receipt = try await submit(.accessRequested(asked), id: request, by: signer)
        let parts: [[UInt8]]
        let share: DelegatingKeyShare
        do {
            let answer = try await services.keyService(folder.keyService)
                .decapsulate(request: receipt, capsules: downloads.map { $0.capsule.simple.bytes })
            parts = try session.trust.open(
                answer, to: request, for: downloads.count, by: folder.keyService, with: answerKey)
            share = try DelegatingKeyShare(keys.share, role: .patient)
        } catch { throw ClientError(error) }
        let seeds = zip(downloads, parts).map { download, part -> Result<CapsuleSeed, ClientError> in
            do {
                return .success(
                    try PartialDecapsulation(serialized: part).seed(
                        of: download.capsule, with: share, serviceShare: folder.opening.serviceShare.publicShare))
            } catch { return .failure(ClientError(error)) }
        }
        return (request, seeds)
    }

    /// Logs that an opened record was written out in the clear.
    package func recordExport(of request: TransactionID, in folder: FolderID) async throws(ClientError) {
        try await submit(
            .recordExported(RecordExported(request: request)), by: try await signer(of: folder))
    }
}
