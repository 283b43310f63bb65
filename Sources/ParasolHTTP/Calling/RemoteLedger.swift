package import ServiceProtocols
package import SharingContracts

/// A ledger on another machine. Nothing that it says is believed here: who uses it verifies receipts, checkpoints and leaves.
package struct RemoteLedger: Ledger {
    let server: ServerConnection
    let paths: LedgerPaths

    package init(_ server: ServerConnection, origin: String) {
        self.server = server
        paths = LedgerPaths(origin: origin)
    }

    package func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        // The same transaction identifier is answered with the first's receipt.
        let call = Call.send(
            paths.transactions, signedTransaction, type: MediaType.signedTransaction, atMost: WireLimits.receiptBytes,
            isIdempotent: true)
        return try await answer(call) { answer in
            try WireCoding.receipt(try answer.content(MediaType.receipt))
        }
    }

    package func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        do throws(CallFailure) {
            return try await server.find(
                .get(paths.receipt("\(transaction)"), atMost: WireLimits.receiptBytes),
                missing: LedgerRoutes.unknownTransaction
            ) { try WireCoding.receipt(try $0.content(MediaType.receipt)) }
        } catch { throw error.error() }
    }

    package func checkpoint() async throws(LedgerError) -> [UInt8] {
        try await answer(.get(paths.checkpoint, atMost: WireLimits.noteBytes)) { try $0.content(MediaType.text) }
    }

    package func news(after size: UInt64) async throws(LedgerError) -> LedgerNews {
        // One entry alone may be longer than what is left of the bound.
        let bound = 4 + WireLimits.noteBytes + WireLimits.entriesBytes + 2 + 65_535
        return try await answer(.get(paths.news + "?from=\(size)", atMost: bound)) { answer in
            try WireCoding.news(try answer.content(MediaType.news))
        }
    }

    package func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        let target = paths.consistency + "?from=\(old)&to=\(new)"
        return try await answer(.get(target, atMost: WireLimits.hashesBytes)) { answer in
            try WireCoding.hashes(try answer.content(MediaType.hashes))
        }
    }

    package func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        // As an empty range is no question, it is not asked.
        guard start < end else { return [] }
        let target = paths.entries + "?from=\(start)&to=\(end)"
        // One entry alone may be longer than what is left of the bound.
        let call = Call.get(target, atMost: WireLimits.entriesBytes + 2 + 65_535)
        return try await answer(call) { answer in
            let entries = try WireCoding.entries(try answer.content(MediaType.entries))
            guard !entries.isEmpty, UInt64(entries.count) <= end - start else {
                throw CallFailure.badAnswer("\(entries.count) entries of \(start)..<\(end)")
            }
            return entries
        }
    }

    private func answer<Value>(
        _ call: Call, _ parse: (CallAnswer) throws -> Value
    ) async throws(LedgerError) -> Value {
        do throws(CallFailure) {
            let answer = try await server.call(call)
            return try CallFailure.parsed { try parse(answer) }
        } catch { throw error.error() }
    }
}

extension CallFailure {
    /// Runs `body`, whatever it throws being the answer's fault.
    static func parsed<Value>(_ body: () throws -> Value) throws(CallFailure) -> Value {
        do { return try body() } catch let failure as CallFailure { throw failure } catch {
            throw .badAnswer("\(error)")
        }
    }
}
