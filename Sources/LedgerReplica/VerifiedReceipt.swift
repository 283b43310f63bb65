package import ServiceProtocols
package import SharingContracts
package import TransparencyLog

/// A receipt whose inclusion in a final checkpoint has been checked.
///
/// It proves that the leaf was sequenced, and so that honest witnesses found it within the rules; not that what it says is
/// still in force.
package struct VerifiedReceipt: Hashable, Sendable {
    package let index: UInt64
    package let entry: LedgerEntry
    package let checkpoint: FinalCheckpoint
}

extension TrustAnchor {
    /// Checks a receipt offline: log signature, witness quorum, inclusion, and that the leaf is a well-formed entry.
    package func verify(_ receipt: Receipt) throws(ReceiptError) -> VerifiedReceipt {
        let proof: LogProof
        let final: FinalCheckpoint
        do {
            proof = try LogProof(encoded: receipt.proof)
            final = try verify(checkpoint: proof.note)
            try proof.verify(leafHash: MerkleTree.leafHash(of: receipt.entry), in: final.checkpoint)
        } catch { throw .notIncluded(error) }
        do {
            return VerifiedReceipt(
                index: proof.index, entry: try LedgerEntry(serialized: receipt.entry), checkpoint: final)
        } catch { throw .notAnEntry(error) }
    }
}

extension TrustAnchor {
    /// Checks that a receipt is what came of submitting `transaction`, and not of another one.
    ///
    /// A ledger answers a second submission under one identifier with the first's receipt, whatever its other bytes are; so
    /// nobody may take an identifier for a transaction.
    @discardableResult
    package func verify(
        _ receipt: Receipt, of transaction: Transaction
    ) throws(ReceiptError) -> VerifiedReceipt {
        let proved = try verify(receipt)
        guard proved.entry.transaction == transaction else { throw .otherTransaction(proved.entry.transaction.id) }
        return proved
    }
}

/// Why a receipt proves nothing.
package enum ReceiptError: Error, Hashable, Sendable {
    case notIncluded(TransparencyLogError)
    case notAnEntry(ContractViolation)
    /// It proves that another transaction was sequenced than the one that was submitted.
    case otherTransaction(TransactionID)
}

extension ReceiptError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notIncluded(let error): "not in a final checkpoint: \(error)"
        case .notAnEntry(let violation): "not a ledger entry: \(violation)"
        case .otherTransaction(let id): "the receipt is of another transaction, with identifier \(id)"
        }
    }
}
