package import LedgerReplica
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// Leaves that concern one signer, each proved to be on the ledger.
package struct ProvenTrail: Sendable {
    package struct Leaf: Sendable {
        package let line: AuditLine
        package let subjects: LeafSubjects
    }

    package let signer: SignerID
    /// Ascending by index.
    package let leaves: [Leaf]
    /// The checkpoint below which the ledger says that no other leaf concerns the signer. That is its word: what is left out of a trail is
    /// found only by whoever executes the ledger.
    package let asOf: FinalCheckpoint
}

extension LedgerSession {
    /// More than this a trail is not followed: what a folder gathers in many lives.
    package static let maximumTrailLeaves = 1_000_000

    /// Reads a signer's trail and verifies each leaf of it: that it is on the ledger, and that it concerns the signer.
    ///
    /// - Parameters:
    ///   - trails: The ledger's: nothing of it is believed.
    ///   - maximumAgeMilliseconds: How old the checkpoint may be, below which the ledger says that this is all.
    /// - Throws: ``DirectoryError``.
    package func trail(
        of signer: SignerID, in trails: any LedgerTrails,
        maximumAgeMilliseconds: UInt64 = LedgerSession.maximumLookUpAgeMilliseconds
    ) async throws(DirectoryError) -> ProvenTrail {
        var relations = LeafRelations()
        var leaves: [ProvenTrail.Leaf] = []
        var cursor: TrailCursor?
        while true {
            let page: TrailPage?
            do { page = try await trails.trail(of: signer, from: cursor) } catch { throw .ledger(error) }
            guard let page else { throw .unknown(signer) }
            let asOf = try trust.fresh(page.checkpoint, at: clock, maximumAgeMilliseconds)
            for receipt in page.receipts {
                let leaf = try leaf(receipt, &relations, of: signer, asOf)
                if let last = leaves.last, last.line.index >= leaf.line.index {
                    throw .outOfOrder(leaf: leaf.line.index)
                }
                leaves.append(leaf)
            }
            guard let next = page.next else { return ProvenTrail(signer: signer, leaves: leaves, asOf: asOf) }
            // So that it comes to an end.
            guard !page.receipts.isEmpty, leaves.count < Self.maximumTrailLeaves else {
                throw .outOfOrder(leaf: leaves.last?.line.index ?? 0)
            }
            cursor = next
        }
    }

    private func leaf(
        _ receipt: Receipt, _ relations: inout LeafRelations, of signer: SignerID, _ asOf: FinalCheckpoint
    ) throws(DirectoryError) -> ProvenTrail.Leaf {
        let proved: VerifiedReceipt
        do { proved = try trust.verify(receipt) } catch { throw .receipt(error) }
        guard proved.index < asOf.checkpoint.size else {
            throw .notCovered(leaf: proved.index, size: asOf.checkpoint.size)
        }
        let subjects = relations.next(proved.entry.transaction)
        guard subjects.parties.contains(signer) else {
            throw .otherSubject(signer, leaf: proved.index, says: proved.entry.transaction.body.name)
        }
        return ProvenTrail.Leaf(line: AuditLine(index: proved.index, proved.entry), subjects: subjects)
    }
}
