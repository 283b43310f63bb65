import Octets
import ServiceProtocols
package import SharingContracts
import Umbral

extension Patient {
    /// Opens a record of one of the patient's own folders.
    ///
    /// The patient holds one share only, so this too is asked for on the ledger: the key service answers its part, with a
    /// proof, and learns neither the key nor the record.
    ///
    /// - Returns: The files, and the request under which ``recordExport(of:in:)`` can say that they were exported.
    package func open(_ record: RecordID) async throws(ClientError) -> (files: WFDBFiles, request: TransactionID) {
        let (found, folder) = try await session.read { (state) throws(ClientError) in
            guard let found = state.record(record), let folder = state.folder(found.folder) else {
                throw .unknown("record \(record)")
            }
            return (found, folder)
        }
        let keys = try await keys(of: folder.id)
        let signer = try await signer(of: folder.id)
        let download = try await SealedRecordDownload(found, folderKey: folder.delegatingKey, from: services)
        async let whole = download.container()
        var generator = SystemRandomNumberGenerator()
        let request = TransactionID.random(using: &generator)
        let answerKey: AnswerKey
        let asked: AccessRequested
        do {
            answerKey = try AnswerKey(from: keys.share, for: request)
            asked = AccessRequested(
                authority: .folder(folder.id), record: record, purpose: .patientRequested,
                answerKey: try answerKey.publicKey)
        } catch { throw ClientError(error) }
        let receipt = try await submit(.accessRequested(asked), id: request, by: signer)
        let seed: CapsuleSeed
        do {
            let answer = try await services.keyService(folder.keyService)
                .decapsulate(request: receipt, capsule: download.capsule.simple.bytes)
            let part = try session.trust.open(answer, to: request, for: 1, by: folder.keyService, with: answerKey)[0]
            seed = try PartialDecapsulation(serialized: part).seed(
                of: download.capsule, with: try DelegatingKeyShare(keys.share, role: .patient),
                serviceShare: folder.opening.serviceShare.publicShare)
        } catch { throw ClientError(error) }
        let container: SealedContainer
        do { container = try await whole } catch { throw ClientError(error) }
        let files = try container.open(with: seed)
        try await submit(.recordOpened(RecordOpened(request: request)), by: signer)
        return (files, request)
    }

    /// Logs that an opened record was written out in the clear.
    package func recordExport(of request: TransactionID, in folder: FolderID) async throws(ClientError) {
        try await submit(
            .recordExported(RecordExported(request: request)), by: try await signer(of: folder))
    }
}
