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
        let verified: VerifiedCheckpoint
        do {
            proof = try LogProof(encoded: receipt.proof)
            verified = try proof.verify(
                leafHash: MerkleTree.leafHash(of: receipt.entry), policy: policy, origin: origin)
        } catch { throw .notIncluded(error) }
        do {
            return VerifiedReceipt(
                index: proof.index, entry: try LedgerEntry(serialized: receipt.entry),
                checkpoint: FinalCheckpoint(verified, policy: policy))
        } catch { throw .notAnEntry(error) }
    }
}

/// Why a receipt proves nothing.
package enum ReceiptError: Error, Hashable, Sendable {
    case notIncluded(TransparencyLogError)
    case notAnEntry(ContractViolation)
}

extension ReceiptError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notIncluded(let error): "not in a final checkpoint: \(error)"
        case .notAnEntry(let violation): "not a ledger entry: \(violation)"
        }
    }
}
