import LedgerReplica
import ServiceProtocols
import SharingContracts

extension TrustAnchor {
    /// Checks that an answer was logged before it left: that its receipt is of a `Transformed` of this request, by this
    /// transformer, that commits to exactly this fragment.
    func verify(
        _ answer: Transformation, to request: TransactionID, by transformer: IdentityID
    ) throws(ClientError) {
        let proved: VerifiedReceipt
        do { proved = try verify(answer.receipt) } catch { throw .badReceipt("\(error)") }
        guard case .transformed(let transformed) = proved.entry.transaction.body,
            transformed.request == request, transformed.transformer == transformer, answer.transformer == transformer,
            transformed.fragmentDigest == LedgerDigest.fragment(answer.fragment, by: transformer, for: request)
        else { throw .badReceipt("\(transformer) did not log what it answered") }
    }
}
