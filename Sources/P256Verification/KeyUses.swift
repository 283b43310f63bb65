internal import Octets

/// Which keys sign often, and the tables of those that do. Bounded, whatever keys come.
///
/// Uses are counted for a bounded number of keys. Where that is reached, all counts are halved and what is below one is forgotten, so
/// that what counts is how often a key was used of late.
struct KeyUses {
    private struct Use {
        var count = 0
        var table: PrecomputedKey?
        /// No table can be made of it.
        var isRefused = false

        mutating func counted() -> (table: PrecomputedKey?, uses: Int) {
            count += 1
            return (table, count)
        }
    }

    private let tableLimit: Int
    private let countedKeyLimit: Int
    private var uses: [FixedOctets<33>: Use] = [:]
    /// The key whose table is being made: one at a time, so that most of the processor is left for what waits.
    private var making: FixedOctets<33>?
    private(set) var tableCount = 0
    var countedKeys: Int { uses.count }

    init(tableLimit: Int, countedKeyLimit: Int) {
        self.tableLimit = tableLimit
        self.countedKeyLimit = max(countedKeyLimit, tableLimit + 1)
    }

    /// Counts a use.
    ///
    /// - Returns: The key's table, where it has one, and its uses so far.
    mutating func use(_ key: FixedOctets<33>) -> (table: PrecomputedKey?, uses: Int) {
        if uses[key] == nil, uses.count >= countedKeyLimit { age() }
        return uses[key, default: Use()].counted()
    }

    /// Whether to make a table of this key now. Where all tables are taken, the one used least makes room if it was used less than half
    /// as often; else the key waits for as long again.
    mutating func beginMaking(_ key: FixedOctets<33>) -> Bool {
        guard making == nil, let use = uses[key], !use.isRefused else { return false }
        if tableCount >= tableLimit {
            guard let least = uses.filter({ $0.value.table != nil }).min(by: { $0.value.count < $1.value.count }),
                least.value.count < use.count / 2
            else {
                uses[key]?.count = use.count / 2
                return false
            }
            uses[least.key]?.table = nil
            tableCount -= 1
        }
        making = key
        return true
    }

    mutating func endMaking(_ key: FixedOctets<33>, _ table: PrecomputedKey?) {
        making = nil
        uses[key, default: Use()].table = table
        if table == nil { uses[key]?.isRefused = true } else { tableCount += 1 }
    }

    private mutating func age() {
        // There are fewer tables than that, and every count is below one at last.
        while uses.count >= countedKeyLimit {
            uses = uses.compactMapValues { use in
                var use = use
                use.count /= 2
                return use.count > 0 || use.table != nil ? use : nil
            }
        }
    }
}
