import SharingContracts
import TestKit
import Testing

extension SharingScenario {
    /// The code with which a transaction is refused, or nil where it is applied. A refusal must change nothing.
    mutating func refusal(
        of body: TransactionBody, by signers: [SignerID]? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ContractViolation.Code? {
        let transaction: SignedTransaction
        do { transaction = try sign(body, by: signers) } catch let violation as ContractViolation {
            return violation.code
        }
        return try refusal(of: transaction, sourceLocation: sourceLocation)
    }

    mutating func refusal(
        of transaction: SignedTransaction, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ContractViolation.Code? {
        let before = state
        do {
            try submit(transaction)
            return nil
        } catch let violation as ContractViolation {
            #expect(state == before, "a refused transaction changed the state", sourceLocation: sourceLocation)
            return violation.code
        }
    }
}

/// The code with which `body` throws a violation, or nil where it returns.
func code(_ body: () throws -> some Any) throws -> ContractViolation.Code? {
    do {
        _ = try body()
        return nil
    } catch let violation as ContractViolation {
        return violation.code
    }
}
