import LedgerReplica
import ServiceProtocols
import SharingContracts

extension TrustAnchor {
    /// Opens an answer, and checks that it was logged before it left: that its receipt is of a `Transformed` of this request, by
    /// this transformer, that commits to exactly what was sealed.
    ///
    /// - Parameter records: How many records the request is for.
    /// - Returns: The capsule fragment or partial decapsulation for each record, in the request's order.
    func open(
        _ answer: Transformation, to request: TransactionID, for records: Int, by transformer: IdentityID,
        with key: AnswerKey
    ) throws(ClientError) -> [[UInt8]] {
        let parts: [[UInt8]]
        do {
            let opened = try key.open(
                try SealedAnswer(serialized: answer.sealedAnswer),
                in: AnswerContext(origin: originName, request: request, transformer: transformer))
            parts = try SealedAnswer.parts(of: opened, count: records)
        } catch { throw .badAnswer(transformer, "\(error)") }
        let proved: VerifiedReceipt
        do { proved = try verify(answer.receipt) } catch { throw .badReceipt("\(error)") }
        guard case .transformed(let transformed) = proved.entry.transaction.body,
            transformed.request == request, transformed.transformer == transformer, answer.transformer == transformer,
            transformed.fragmentDigest == LedgerDigest.answer(parts, by: transformer, for: request)
        else { throw .badReceipt("\(transformer) did not log what it answered") }
        return parts
    }
}
