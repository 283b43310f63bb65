package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// A ledger, or a full copy of one, of whose leaves an index of trails can be made: ``TrailIndex``.
package protocol TrailedLedger: Ledger {
    /// How many leaves are final here.
    var finalSize: UInt64 { get async }

    /// Reads the state after every leaf that is final here, or after more.
    func read<Value: Sendable>(_ body: @Sendable (WorldState) throws -> Value) async throws -> Value

    /// Receipts of final leaves, by their indices; of others there are none.
    func receipts(ofLeaves indices: [UInt64]) async throws(LedgerError) -> [UInt64: Receipt]
}

extension TrailedLedger {
    /// Whether a leaf of this ledger is in a signer's trail.
    package func concerns(_ receipt: Receipt, _ signer: SignerID) async throws(LedgerError) -> Bool {
        do {
            let transaction = try LedgerEntry(serialized: receipt.entry).transaction
            return try await read { $0.subjects(of: transaction).parties.contains(signer) }
        } catch { throw error as? LedgerError ?? .inconsistent("\(error)") }
    }

    /// Receipts of final leaves, as many as one answer holds; those that are not for whoever asked are left out.
    ///
    /// - Returns: And how many of `indices` are done with.
    /// - Throws: `LedgerError/inconsistent(_:)` for a leaf that has no receipt: nothing is left out unseen.
    func page(
        of indices: [UInt64], where isFor: @Sendable (Receipt) async throws(LedgerError) -> Bool
    ) async throws(LedgerError) -> (receipts: [Receipt], taken: Int) {
        let found = try await receipts(ofLeaves: Array(Set(indices)))
        var (page, bytes): ([Receipt], Int) = ([], 0)
        for (position, index) in indices.enumerated() {
            guard let receipt = found[index] else { throw .inconsistent("leaf \(index) is final and has no receipt") }
            guard try await isFor(receipt) else { continue }
            bytes += receipt.entry.count + receipt.proof.count
            guard page.isEmpty || bytes <= TrailLimits.bytes else { return (page, position) }
            page.append(receipt)
        }
        return (page, indices.count)
    }
}
