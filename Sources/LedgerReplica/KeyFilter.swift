/// Which keys may be in a store, in memory: it misses none that is, and takes about one in a hundred others for one that is.
///
/// Split-block Bloom filters (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007; the split of Apache
/// Parquet's): a block is a line of the cache, and a key one bit in each of its words. Each filter of the chain is twice as large as the one
/// before, so that the memory is ten to twenty bits a key, however many come. Hashed by the process's own random seed: nobody who
/// chooses keys knows which collide.
struct KeyFilter: Sendable {
    private static let wordsOfBlock = 8
    private static let keysOfBlock = 51
    private static let firstBlocks = 1_024

    private struct Part {
        private var words: [UInt64]
        private let blockMask: UInt64
        private(set) var room: Int

        /// - Parameter blocks: A power of two.
        init(blocks: Int) {
            words = [UInt64](repeating: 0, count: blocks * KeyFilter.wordsOfBlock)
            blockMask = UInt64(blocks - 1)
            room = blocks * KeyFilter.keysOfBlock
        }

        var blocks: Int { words.count / KeyFilter.wordsOfBlock }

        private func start(_ hash: UInt64) -> Int { Int(hash & blockMask) * KeyFilter.wordsOfBlock }

        /// Six bits for each of eight words, of those that name the block last.
        private func bit(_ word: Int, _ hash: UInt64) -> UInt64 { 1 << (hash >> (16 + 6 * UInt64(word)) & 63) }

        mutating func insert(_ hash: UInt64) {
            let start = start(hash)
            for word in 0..<KeyFilter.wordsOfBlock { words[start + word] |= bit(word, hash) }
            room -= 1
        }

        func mayContain(_ hash: UInt64) -> Bool {
            let start = start(hash)
            for word in 0..<KeyFilter.wordsOfBlock where words[start + word] & bit(word, hash) == 0 { return false }
            return true
        }
    }

    private var parts = [Part(blocks: KeyFilter.firstBlocks)]

    /// Bytes that it takes.
    var byteCount: Int { parts.reduce(0) { $0 + $1.blocks * Self.wordsOfBlock * 8 } }

    /// - Complexity: the logarithm of the number of keys; a key that is there already takes no room again.
    mutating func insert(_ key: [UInt8]) {
        let hash = Self.hash(key)
        guard !parts.contains(where: { $0.mayContain(hash) }) else { return }
        if parts[parts.count - 1].room == 0 { parts.append(Part(blocks: 2 * parts[parts.count - 1].blocks)) }
        parts[parts.count - 1].insert(hash)
    }

    /// False only for a key that was never inserted.
    func mayContain(_ key: [UInt8]) -> Bool {
        let hash = Self.hash(key)
        return parts.contains { $0.mayContain(hash) }
    }

    private static func hash(_ key: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
