package import LedgerReplica
import SharingContracts
package import TransparencyLog

/// What an audit believes beforehand: a policy file.
extension TrustAnchor {
    /// Reads a C2SP tlog-policy with one log, whose key's name is the ledger's origin, and a quorum of witnesses.
    ///
    /// - Parameter policyFile: The exact bytes, which the ledger's founding must repeat.
    /// - Throws: ``AuditError/policy(_:)``.
    package init(policyFile: [UInt8]) throws(AuditError) {
        guard let text = String(validating: policyFile, as: UTF8.self) else { throw .policy(.notText) }
        do {
            let policy = try TrustPolicy(text: policyFile)
            guard let log = policy.logs.first, policy.logs.count == 1 else {
                throw AuditError.policy(.logs(policy.logs.count))
            }
            try self.init(origin: "\(log.key.name)", policyText: text)
        } catch let error as TransparencyLogError {
            throw .policy(.unreadable(error))
        } catch { throw AuditError(storing: error) }
    }

    /// Verifies a signed note as a final checkpoint of this ledger, and says who cosigned it.
    ///
    /// - Throws: ``AuditError/checkpoint(_:)``.
    package func audited(
        checkpoint note: [UInt8]
    ) throws(AuditError) -> (final: FinalCheckpoint, cosignatures: [Cosignature]) {
        do {
            let verified = try policy.verify(SignedNote(encoded: note), origin: origin)
            return (try verify(checkpoint: note), verified.cosignatures)
        } catch { throw .checkpoint(error) }
    }
}
