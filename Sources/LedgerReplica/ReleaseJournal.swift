package import Persistence
package import ServiceProtocols
package import SharingContracts

/// Log before release, as a record on disk: the proof of each request first, then the answer, then the proof that the
/// answer is logged. Only then does the answer leave.
///
/// A request has one answer for ever, whatever crashes between: the answer is kept before it is logged, because what is
/// logged commits to it.
package struct ReleaseJournal: Sendable {
    private let store: Store

    /// - Parameter store: One whose schema has ``migration``.
    package init(store: Store) { self.store = store }

    package static let migration = Migration(
        "release journal",
        sql: """
            CREATE TABLE access_requests (
                request_id BLOB PRIMARY KEY CHECK (length(request_id) = 16),
                entry BLOB NOT NULL,
                proof BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE releases (
                request_id BLOB PRIMARY KEY REFERENCES access_requests (request_id),
                fragment BLOB NOT NULL,
                signed_transaction BLOB NOT NULL,
                receipt_entry BLOB,
                receipt_proof BLOB
            ) STRICT, WITHOUT ROWID;
            """)

    /// An answer and the signed `Transformed` that commits to it.
    package struct Draft: Sendable {
        package let fragment: [UInt8]
        package let signedTransaction: [UInt8]

        package init(fragment: [UInt8], signedTransaction: [UInt8]) {
            self.fragment = fragment
            self.signedTransaction = signedTransaction
        }
    }

    /// Keeps the proof of a request, durably, before anything is computed for it.
    package func remember(_ receipt: Receipt, of request: TransactionID) async throws {
        try await store.write {
            _ = try $0.execute(
                "INSERT OR IGNORE INTO access_requests (request_id, entry, proof) VALUES (?, ?, ?)",
                [.blob(request.bytes), .blob(receipt.entry), .blob(receipt.proof)])
        }
    }

    /// The proof of a request that was remembered.
    package func receipt(of request: TransactionID) async throws -> Receipt? {
        try await store.read { transaction in
            guard
                let row = try transaction.row(
                    "SELECT entry, proof FROM access_requests WHERE request_id = ?", [.blob(request.bytes)])
            else { return nil }
            return Receipt(entry: try row.bytes("entry"), proof: try row.bytes("proof"))
        }
    }

    /// Answers a remembered request: the kept answer, or the one that `draft` makes, once it is logged.
    ///
    /// - Throws: what `draft` throws, a `PersistenceError`, or the `LedgerError` of the submission. After any of them the
    ///   call can be repeated.
    package func answer(
        _ request: TransactionID, by transformer: IdentityID, on ledger: any Ledger, draft: () throws -> Draft
    ) async throws -> Transformation {
        var kept = try await release(of: request)
        if kept == nil {
            let made = try draft()
            try await store.write {
                _ = try $0.execute(
                    "INSERT OR IGNORE INTO releases (request_id, fragment, signed_transaction) VALUES (?, ?, ?)",
                    [.blob(request.bytes), .blob(made.fragment), .blob(made.signedTransaction)])
            }
            // Of two calls at once, the first to be kept is the answer of both.
            kept = try await release(of: request)
        }
        guard let kept else { throw PersistenceError.noRow }
        if let receipt = kept.receipt {
            return Transformation(transformer: transformer, fragment: kept.draft.fragment, receipt: receipt)
        }
        let receipt = try await ledger.submit(kept.draft.signedTransaction)
        try await store.write {
            _ = try $0.execute(
                "UPDATE releases SET receipt_entry = ?, receipt_proof = ? WHERE request_id = ?",
                [.blob(receipt.entry), .blob(receipt.proof), .blob(request.bytes)])
        }
        return Transformation(transformer: transformer, fragment: kept.draft.fragment, receipt: receipt)
    }

    private func release(of request: TransactionID) async throws -> (draft: Draft, receipt: Receipt?)? {
        try await store.read { transaction in
            guard
                let row = try transaction.row(
                    """
                    SELECT fragment, signed_transaction, receipt_entry, receipt_proof FROM releases
                    WHERE request_id = ?
                    """, [.blob(request.bytes)])
            else { return nil }
            let draft = Draft(
                fragment: try row.bytes("fragment"), signedTransaction: try row.bytes("signed_transaction"))
            guard let entry = try row.optionalBytes("receipt_entry"),
                let proof = try row.optionalBytes("receipt_proof")
            else { return (draft, nil) }
            return (draft, Receipt(entry: entry, proof: proof))
        }
    }
}
