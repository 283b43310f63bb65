package import LedgerReplica
package import LogStorage
package import SharingContracts
package import TransparencyLog

/// Which leaf is meant.
package enum LeafName: Hashable, Sendable {
    /// By its position, from 0.
    case index(UInt64)
    /// By the transaction that it carries.
    case transaction(TransactionID)

    /// Reads 32 hexadecimal digits as a transaction, and shorter decimals as an index; nil for anything else.
    package init?(_ text: String) {
        if let id = try? TransactionID(hexadecimal: text.lowercased()) {
            self = .transaction(id)
        } else if let index = UInt64(text), "\(index)" == text {
            self = .index(index)
        } else {
            return nil
        }
    }
}

extension LeafName: CustomStringConvertible {
    package var description: String {
        switch self {
        case .index(let index): "leaf \(index)"
        case .transaction(let id): "transaction \(id)"
        }
    }
}

/// A leaf together with the proof that it is in a checkpoint: what is handed to somebody who has no copy of the log.
package struct LeafProof: Sendable {
    package let leaf: [UInt8]
    package let proof: LogProof

    /// Makes the proof against the folder's checkpoint, and verifies it.
    ///
    /// - Parameter trust: Whom the checkpoint must be believed by; nil where the receiver will say.
    /// - Throws: ``AuditError``.
    /// - Complexity: O(log n) tiles; finding a transaction reads bundles up to its own.
    package init(of name: LeafName, in folder: LogFolder, trust: TrustAnchor?) throws(AuditError) {
        let note = try folder.storedCheckpoint()
        do {
            let signed = try SignedNote(encoded: note)
            if let trust { _ = try trust.audited(checkpoint: note) }
            let checkpoint = try Checkpoint(text: signed.text)
            let (index, leaf) = try Self.find(name, in: folder, size: checkpoint.size)
            var tiles = folder.lookup(size: checkpoint.size)
            let inclusion = try tiles.inclusionProof(index: index, size: checkpoint.size)
            try inclusion.verify(leafHash: MerkleTree.leafHash(of: leaf), root: checkpoint.root)
            self.leaf = leaf
            proof = LogProof(index: index, path: inclusion.path, note: signed)
        } catch { throw AuditError(storing: error) }
    }

    private static func find(
        _ name: LeafName, in folder: LogFolder, size: UInt64
    ) throws -> (index: UInt64, leaf: [UInt8]) {
        let width = UInt64(Tile.fullWidth)
        switch name {
        case .index(let index):
            guard index < size, let bundle = Tile.inTree(.entries, index: index / width, size: size) else {
                throw AuditError.noSuchLeaf("\(name)", size: size)
            }
            return (index, try folder.entries(of: bundle)[Int(index % width)])
        case .transaction(let id):
            for number in 0..<Tile.count(level: 0, size: size) {
                guard let bundle = Tile.inTree(.entries, index: number, size: size) else { break }
                for (offset, leaf) in try folder.entries(of: bundle).enumerated()
                where (try? LedgerEntry(serialized: leaf))?.transaction.id == id {
                    return (number * width + UInt64(offset), leaf)
                }
            }
            throw AuditError.noSuchLeaf("\(name)", size: size)
        }
    }
}

/// What a proof, a leaf and a policy prove together, without any log at hand.
package struct ProvenLeaf: Sendable {
    package let index: UInt64
    package let entry: LedgerEntry
    package let checkpoint: FinalCheckpoint
    /// Of witnesses that the policy names.
    package let cosignatures: [Cosignature]

    /// - Throws: ``AuditError/checkpoint(_:)`` where the checkpoint does not meet the policy, ``AuditError/log(_:)`` where the
    ///   leaf is not in it, ``AuditError/ruleBroken(index:_:)`` where the leaf is no entry of a ledger.
    package init(proof bytes: [UInt8], leaf: [UInt8], trust: TrustAnchor) throws(AuditError) {
        let proof: LogProof
        do { proof = try LogProof(encoded: bytes) } catch { throw .log(error) }
        (checkpoint, cosignatures) = try trust.audited(checkpoint: proof.note.encoded)
        let inclusion = InclusionProof(
            index: proof.index, size: checkpoint.checkpoint.size, path: proof.path)
        do {
            try inclusion.verify(leafHash: MerkleTree.leafHash(of: leaf), root: checkpoint.checkpoint.root)
        } catch { throw .log(error) }
        do { entry = try LedgerEntry(serialized: leaf) } catch { throw .ruleBroken(index: proof.index, error) }
        index = proof.index
    }
}
