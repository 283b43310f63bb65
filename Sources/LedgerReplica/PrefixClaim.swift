internal import Octets
package import ServiceProtocols
package import TransparencyLog

/// That some first leaves, by their number and root, are the beginning of a final tree.
package struct PrefixClaim: Hashable, Sendable {
    package let size: UInt64
    package let root: MerkleHash

    package init(size: UInt64, root: MerkleHash) {
        self.size = size
        self.root = root
    }

    package init(_ edge: TreeFrontier) { self.init(size: edge.size, root: edge.root) }

    /// Why it is not shown.
    package enum Refutation: Error, Hashable, Sendable {
        /// There is no proof to be had now.
        case ledger(LedgerError)
        /// What was served as the proof is none.
        case notProved(TransparencyLogError)
    }

    /// Demands the proof of a ledger, or of a copy of it.
    ///
    /// - Parameter final: A tree that is at least as large.
    /// - Throws: ``Refutation``.
    /// - Complexity: one proof, at most 63 hashes; none where the sizes are equal or this is the empty tree.
    package func demandProof(in final: Checkpoint, by source: any Ledger) async throws(Refutation) {
        var answer: [[UInt8]] = []
        if size > 0, size < final.size {
            do { answer = try await source.consistencyProof(from: size, to: final.size) } catch { throw .ledger(error) }
        }
        do throws(TransparencyLogError) {
            guard answer.count <= MerkleTree.maximumPathLength else { throw .pathTooLong }
            let path = answer.compactMap { try? MerkleHash($0) }
            guard path.count == answer.count else { throw .consistencyNotProved }
            try ConsistencyProof(oldSize: size, newSize: final.size, path: path)
                .verify(oldRoot: root, newRoot: final.root)
        } catch { throw .notProved(error) }
    }
}
