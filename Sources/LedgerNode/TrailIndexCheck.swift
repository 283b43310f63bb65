internal import Crypto
internal import LedgerReplica
internal import LogStorage
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// Holds an index of trails against the leaves that it is of: a row too few hides a leaf from whom it concerns.
struct TrailIndexCheck {
    let path: String
    let folder: LogFolder
    let ledger: LoadedLedger

    /// Leaves whose rows are compared together, and named where they differ.
    private static let stretch: UInt64 = 1_024

    /// - Throws: `LedgerError/inconsistent(_:)` with the first stretch of leaves whose rows are not what the leaves make them.
    /// - Complexity: linear in the number of leaves and of rows; memory for a sum of each stretch.
    func run() async throws(LedgerError) {
        let store = try LedgerError.whileOpening {
            try Store(path: path, schema: .trails)
        }
        defer { try? store.close() }
        do {
            let (size, last) = try await store.read { store -> (UInt64, [UInt8]) in
                guard let row = try store.row("SELECT size, last FROM indexed WHERE id = 1") else { return (0, []) }
                return (try row.unsigned("size"), try row.bytes("last"))
            }
            guard size <= ledger.tail.end else {
                throw LedgerError.inconsistent("\(path) is of \(size) leaves, and the log has \(ledger.tail.end)")
            }
            // One key for both, which nobody knows who could have written the rows.
            let key = SymmetricKey(size: .bits256)
            let found = try await store.read { try Self.rows(in: $0, under: key) }
            let (made, lastHash) = try rows(ofFirst: size, under: key)
            guard last == lastHash else {
                throw LedgerError.inconsistent("\(path) ends with another leaf \(size) than the log")
            }
            guard let stretch = made.firstDifference(from: found) else { return }
            throw LedgerError.inconsistent(
                "\(path) has not the rows of the leaves from \(stretch) on: remove it, and the ledger makes it anew")
        } catch { throw error as? LedgerError ?? .storage("\(path): \(error)") }
    }

    private static func rows(in store: StoreTransaction, under key: SymmetricKey) throws -> RowSums {
        var sums = RowSums(key: key, stretch: stretch)
        try store.forEachRow("SELECT signer, position FROM trail") { row throws(PersistenceError) in
            sums.add(.trail, try row.bytes("signer"), at: try row.unsigned("position"))
        }
        try store.forEachRow("SELECT grantee, consent, position FROM granted") { row throws(PersistenceError) in
            sums.add(
                .granted, try row.bytes("grantee") + row.bytes("consent"), at: try row.unsigned("position"))
        }
        return sums
    }

    /// What the rows should be, and the hash of the last leaf.
    private func rows(ofFirst size: UInt64, under key: SymmetricKey) throws -> (RowSums, [UInt8]) {
        var sums = RowSums(key: key, stretch: Self.stretch)
        var last: [UInt8] = []
        var index: UInt64 = 0
        while index < size {
            let leaves: [[UInt8]]
            if index < ledger.tail.start {
                leaves = try folder.entries(of: Tile(.entries, index: index >> 8))
            } else {
                leaves = Array(ledger.tail.leaves(from: index, to: size) ?? [])
            }
            for leaf in leaves.prefix(Int(clamping: size - index)) {
                let transaction = try LedgerEntry(serialized: leaf).transaction
                for signer in ledger.state.subjects(of: transaction).parties {
                    sums.add(.trail, signer.bytes, at: index)
                }
                if case .consentGranted(let body) = transaction.body {
                    sums.add(.granted, body.grantee.bytes + body.consent.bytes, at: index)
                }
                last = MerkleTree.leafHash(of: leaf).bytes
                index += 1
            }
        }
        try ledger.state.requireAvailable()
        return (sums, last)
    }
}

/// Sums of rows by stretches of leaves: equal where the rows are the same, in whatever order they came.
private struct RowSums {
    enum Table: UInt8 { case trail, granted }

    private struct Sum: Hashable {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var count: UInt64 = 0
    }

    let key: SymmetricKey
    let stretch: UInt64
    private var sums: [UInt64: Sum] = [:]

    init(key: SymmetricKey, stretch: UInt64) {
        self.key = key
        self.stretch = stretch
    }

    mutating func add(_ table: Table, _ row: [UInt8], at position: UInt64) {
        var writer = OctetWriter()
        writer.writeUInt8(table.rawValue)
        writer.writeBigEndian(position)
        writer.write(row)
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: key)
        let words = unsafe code.withUnsafeBytes { bytes in
            unsafe (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        var sum = sums[position / stretch] ?? Sum()
        sum.low &+= words.0
        sum.high &+= words.1
        sum.count += 1
        sums[position / stretch] = sum
    }

    /// Where the first stretch begins whose rows are others.
    func firstDifference(from other: RowSums) -> UInt64? {
        Set(sums.keys).union(other.sums.keys).sorted().first { sums[$0] != other.sums[$0] }.map { $0 * stretch }
    }
}
