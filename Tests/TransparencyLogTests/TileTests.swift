import Octets
import Testing
import TransparencyLog

@Suite struct TileTests {
    @Test func pathsAreThoseOfTheSpecification() throws {
        let cases: [(Tile, String)] = [
            (try Tile(.hashes(level: 0), index: 0), "tile/0/000"),
            (try Tile(.hashes(level: 1), index: 0, width: 1), "tile/1/000.p/1"),
            (try Tile(.entries, index: 1_234_067), "tile/entries/x001/x234/067"),
            (try Tile(.hashes(level: 0), index: 273, width: 112), "tile/0/273.p/112"),
            (try Tile(.hashes(level: 2), index: 1_000, width: 255), "tile/2/x001/000.p/255"),
        ]
        for (tile, path) in cases {
            #expect(tile.path == path)
            #expect(try Tile(path: path) == tile)
        }
    }

    @Test func otherSpellingsOfAPathAreRefused() {
        for path in [
            "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/0/x000/000",
            "tile/0/000/", "/tile/0/000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256",
            "tile/0/000.p/01", "tile/0/000.p/+1", "tile/8/000", "tile/-1/000", "tile/entries/x1/000", "tile/0/1234",
            "tile/0/001/000", "tile/0/x001/x000", "tile/data/000", "tile/7/001", "tile/0/xx01/000",
            "tile/0/" + String(repeating: "x999/", count: 12) + "999", "tile/0/\u{0661}23",
        ] { #expect(throws: TransparencyLogError.noSuchTile, "\(path)") { try Tile(path: path) } }
    }

    @Test func aTreeHasThePartialTilesThatTheSpecificationNames() {
        #expect(Tile.partial(ofTree: 0).isEmpty)
        #expect(Tile.partial(ofTree: 256).map(\.path) == ["tile/1/000.p/1"])
        #expect(
            Tile.partial(ofTree: 70_000).map(\.path)
                == ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
        #expect(Tile.partial(ofTree: MerkleTree.maximumSize).count == 9)
        #expect((0...7).map { Tile.count(level: $0, size: 70_000) } == [274, 2, 1, 0, 0, 0, 0, 0])
        #expect(Tile.inTree(.hashes(level: 0), index: 273, size: 70_000)?.width == 112)
        #expect(Tile.inTree(.hashes(level: 0), index: 274, size: 70_000) == nil)
        #expect(Tile.inTree(.hashes(level: 3), index: 0, size: 70_000) == nil)
        #expect(Tile.inTree(.hashes(level: 7), index: 0, size: MerkleTree.maximumSize)?.width == 127)
    }

    @Test func bytesAreReadAsWritten() throws {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 65_535)]
        let bundle = try Tile(.entries, index: 0, width: 3)
        let bytes = try TileBytes.encode(entries: entries)
        #expect(bytes.count == 6 + 65_536)
        #expect(try TileBytes.entries(in: bytes, of: bundle) == entries)
        #expect(throws: TransparencyLogError.damagedTile(bundle)) { try TileBytes.entries(in: bytes + [0], of: bundle) }
        #expect(throws: TransparencyLogError.damagedTile(bundle)) {
            try TileBytes.entries(in: bytes.dropLast(), of: bundle)
        }
        #expect(throws: TransparencyLogError.entryTooLong(bytes: 65_536)) {
            try TileBytes.encode(entries: [Array(repeating: 0, count: 65_536)])
        }
        let tile = try Tile(.hashes(level: 0), index: 0, width: 2)
        let hashes = [MerkleTree.leafHash(of: [1]), MerkleTree.leafHash(of: [2])]
        #expect(try TileBytes.hashes(in: TileBytes.encode(hashes: hashes), of: tile) == hashes)
        #expect(throws: TransparencyLogError.damagedTile(tile)) {
            try TileBytes.hashes(in: TileBytes.encode(hashes: hashes).dropLast(), of: tile)
        }
        #expect(throws: TransparencyLogError.damagedTile(bundle)) { try TileBytes.hashes(in: [], of: bundle) }
    }
}

/// A log that is kept as tiles alone, in memory.
private struct TiledLog {
    var edge = TileEdge()
    var full: [Tile: [MerkleHash]] = [:]

    mutating func append(_ leaf: [UInt8]) throws {
        for nodes in try edge.append(MerkleTree.leafHash(of: leaf)) { full[nodes.tile] = nodes.hashes }
    }

