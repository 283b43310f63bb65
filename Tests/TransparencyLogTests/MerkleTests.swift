import Octets
import Testing
import TransparencyLog

@Suite struct MerkleTests {
    /// RFC 6962's definition, word for word: what the incremental code must agree with.
    private func definition(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard let first = leaves.first else { return MerkleTree.emptyRoot }
        guard leaves.count > 1 else { return first }
        var split = 1
        while 2 * split < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return MerkleTree.nodeHash(definition(leaves[..<middle]), definition(leaves[middle...]))
    }

    @Test func everyRootUpTo64LeavesIsTheDefinitions() throws {
        let tree = try StoredTree(leaves: 64)
        for size in 0...64 { #expect(tree.roots[size] == definition(tree.leaves[..<size]), "size \(size)") }
    }

    @Test func theFrontierIsReadBackFromStoredHashesAtEverySize() throws {
        let tree = try StoredTree(leaves: 64)
        for size in UInt64(0)...64 {
            let frontier = try TreeFrontier(size: size, resolving: tree.hash)
            #expect(frontier.root == tree.roots[Int(size)])
            #expect(try TreeFrontier(size: size, hashes: frontier.hashes) == frontier)
        }
        #expect(throws: TransparencyLogError.frontierMismatch(size: 5, hashes: 1)) {
            try TreeFrontier(size: 5, hashes: [MerkleTree.emptyRoot])
        }
        #expect(throws: TransparencyLogError.sizeOutOfRange) { try TreeFrontier(size: 1 << 63, hashes: []) }
    }

    @Test func aLogStoresEachCompleteSubtreeOnce() throws {
        for size in 0...64 {
            let tree = try StoredTree(leaves: size)
            // n leaves, n/2 pairs, n/4 fours, …
            var expected = 0
            var width = size
            while width > 0 {
                expected += width
                width /= 2
            }
            #expect(tree.hashes.count == expected)
        }
    }

    @Test func everyInclusionProofUpTo64LeavesVerifiesAndNoDamagedOneDoes() throws {
        let tree = try StoredTree(leaves: 64)
        for size in UInt64(1)...64 {
            let root = tree.roots[Int(size)]
            for index in 0..<size {
                let proof = try InclusionProof.make(index: index, size: size, resolving: tree.hash)
                let leaf = tree.leaves[Int(index)]
                #expect(throws: Never.self) { try proof.verify(leafHash: leaf, root: root) }
                for damaged in damage(proof.path) {
                    let wrong = InclusionProof(index: index, size: size, path: damaged)
                    #expect(throws: TransparencyLogError.self) { try wrong.verify(leafHash: leaf, root: root) }
                }
                let elsewhere = InclusionProof(index: (index + 1) % size, size: size, path: proof.path)
                if size > 1 {
                    #expect(throws: TransparencyLogError.self) { try elsewhere.verify(leafHash: leaf, root: root) }
                }
            }
        }
    }

