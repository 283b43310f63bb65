internal import HTTPTypes
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// A ledger over HTTP.
///
/// - Rule: whoever submits signs the request, except a `FolderOpened` and the founding, which may come unsigned.
/// - Rule: where not everybody who may follow may read everything, a receipt is answered to whom its leaf concerns. To others it is not there.
/// - Why: a patient is nobody to the ledger before the folder is open, and nobody is anybody before the founding. A `FolderOpened`
///   carries the new folder's own signature and its key service's, a founding those of all members, and the ledger verifies them.
package enum LedgerRoutes {
    /// - Parameter concerns: Whether a leaf, by its receipt, concerns a signer.
    package static func routes(
        _ ledger: any Ledger, origin: String, access: LedgerAccess = LedgerAccess(),
        concerns: @escaping @Sendable (Receipt, SignerID) async throws -> Bool = { _, _ in false }
    ) -> [Route] {
        let paths = LedgerPaths(origin: origin)
        let templates = LedgerPaths.template
        return [
            Route(
                .post, paths.transactions, template: templates.transactions, access: .anyone,
                accepts: MediaType.signedTransaction,
                maximumBodyBytes: Limits.signedTransactionBytes, cost: 4, answers: [200: MediaType.receipt],
                refusals: [422]
            ) { request in
                try admit(request, access.submit)
                let answer = try await ledger.submit(request.body)
                // Another transaction's, where the identifier is taken: that one is no more theirs for having been guessed.
                if !isAnswer(answer, to: request.body), !(try await isOwn(answer, request, access, concerns)) {
                    throw LedgerError.refused(
                        ContractViolation(.duplicateTransaction, "the identifier is another transaction's"))
                }
                return try receipt(answer)
            },
            Route(
                .get, paths.receipt("{transaction}"), template: templates.receipt("{transaction}"),
                access: access.follow,
                answers: [200: MediaType.receipt]
            ) { request in
                let id: TransactionID = try request.parameter("transaction") { try canonical($0) }
                guard let found = try await ledger.receipt(of: id),
                    try await isOwn(found, request, access, concerns)
                else {
                    throw Problem(
                        status: 404, code: unknownTransaction, title: "No such transaction is sequenced",
                        detail: "no transaction \(id)", next: "submit it")
                }
                return try receipt(found)
            },
            Route(
                .get, paths.checkpoint, template: templates.checkpoint, access: access.follow,
                answers: [200: MediaType.text]
            ) { _ in
                Answer(try await ledger.checkpoint(), type: MediaType.text, fields: [.cacheControl: "no-store"])
            },
            Route(
                .get, paths.consistency, template: templates.consistency, access: access.follow,
                answers: [200: MediaType.hashes]
            ) { request in
                let (from, to) = try range(request)
                let hashes = try await ledger.consistencyProof(from: from, to: to)
                return Answer(hashes.flatMap { $0 }, type: MediaType.hashes, fields: [.cacheControl: immutable])
            },
            Route(
                .get, paths.entries, template: templates.entries, access: access.read, cost: 4,
                answers: [200: MediaType.entries]
            ) { request in
                let (from, to) = try range(request)
                guard from < to else { throw RequestRefusal.malformed("an empty range") }
                let asked = min(to, from.addingReportingOverflow(WireLimits.entries).partialValue)
                let entries = bounded(try await ledger.entries(from: from, to: max(asked, from + 1)))
                return Answer(try WireCoding.encode(entries: entries), type: MediaType.entries)
            },
            Route(
                .get, paths.news, template: templates.news, access: access.read, cost: 4,
                answers: [200: MediaType.news]
            ) { request in
                let from = try AdmittedRequest.decimal(try request.query("from")["from"], "from")
                let news = try await Self.news(of: ledger, after: from)
                return Answer(
                    try WireCoding.encode(news), type: MediaType.news, fields: [.cacheControl: "no-store"])
            },
        ]
    }

    /// The leaves are those of the checkpoint that is answered, whatever became final since.
    private static func news(of ledger: any Ledger, after size: UInt64) async throws(LedgerError) -> LedgerNews {
        let note = try await ledger.checkpoint()
        guard let text = try? SignedNote(encoded: note).text, let end = try? Checkpoint(text: text).size, size < end
        else { return LedgerNews(checkpoint: note, entries: []) }
        let asked = min(end, size + min(end - size, WireLimits.entries))
        return LedgerNews(checkpoint: note, entries: bounded(try await ledger.entries(from: size, to: asked)))
    }

    /// The code of what is no error of a ledger: an answer of nil.
    static let unknownTransaction = "ledger.unknown-transaction"
    private static let immutable = "private, max-age=31536000, immutable"

    private static func admit(_ request: AdmittedRequest, _ access: Access) throws {
        do throws(RequestRefusal) { try access.admit(request.requester) } catch {
            guard error == .unsigned, bringsItsSigners(request.body) else { throw error }
        }
    }

    private static func isAnswer(_ receipt: Receipt, to body: [UInt8]) -> Bool {
        guard let entry = try? LedgerEntry(serialized: receipt.entry) else { return true }
        return (try? SignedTransaction(serialized: body))?.transaction == entry.transaction
    }

    /// Whether a receipt is for whoever asked: who may read everything, and whom its leaf concerns.
    private static func isOwn(
        _ receipt: Receipt, _ request: AdmittedRequest, _ access: LedgerAccess,
        _ concerns: (Receipt, SignerID) async throws -> Bool
    ) async throws -> Bool {
        if access.readsAll(request.requester) { return true }
        guard let requester = request.requester else { return false }
        return try await concerns(receipt, requester.id)
    }

    private static func bringsItsSigners(_ body: [UInt8]) -> Bool {
        guard let signed = try? SignedTransaction(serialized: body) else { return false }
        switch signed.transaction.body {
        case .folderOpened, .ledgerFounded: return true
        default: return false
        }
    }

    private static func receipt(_ receipt: Receipt) throws -> Answer {
        // It never changes.
        Answer(try WireCoding.encode(receipt), type: MediaType.receipt, fields: [.cacheControl: immutable])
    }

    private static func range(_ request: AdmittedRequest) throws(RequestRefusal) -> (from: UInt64, to: UInt64) {
        let items = try request.query("from", "to")
        return (try AdmittedRequest.decimal(items["from"], "from"), try AdmittedRequest.decimal(items["to"], "to"))
    }

    /// As many as one answer may have, but one.
    private static func bounded(_ entries: [[UInt8]]) -> [[UInt8]] {
        var bytes = 0
        let count = entries.prefix { entry in
            bytes += 2 + entry.count
            return bytes <= WireLimits.entriesBytes
        }.count
        return Array(entries.prefix(max(1, count)))
    }

    /// An identifier in the one spelling that is written.
    static func canonical<Kind>(_ text: String) throws -> Identifier<Kind>? {
        let id = try Identifier<Kind>(hexadecimal: text)
        return "\(id)" == text ? id : nil
    }
}