    func hashes(of tile: Tile) throws -> [MerkleHash] {
        if let found = full[tile.filled] { return Array(found.prefix(tile.width)) }
        guard let found = edge.hashes(of: tile) else { throw TransparencyLogError.noSuchTile }
        return found
    }

    var lookup: TileLookup { TileLookup(size: edge.size) { try hashes(of: $0) } }
}

@Suite struct TiledProofTests {
    @Test func tilesGiveTheSameProofsAndRootsAsStoredSubtrees() throws {
        let count = 1_100
        let tree = try StoredTree(leaves: count)
        var log = TiledLog()
        for index in 0..<count {
            try log.append([UInt8(index & 0xff), UInt8(index >> 8 & 0xff), 0])
            #expect(log.edge.root == tree.roots[index + 1])
        }
        var lookup = log.lookup
        for size in [1, 2, 3, 255, 256, 257, 511, 512, 513, 700, 1_024, 1_100] as [UInt64] {
            #expect(try lookup.root(ofFirst: size) == tree.roots[Int(size)])
            for index in stride(from: 0, to: size, by: 61) {
                let proof = try lookup.inclusionProof(index: index, size: size)
                #expect(try proof == InclusionProof.make(index: index, size: size) { try tree.hash($0) })
                try proof.verify(leafHash: tree.leaves[Int(index)], root: tree.roots[Int(size)])
            }
            for old in stride(from: 1, through: size, by: 97) {
                let proof = try lookup.consistencyProof(from: old, to: size)
                try proof.verify(oldRoot: tree.roots[Int(old)], newRoot: tree.roots[Int(size)])
            }
        }
    }

    @Test func anEdgeReadFromItsTilesGoesOnAsTheOneThatWroteThem() throws {
        var log = TiledLog()
        for index in 0..<66_000 {
            if [0, 1, 255, 256, 257, 511, 65_535, 65_536, 65_537].contains(index) {
                var read = try TileEdge(size: UInt64(index)) { try log.hashes(of: $0) }
                #expect(read == log.edge)
                var written = log.edge
                let leaf = MerkleTree.leafHash(of: [1])
                #expect(try read.append(leaf) == written.append(leaf))
                #expect(read == written)
            }
            try log.append([UInt8(index & 0xff), UInt8(index >> 8 & 0xff), UInt8(index >> 16)])
        }
        #expect(log.full.count == 257 + 1)
    }

    @Test func aProofReadsATileForEachLevelAndTheEdgeAtMost() throws {
        var log = TiledLog()
        for index in 0..<70_000 { try log.append([UInt8(index & 0xff), UInt8(index >> 8 & 0xff), UInt8(index >> 16)]) }
        for index in [0, 255, 256, 40_000, 65_535, 65_536, 69_887, 69_888, 69_999] as [UInt64] {
            var lookup = log.lookup
            let proof = try lookup.inclusionProof(index: index, size: 70_000)
            #expect(lookup.tiles.count <= 5, "leaf \(index): \(lookup.tiles)")
            let leaf = MerkleTree.leafHash(of: [UInt8(index & 0xff), UInt8(index >> 8 & 0xff), UInt8(index >> 16)])
            try proof.verify(leafHash: leaf, root: log.edge.root)
        }
    }

    @Test func whatATreeDoesNotHaveIsAnErrorAndNotAGuess() throws {
        var log = TiledLog()
        for index in 0..<300 { try log.append([UInt8(index & 0xff), UInt8(index >> 8 & 0xff), UInt8(index >> 16)]) }
        var lookup = log.lookup
        #expect(throws: TransparencyLogError.noSuchTile) { try lookup.hash(of: Subtree(level: 8, index: 1)) }
        #expect(throws: TransparencyLogError.noSuchTile) { try lookup.hash(of: Subtree(level: 0, index: 300)) }
        #expect(throws: TransparencyLogError.noSuchTile) { try lookup.hash(of: Subtree(level: 63, index: 0)) }
        #expect(throws: TransparencyLogError.noSuchTile) { try lookup.hash(of: Subtree(level: 255, index: .max)) }
        #expect(throws: TransparencyLogError.indexOutOfRange(index: 0, size: 300)) {
            try lookup.inclusionProof(index: 0, size: 301)
        }
        #expect(throws: TransparencyLogError.shrunk(oldSize: 301, newSize: 300)) {
            try lookup.consistencyProof(from: 1, to: 301)
        }
    }
}
