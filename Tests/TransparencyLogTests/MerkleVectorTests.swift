import Foundation
import Octets
import Testing
import TransparencyLog

@Suite struct MerkleVectorTests {
    @Test func ourVectorsAreReproducedAndVerified() throws {
        let vectors = try LogVectors.load().merkle
        var tree = try StoredTree(leaves: 0)
        for entry in vectors.entries { try tree.append([UInt8](hexadecimal: entry)) }
        #expect(tree.roots.map { $0.hexadecimal } == vectors.roots)
        for vector in vectors.inclusion {
            try checkInclusion(tree, index: vector.index, size: vector.size, path: vector.path)
        }
        for vector in vectors.consistency {
            try checkConsistency(tree, old: vector.old, new: vector.new, path: vector.path)
        }
        #expect(vectors.inclusion.count == 91 && vectors.consistency.count == 91)
    }

    /// All proofs of all trees of 1 to 40 leaves, made by Go's x/mod; not part of the repository.
    @Test(
        .enabled(
            if: Shared.isPresent,
            "no vectors/merkle.json (in reference of a folder `shared` beside the repository, or of PARASOL_SHARED): skipped"
        ))
    func allProofsOfThePeerUpTo40LeavesAreReproducedAndVerified() throws {
        let vectors = try LogVectors.decoder().decode(Shared.self, from: Data(contentsOf: Shared.file))
        var tree = try StoredTree(leaves: 0)
        for entry in vectors.entriesHex { try tree.append([UInt8](hexadecimal: entry)) }
        #expect(tree.leaves.map { $0.hexadecimal } == vectors.leafHashes)
        #expect(tree.roots.map { $0.hexadecimal } == vectors.rootsBySize)
        for vector in vectors.inclusion {
            try checkInclusion(tree, index: vector.index, size: vector.size, path: vector.proof)
        }
        for vector in vectors.consistency {
            try checkConsistency(tree, old: vector.old, new: vector.new, path: vector.proof)
        }
        #expect(vectors.inclusion.count + vectors.consistency.count == 1_640)
    }

    private func checkInclusion(_ tree: StoredTree, index: UInt64, size: UInt64, path: [String]) throws {
        let proof = InclusionProof(
            index: index, size: size, path: try path.map { try MerkleHash(hexadecimal: $0) })
        #expect(try InclusionProof.make(index: index, size: size, resolving: tree.hash) == proof)
        try proof.verify(leafHash: tree.leaves[Int(index)], root: tree.roots[Int(size)])
    }

    private func checkConsistency(_ tree: StoredTree, old: UInt64, new: UInt64, path: [String]) throws {
        let proof = ConsistencyProof(
            oldSize: old, newSize: new, path: try path.map { try MerkleHash(hexadecimal: $0) })
        #expect(try ConsistencyProof.make(oldSize: old, newSize: new, resolving: tree.hash) == proof)
        try proof.verify(oldRoot: tree.roots[Int(old)], newRoot: tree.roots[Int(new)])
    }

    private struct Shared: Decodable {
        struct Inclusion: Decodable { var size: UInt64, index: UInt64, proof: [String] }
        struct Consistency: Decodable { var old: UInt64, new: UInt64, proof: [String] }
        var entriesHex: [String], leafHashes: [String], rootsBySize: [String]
        var inclusion: [Inclusion], consistency: [Consistency]

        static var file: URL {
            let shared = ProcessInfo.processInfo.environment["PARASOL_SHARED"].map { URL(fileURLWithPath: $0) }
            return (shared ?? LogVectors.root.deletingLastPathComponent().appendingPathComponent("shared"))
                .appendingPathComponent("reference/vectors/merkle.json")
        }
        static var isPresent: Bool { FileManager.default.isReadableFile(atPath: file.path) }
    }
}
