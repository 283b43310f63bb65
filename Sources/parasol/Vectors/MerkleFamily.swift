import Octets
import TransparencyLog

/// `merkle`: trees, and all proofs of them.
enum MerkleFamily: VectorFamily {
    static let name = "merkle"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        var tree = StoredTree()
        for node in try fields["entries"].array() {
            let entry = try node.octets()
            try node.attempt { () throws(TransparencyLogError) in try tree.append(entry) }
        }
        let roots = try fields["roots"]
        let nodes = try roots.array()
        guard nodes.count == tree.roots.count else {
            throw roots.failure(.unequal(expected: "\(tree.roots.count) roots"))
        }
        for (size, (node, root)) in zip(nodes, tree.roots).enumerated() {
            try node.equals(root.bytes)
            report("merkle: root of size \(size) holds")
        }
        let inclusion = try fields["inclusion"].array()
        for node in inclusion { report("merkle: \(try checkInclusion(node, in: tree))") }
        let consistency = try fields["consistency"].array()
        for node in consistency { report("merkle: \(try checkConsistency(node, in: tree))") }
        try fields.finishBound()
        return nodes.count + inclusion.count + consistency.count
    }

    private static func checkInclusion(_ node: VectorNode, in tree: StoredTree) throws(VectorError) -> String {
        var fields = try node.fields()
        let (index, size) = (try fields["index"].unsigned(), try fields["size"].unsigned())
        let path = try fields["path"].digests()
        try fields.finish()
        try node.attempt { () throws(TransparencyLogError) in
            let proof = InclusionProof(index: index, size: size, path: path)
            try proof.verify(leafHash: try tree.leaf(index), root: try tree.root(size))
        }
        return "inclusion of \(index) in size \(size) holds"
    }

    private static func checkConsistency(_ node: VectorNode, in tree: StoredTree) throws(VectorError) -> String {
        var fields = try node.fields()
        let (old, new) = (try fields["old"].unsigned(), try fields["new"].unsigned())
        let path = try fields["path"].digests()
        try fields.finish()
        try node.attempt { () throws(TransparencyLogError) in
            let proof = ConsistencyProof(oldSize: old, newSize: new, path: path)
            try proof.verify(oldRoot: try tree.root(old), newRoot: try tree.root(new))
        }
        return "consistency of size \(old) with \(new) holds"
    }

    /// The leaves of a tree and its root at every size.
    private struct StoredTree {
        private var frontier = TreeFrontier()
        private var leaves: [MerkleHash] = []
        var roots: [MerkleHash] = [TreeFrontier().root]

        mutating func append(_ entry: [UInt8]) throws(TransparencyLogError) {
            let leaf = MerkleTree.leafHash(of: entry)
            _ = try frontier.append(leaf)
            leaves.append(leaf)
            roots.append(frontier.root)
        }

        func leaf(_ index: UInt64) throws(TransparencyLogError) -> MerkleHash {
            guard let place = Int(exactly: index), leaves.indices.contains(place) else { throw .sizeOutOfRange }
            return leaves[place]
        }

        func root(_ size: UInt64) throws(TransparencyLogError) -> MerkleHash {
            guard let place = Int(exactly: size), roots.indices.contains(place) else { throw .sizeOutOfRange }
            return roots[place]
        }
    }
}
