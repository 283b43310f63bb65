import LogStorage
import Octets
import TestKit
import Testing
import TransparencyLog

/// What a growing tree writes is what the definition of tiles says, from whatever size and in whatever steps it grows.
@Suite struct TileGrowthTests {
    /// The tiles of a log of numbered leaves, from the definition (C2SP tlog-tiles): hash i of a tile of level L is the root of
    /// the leaves from (256 n + i) 256^L on, and only full tiles count above.
    private struct Definition {
        let leaves: [[UInt8]]
        private let hashes: [MerkleHash]
        /// By level from 1 up: the roots of its full runs of 256 below.
        private let above: [MerkleHash]

        init(count: Int) {
            leaves = (0..<count).map { Array("leaf \($0)".utf8) }
            hashes = leaves.map(MerkleTree.leafHash)
            above = Self.roots(hashes)
        }

        private static func roots(_ hashes: [MerkleHash]) -> [MerkleHash] {
            (0..<hashes.count / 256).map { root(hashes[256 * $0..<256 * $0 + 256]) }
        }

        /// MTH of RFC 6962, section 2.1.
        static func root(_ hashes: ArraySlice<MerkleHash>) -> MerkleHash {
            guard let first = hashes.first else { return MerkleTree.emptyRoot }
            guard hashes.count > 1 else { return first }
            var half = 1
            while 2 * half < hashes.count { half *= 2 }
            return MerkleTree.nodeHash(root(hashes.prefix(half)), root(hashes.dropFirst(half)))
        }

        func root(of size: Int) -> MerkleHash { Self.root(hashes[..<size]) }

        func bytes(_ content: Tile.Content, from start: Int, to end: Int) -> [UInt8] {
            switch content {
            case .entries: leaves[start..<end].flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xff)] + $0 }
            case .hashes(level: 0): hashes[start..<end].flatMap { $0.bytes }
            default: above[start..<end].flatMap { $0.bytes }
            }
        }

        /// Every tile of the tree of `size` leaves, at most 65,535, that the tree of `old` leaves does not have.
        func tiles(of size: Int, since old: Int) throws -> [Tile: [UInt8]] {
            var tiles: [Tile: [UInt8]] = [:]
            for (content, size, old) in [
                (Tile.Content.entries, size, old), (.hashes(level: 0), size, old),
                (.hashes(level: 1), size / 256, old / 256),
            ] {
                for number in old / 256..<size / 256 {
                    tiles[try Tile(content, index: UInt64(number))] =
                        bytes(content, from: 256 * number, to: 256 * number + 256)
                }
                guard size % 256 > 0 else { continue }
                tiles[try Tile(content, index: UInt64(size / 256), width: size % 256)] =
                    bytes(content, from: size / 256 * 256, to: size)
            }
            return tiles
        }

        /// A tree of `size` leaves whose tiles are all written, read back from them.
        func growth(of size: Int) throws -> TileGrowth {
            let written = try tiles(of: size, since: 0)
            let edge = try TileEdge(size: UInt64(size)) { tile in
                try TileBytes.hashes(in: try #require(written[tile]), of: tile)
            }
            return TileGrowth(edge: edge, bundle: Array(leaves[size / 256 * 256..<size]))
        }
    }

    private static let largest = 600

    /// Every start, grown on as it was or read back from its tiles, through two sizes on the way: so every size is met from many.
    @Test func everySizeIsReachedFromEveryEarlierOneWithTheTilesOfTheDefinition() throws {
        let definition = Definition(count: Self.largest)
        let roots = (0...Self.largest).map { definition.root(of: $0) }
        var random = SeededGenerator(seed: 11)
        var (grown, met) = (TileGrowth(), Set<Int>())
        for start in 0...Self.largest {
            let isReadBack = start % 2 == 1
            var growth = isReadBack ? try definition.growth(of: start) : grown
            growth.settle()
            #expect(growth.filled.isEmpty && growth.size == UInt64(start))
            #expect(growth.root == roots[start])
            for size in Self.steps(after: start, &random) {
                while growth.size < UInt64(size) { try growth.append(definition.leaves[Int(growth.size)]) }
                met.insert(size)
                try expect(growth, toHave: definition.tiles(of: size, since: start))
                #expect(growth.root == roots[size])
                #expect(growth.bundle == Array(definition.leaves[size / 256 * 256..<size]))
            }
            if start < Self.largest { try grown.append(definition.leaves[start]) }
        }
        #expect(met == Set(1...Self.largest))
    }

    /// The next size, one somewhere and the last.
    private static func steps(after start: Int, _ random: inout SeededGenerator) -> [Int] {
        guard start < largest else { return [] }
        return Set([start + 1, Int.random(in: start + 1...largest, using: &random), largest]).sorted()
    }

    private func expect(_ growth: TileGrowth, toHave expected: [Tile: [UInt8]]) throws {
        let unwritten = try growth.unwritten()
        #expect(unwritten.count == expected.count)
        #expect(Dictionary(unwritten.map { ($0.tile, $0.bytes) }) { first, _ in first } == expected)
        #expect(Set(growth.filled) == Set(expected.keys.filter(\.isFull)))
        for tile in expected.keys { #expect(growth.fullBytes(of: tile) == (tile.isFull ? expected[tile] : nil)) }
    }

    /// What is settled is not written again, however often that happens on the way.
    @Test func settledTilesAreNotWrittenAgain() throws {
        let definition = Definition(count: Self.largest)
        var growth = TileGrowth()
        var settled = 0
        for size in 1...Self.largest {
            try growth.append(definition.leaves[size - 1])
            guard size % 37 == 0 || size % 256 == 0 else { continue }
            try expect(growth, toHave: definition.tiles(of: size, since: settled))
            growth.settle()
            settled = size
        }
    }

    @Test func appendNamesTheTilesThatItFills() throws {
        let definition = Definition(count: 512)
        var growth = TileGrowth()
        for (index, leaf) in definition.leaves.enumerated() {
            let filled = try growth.append(leaf)
            guard (index + 1) % 256 == 0 else {
                #expect(filled.isEmpty)
                continue
            }
            #expect(filled.map(\.tile) == [try Tile(.hashes(level: 0), index: UInt64(index / 256))])
            #expect(
                filled.first?.hashes.flatMap { $0.bytes }
                    == definition.bytes(.hashes(level: 0), from: index - 255, to: index + 1))
        }
    }

    /// The 65,536th leaf fills a tile on two levels and begins a third.
    @Test func theLeafThatFillsTwoLevelsBeginsTheThird() throws {
        let definition = Definition(count: 65_536)
        var growth = try definition.growth(of: 65_280)
        for leaf in definition.leaves[65_280...] { try growth.append(leaf) }
        let expected = [
            try Tile(.entries, index: 255): definition.bytes(.entries, from: 65_280, to: 65_536),
            try Tile(.hashes(level: 0), index: 255): definition.bytes(.hashes(level: 0), from: 65_280, to: 65_536),
            try Tile(.hashes(level: 1), index: 0): definition.bytes(.hashes(level: 1), from: 0, to: 256),
            try Tile(.hashes(level: 2), index: 0, width: 1): definition.root(of: 65_536).bytes,
        ]
        try expect(growth, toHave: expected)
    }

    @Test func aLeafThatIsTooLongIsRefused() throws {
        var growth = TileGrowth()
        for _ in 0..<255 { try growth.append([]) }
        #expect(throws: TransparencyLogError.entryTooLong(bytes: 65_536)) {
            try growth.append([UInt8](repeating: 0, count: 65_536))
        }
    }
}
