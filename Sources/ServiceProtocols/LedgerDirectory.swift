package import SharingContracts
internal import TransparencyLog

/// Where somebody asks a ledger for a signer's key, with the proof of it.
package protocol LedgerDirectory: Sendable {
    /// How a signer came on the ledger, and how it went; nil where the ledger does not know it.
    ///
    /// Nothing in the answer is to be believed before it is verified.
    func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry?
}

/// What a ledger answers about a signer.
package struct DirectoryEntry: Hashable, Sendable {
    /// Of the transaction that enrolled the identity, opened the folder or, of a member, founded the ledger.
    package let began: Receipt
    /// Of the transaction that retired the identity or erased the folder; nil where there is none.
    package let ended: Receipt?
    /// A final checkpoint, a signed note, that covers both; and where ``ended`` is nil the ledger says that below it there is none.
    package let checkpoint: [UInt8]

    package init(began: Receipt, ended: Receipt?, checkpoint: [UInt8]) {
        self.began = began
        self.ended = ended
        self.checkpoint = checkpoint
    }
}

/// The directory of a ledger, or of a copy of one, whose state can be read.
package struct StateLedgerDirectory: LedgerDirectory {
    private static let attempts = 3

    private let ledger: any Ledger
    private let read: @Sendable (SignerID) async throws -> SignerHistory?

    /// - Parameter read: Looks up with `WorldState.history(of:)` in a state that is not older than the ledger's newest checkpoint.
    package init(_ ledger: any Ledger, read: @escaping @Sendable (SignerID) async throws -> SignerHistory?) {
        self.ledger = ledger
        self.read = read
    }

    package func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? {
        var newest: UInt64 = 0
        for _ in 0..<Self.attempts {
            // The checkpoint before the state: so what the state has not, the checkpoint has not.
            let note = try await ledger.checkpoint()
            guard let history = try await history(of: signer) else { return nil }
            newest = max(history.beganAt, history.ended?.index ?? 0)
            // Else a leaf became final in between.
            guard newest < Self.size(of: note) else { continue }
            let began = try await receipt(ofLeaf: history.beganAt)
            var ended: Receipt?
            if let event = history.ended { ended = try await receipt(of: event.transaction, at: event.index) }
            return DirectoryEntry(began: began, ended: ended, checkpoint: note)
        }
        throw .notFinal(index: newest, reason: "no final checkpoint covers it yet")
    }

    private func history(of signer: SignerID) async throws(LedgerError) -> SignerHistory? {
        do { return try await read(signer) } catch {
            throw error as? LedgerError ?? .storage("\(error)")
        }
    }

    private func receipt(ofLeaf index: UInt64) async throws(LedgerError) -> Receipt {
        guard let leaf = try await ledger.entries(from: index, to: index + 1).first else {
            throw .inconsistent("leaf \(index) is missing")
        }
        let entry: LedgerEntry
        do { entry = try LedgerEntry(serialized: leaf) } catch { throw .inconsistent("leaf \(index): \(error)") }
        return try await receipt(of: entry.transaction.id, at: index)
    }

    private func receipt(of transaction: TransactionID, at index: UInt64) async throws(LedgerError) -> Receipt {
        guard let receipt = try await ledger.receipt(of: transaction) else {
            throw .inconsistent("there is no receipt of leaf \(index)")
        }
        return receipt
    }

    /// Of a note of the ledger's own, which whoever asked verifies; 0 for what is none.
    private static func size(of note: [UInt8]) -> UInt64 {
        (try? Checkpoint(text: SignedNote(encoded: note).text).size) ?? 0
    }
}
