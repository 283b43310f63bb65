package import LedgerReplica
import Octets
import ServiceProtocols
import SharingContracts
import TransparencyLog

/// An audit: the whole ledger re-executed from a copy of its bytes, believing nothing but keys known beforehand.
package struct Auditor: Sendable {
    private let trust: TrustAnchor

    package init(trust: TrustAnchor) { self.trust = trust }

    /// Checks signatures, hashes, every rule and the witness quorum of a copy.
    ///
    /// - Parameter progress: Called with leaves done and leaves in all.
    /// - Throws: ``AuditError``, naming the first leaf at which something is wrong, or the error of reading a file.
    /// - Complexity: linear in the number of leaves.
    package func audit(
        _ archive: LedgerArchive, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> AuditReport {
        let checkpoint: Checkpoint
        do { checkpoint = try trust.verify(checkpoint: try archive.checkpoint()).checkpoint } catch let error
            as TransparencyLogError
        { throw AuditError.checkpoint(error) }
        var state = WorldState(origin: trust.originName)
        var frontier = TreeFrontier()
        var trail: [AuditLine] = []
        while frontier.size < checkpoint.size {
            for (leaf, hash) in try archive.tile(frontier.size / LedgerArchive.tileWidth, of: checkpoint.size) {
                let index = frontier.size
                guard MerkleTree.leafHash(of: leaf) == hash else { throw AuditError.changedLeaf(index: index) }
                do throws(ContractViolation) {
                    let entry = try LedgerEntry(serialized: leaf)
                    try state.apply(entry)
                    trail.append(AuditLine(index: index, entry))
                } catch {
                    throw AuditError.ruleBroken(index: index, error)
                }
                if index == 0, state.founding?.witnessPolicy.utf8.elementsEqual(trust.policyText.utf8) != true {
                    throw AuditError.foreignPolicy
                }
                try frontier.append(hash)
                progress(frontier.size, checkpoint.size)
            }
        }
        guard frontier.root == checkpoint.root else { throw AuditError.wrongRoot(size: checkpoint.size) }
        return AuditReport(
            size: checkpoint.size, root: checkpoint.root.hexadecimal, trail: trail, state: state)
    }
}
