package import LedgerReplica
package import ServiceProtocols
package import SharingContracts

/// A client's way to the ledger: submits, checks what comes back, and follows it, with a replica of its own or by its own trail.
package struct LedgerSession: Sendable {
    package let ledger: any Ledger
    package let trust: TrustAnchor
    /// Executes the ledger, where it is read that way.
    package let replica: LedgerReplica
    /// Reads what concerns the session's owner and nothing else; nil where the ledger is executed.
    package let trail: TrailReplica?
    package let clock: any Clock
    /// Where others' keys are looked up with their proofs; nil where the ledger is executed for them.
    package let directory: (any LedgerDirectory)?

    /// How often a transaction that is sequenced but not final yet is asked for again.
    private static let attempts = 3

    /// - Parameters:
    ///   - heads: Keeps the newest checkpoint seen, so that the ledger cannot go back between two runs.
    ///   - states: Keeps what the leaves mean; nil to execute all of them in memory.
    ///   - directory: Of the ledger or of whoever has a copy: nothing of it is believed. An errand that needs somebody's key and
    ///     nothing else of the ledger then does not execute it.
    ///   - reading: Whose trail is read instead of executing the ledger; nil to execute it, as also where there is no directory.
    package init(
        ledger: any Ledger, trust: TrustAnchor, heads: any ReplicaHeadStore, states: StateStore? = nil,
        clock: any Clock, directory: (any LedgerDirectory)? = nil, reading: TrailReading? = nil
    ) {
        self.ledger = ledger
        self.trust = trust
        self.clock = clock
        self.directory = directory
        replica = LedgerReplica(source: ledger, trust: trust, heads: heads, states: states)
        var trail: TrailReplica?
        if let reading, let directory {
            trail = TrailReplica(
                reading, trust: trust, ledger: ledger, directory: directory, heads: heads, clock: clock)
        }
        self.trail = trail
    }

    /// The signer of this ledger's transactions with a key.
    package var origin: String { trust.originName }

    /// Submits a transaction and believes the receipt only when it proves this very transaction final.
    ///
    /// The same bytes are submitted again while too few witnesses have cosigned; that is always safe.
    package func submit(_ transaction: SignedTransaction) async throws(ClientError) -> Receipt {
        var attempt = 1
        while true {
            do {
                let receipt = try await ledger.submit(transaction.serialized)
                do { try trust.verify(receipt, of: transaction.transaction) } catch {
                    throw ClientError.badReceipt("\(error)")
                }
                return receipt
            } catch {
                guard let error = error as? LedgerError else { throw ClientError(error) }
                guard case .notFinal = error, attempt < Self.attempts else { throw .ledger(error) }
                attempt += 1
            }
        }
    }

    /// Signs with each of `signers` and submits.
    @discardableResult
    package func submit(
        _ body: TransactionBody, by signers: TransactionSigner...
    ) async throws(ClientError) -> (id: TransactionID, receipt: Receipt) {
        let signed: SignedTransaction
        do {
            let transaction = try Transaction.random(body)
            signed = try SignedTransaction(
                transaction, signatures: try signers.map { try $0.signature(on: transaction) })
        } catch { throw ClientError(error) }
        return (signed.id, try await submit(signed))
    }

    /// Follows the ledger to its newest final checkpoint and reads there: a state of all leaves, or, by ``trail``, of those that concern the
    /// session's owner.
    package func read<Value: Sendable>(
        _ body: @Sendable (WorldState) throws(ClientError) -> Value
    ) async throws(ClientError) -> Value {
        if let trail {
            try await trail.catchUp()
        } else {
            do { try await replica.catchUp() } catch { throw .replica(error) }
        }
        return try await readReached(body)
    }

    /// Reads at the checkpoint that was reached last; asks nobody.
    package func readReached<Value: Sendable>(
        _ body: @Sendable (WorldState) throws(ClientError) -> Value
    ) async throws(ClientError) -> Value {
        if let trail { return try await trail.read(body) }
        return try await replica.read(body, orThrow: { .replica(.state($0)) })
    }

    /// Keeps what was read for the next session.
    package func settle() async {
        if let trail { return await trail.settle() }
        // What cannot be kept is executed again.
        try? await replica.settle()
    }
}
