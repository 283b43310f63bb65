package import Octets
package import Persistence
package import ServiceProtocols
package import SharingContracts

/// Log before release: the proof of each request is on disk first, then the sealed answer; then that is logged, which a receipt proves.
/// Only then does the answer leave.
///
/// A request has one answer for ever, whatever crashes between: the answer is kept before it is logged, because what is
/// logged commits to it. It is kept sealed to the requester only, and until what it was made with is destroyed. The receipt is kept so that
/// the ledger need not be asked again, and so with the next transaction: where it is lost, the ledger is asked again.
///
/// Many requests at once share transactions, and so fsyncs.
package struct ReleaseJournal: Sendable {
    private let writes: GroupCommit
    private let trust: TrustAnchor

    /// - Parameter writes: To a store whose schema has ``migration``.
    package init(writes: GroupCommit, trust: TrustAnchor) {
        self.writes = writes
        self.trust = trust
    }

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
                holding_id BLOB NOT NULL CHECK (length(holding_id) = 16),
                sealed_answer BLOB,
                signed_transaction BLOB NOT NULL,
                receipt_entry BLOB,
                receipt_proof BLOB
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX releases_of_holding ON releases (holding_id);
            """)

    /// An answer and the signed `Transformed` that commits to it.
    package struct Draft: Sendable {
        /// The consent or the folder whose fragment or share made it.
        package let holding: FixedOctets<16>
        package let sealedAnswer: SealedAnswer
        package let transformed: SignedTransaction

        package init(holding: FixedOctets<16>, sealedAnswer: SealedAnswer, transformed: SignedTransaction) {
            self.holding = holding
            self.sealedAnswer = sealedAnswer
            self.transformed = transformed
        }
    }

    /// A request whose proof is on disk, and its answer where it has one.
    package struct Remembered: Sendable {
        package let request: TransactionID
        fileprivate let kept: Release?
    }

    /// Keeps the proof of a request, durably, before anything is computed for it.
    package func remember(_ receipt: Receipt, of request: TransactionID) async throws -> Remembered {
        try await writes.commit {
            try $0.execute(
                "INSERT OR IGNORE INTO access_requests (request_id, entry, proof) VALUES (?, ?, ?)",
                [.blob(request.bytes), .blob(receipt.entry), .blob(receipt.proof)])
            return Remembered(request: request, kept: try Self.release(of: request, in: $0))
        }
    }

    /// Answers a remembered request: the kept answer, or the one that `draft` makes, once a receipt proves that it is logged.
    ///
    /// - Throws: what `draft` throws, ``ReleaseError``, a `PersistenceError`, or the `LedgerError` of the submission. After
    ///   any of them the call can be repeated.
    package func answer(
        _ remembered: Remembered, by transformer: IdentityID, on ledger: any Ledger, draft: () async throws -> Draft
    ) async throws -> Transformation {
        let request = remembered.request
        var kept = remembered.kept
        if kept != nil {
            // Nothing more is committed for it, and the head by which it may leave again must be durable as well.
            try await writes.settle()
        } else {
            let made = try await draft()
            kept = try await writes.commit {
                try $0.execute(
                    """
                    INSERT OR IGNORE INTO releases (request_id, holding_id, sealed_answer, signed_transaction)
                    VALUES (?, ?, ?, ?)
                    """,
                    [
                        .blob(request.bytes), .blob(made.holding), .blob(made.sealedAnswer.serialized),
                        .blob(made.transformed.serialized),
                    ])
                // Of two calls at once, the first to be kept is the answer of both.
                return try Self.release(of: request, in: $0)
            }
        }
        guard let kept else { throw PersistenceError.noRow }
        guard let answer = kept.sealedAnswer else { throw ReleaseError.destroyed(request) }
        if let receipt = kept.receipt {
            return Transformation(transformer: transformer, sealedAnswer: answer, receipt: receipt)
        }
        let receipt = try await logged(kept.transformed, on: ledger)
        writes.accompany("receipt of the answer to \(request)") {
            try $0.execute(
                "UPDATE releases SET receipt_entry = ?, receipt_proof = ? WHERE request_id = ?",
                [.blob(receipt.entry), .blob(receipt.proof), .blob(request.bytes)])
        }
        return Transformation(transformer: transformer, sealedAnswer: answer, receipt: receipt)
    }

    /// Submits a signed transaction, and believes the ledger only with a proof.
    ///
    /// - Throws: `LedgerError`, or ``ReleaseError/notProved(_:)`` for a receipt that does not prove it logged.
    package func logged(_ signed: [UInt8], on ledger: any Ledger) async throws -> Receipt {
        let transaction = try SignedTransaction(serialized: signed)
        let receipt = try await ledger.submit(signed)
        do { try trust.verify(receipt, of: transaction.transaction) } catch { throw ReleaseError.notProved(error) }
        return receipt
    }

    /// Destroys the answers that were made with a consent's fragment or a folder's share, in the transaction in which that is
    /// destroyed. That they were given stays known.
    package static func destroyAnswers(of holding: FixedOctets<16>, in transaction: StoreTransaction) throws {
        try transaction.execute(
            "UPDATE releases SET sealed_answer = NULL WHERE holding_id = ?", [.blob(holding)])
    }

    fileprivate struct Release: Sendable {
        let sealedAnswer: [UInt8]?
        let transformed: [UInt8]
        let receipt: Receipt?
    }

    private static func release(
        of request: TransactionID, in transaction: StoreTransaction
    ) throws(PersistenceError) -> Release? {
        guard
            let row = try transaction.row(
                """
                SELECT sealed_answer, signed_transaction, receipt_entry, receipt_proof FROM releases
                WHERE request_id = ?
                """, [.blob(request.bytes)])
        else { return nil }
        var receipt: Receipt?
        if let entry = try row.optionalBytes("receipt_entry"), let proof = try row.optionalBytes("receipt_proof") {
            receipt = Receipt(entry: entry, proof: proof)
        }
        return Release(
            sealedAnswer: try row.optionalBytes("sealed_answer"),
            transformed: try row.bytes("signed_transaction"), receipt: receipt)
    }
}

/// Why an answer was not released.
package enum ReleaseError: Error, Hashable, Sendable {
    /// The answer was destroyed with the fragment or share that it was made with.
    case destroyed(TransactionID)
    /// The ledger's receipt does not prove that the answer is logged.
    case notProved(ReceiptError)
}

extension ReleaseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .destroyed(let request): "the answer to \(request) was destroyed with what it was made with"
        case .notProved(let error): "the ledger did not prove that the answer is logged: \(error)"
        }
    }
}