    @Test func everyConsistencyProofUpTo64LeavesVerifiesAndNoDamagedOneDoes() throws {
        let tree = try StoredTree(leaves: 64)
        let fork = try StoredTree(leaves: 64, salt: 1)
        for new in UInt64(0)...64 {
            for old in 0...new {
                let proof = try ConsistencyProof.make(oldSize: old, newSize: new, resolving: tree.hash)
                let (oldRoot, newRoot) = (tree.roots[Int(old)], tree.roots[Int(new)])
                #expect(throws: Never.self) { try proof.verify(oldRoot: oldRoot, newRoot: newRoot) }
                for damaged in damage(proof.path) {
                    let wrong = ConsistencyProof(oldSize: old, newSize: new, path: damaged)
                    #expect(throws: TransparencyLogError.self) {
                        try wrong.verify(oldRoot: oldRoot, newRoot: newRoot)
                    }
                }
                guard old > 0 else { continue }
                #expect(throws: TransparencyLogError.self) {
                    try proof.verify(oldRoot: fork.roots[Int(old)], newRoot: newRoot)
                }
                #expect(throws: TransparencyLogError.self) {
                    try proof.verify(oldRoot: oldRoot, newRoot: fork.roots[Int(new)])
                }
            }
        }
    }

    /// An honest log is never convicted: no path leads to a tree's root from leaves that are not its own.
    @Test func aPathProvesWhatATreeBeginsWithAndNothingElse() throws {
        let tree = try StoredTree(leaves: 40)
        for size in UInt64(1)...40 {
            let root = tree.roots[Int(size)]
            for prefix in 1...size {
                let proof = try PrefixProof.make(prefix: prefix, size: size, resolving: tree.hash)
                #expect(proof.prefixRoot(in: root) == tree.roots[Int(prefix)])
                #expect(prefix == size || proof.prefixRoot(in: MerkleTree.emptyRoot) == nil)
                for damaged in damage(proof.path) {
                    #expect(PrefixProof(prefix: prefix, size: size, path: damaged).prefixRoot(in: root) == nil)
                }
            }
            for prefix in [0, size + 1, .max] {
                #expect(PrefixProof(prefix: prefix, size: size, path: []).prefixRoot(in: root) == nil)
            }
        }
    }

    @Test func boundariesAreRefusedByName() throws {
        let hash = MerkleTree.emptyRoot
        let other = MerkleTree.leafHash(of: [])
        func inclusion(_ index: UInt64, _ size: UInt64, _ path: [MerkleHash] = []) -> String {
            errorName { () throws(TransparencyLogError) in
                try InclusionProof(index: index, size: size, path: path).verify(leafHash: other, root: other)
            }
        }
        func consistency(
            _ old: UInt64, _ new: UInt64, _ oldRoot: MerkleHash, _ newRoot: MerkleHash, _ path: [MerkleHash] = []
        ) -> String {
            errorName { () throws(TransparencyLogError) in
                try ConsistencyProof(oldSize: old, newSize: new, path: path).verify(
                    oldRoot: oldRoot, newRoot: newRoot)
            }
        }
        #expect(inclusion(0, 1) == "nothing")
        #expect(inclusion(0, 0) == "indexOutOfRange")
        #expect(inclusion(1, 1) == "indexOutOfRange")
        #expect(inclusion(0, .max) == "sizeOutOfRange")
        #expect(inclusion(0, 1 << 62, Array(repeating: hash, count: 65)) == "pathTooLong")
        #expect(consistency(0, 0, hash, hash) == "nothing")
        #expect(consistency(0, 5, hash, other) == "nothing")
        #expect(consistency(0, 5, other, other) == "consistencyNotProved")
        #expect(consistency(0, 0, hash, other) == "consistencyNotProved")
        #expect(consistency(0, 5, hash, other, [hash]) == "consistencyNotProved")
        #expect(consistency(5, 5, other, other) == "nothing")
        #expect(consistency(5, 5, other, other, [hash]) == "consistencyNotProved")
        #expect(consistency(4, 5, other, other) == "consistencyNotProved")
        #expect(consistency(5, 4, other, other) == "shrunk")
        #expect(consistency(1, .max, other, other) == "sizeOutOfRange")
        #expect(consistency(1, 1 << 62, other, other, Array(repeating: hash, count: 65)) == "pathTooLong")
        #expect(throws: TransparencyLogError.indexOutOfRange(index: 3, size: 3)) {
            try InclusionProof.plan(index: 3, size: 3)
        }
        #expect(throws: TransparencyLogError.shrunk(oldSize: 4, newSize: 3)) {
            try ConsistencyProof.plan(oldSize: 4, newSize: 3)
        }
        #expect(try InclusionProof.plan(index: 0, size: MerkleTree.maximumSize).count == 63)
    }

    /// Paths that must not verify: one bit flipped, one hash less, one more, two swapped.
    private func damage(_ path: [MerkleHash]) -> [[MerkleHash]] {
        var damaged = [path + [MerkleTree.emptyRoot]]
        if !path.isEmpty { damaged += [Array(path.dropLast()), Array(path.dropFirst())] }
        for index in path.indices {
            var bytes = path[index].bytes
            bytes[index % 32] ^= 1
            var copy = path
            if let hash = try? MerkleHash(bytes) { copy[index] = hash }
            damaged.append(copy)
        }
        if path.count > 1 { damaged.append([path[1], path[0]] + path[2...]) }
        return damaged
    }
}
