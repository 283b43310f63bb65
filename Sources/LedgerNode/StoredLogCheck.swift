internal import LedgerReplica
internal import LogStorage
internal import Octets
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// Executes a stored log from its bytes, and holds everything that was derived from them against the result: the tiles of every
/// level, every final checkpoint, every row of the world state.
struct StoredLogCheck {
    let folder: LogFolder
    let log: LogIdentity
    let states: StateStore

    private struct Execution {
        var state: WorldState
        var edge = TileEdge()
        /// The sizes at which the root is wanted.
        let sizes: Set<UInt64>
        var roots: [UInt64: MerkleHash] = [0: MerkleTree.emptyRoot]
        /// What the state's rows are of, and what they hash to.
        let stateSize: UInt64
        var stateRoot: MerkleHash?
    }

    /// - Parameter stored: The state as its rows say.
    /// - Throws: `LedgerError/inconsistent(_:)` with the first disagreement.
    /// - Complexity: linear in the number of leaves, signatures included; holds the state in memory.
    func check(
        _ ledger: StoredLedger, against stored: WorldState
    ) throws(LedgerError) {
        var execution = Execution(
            state: WorldState(origin: log.origin.description),
            sizes: Set(ledger.finals.keys), stateSize: stored.entryCount)
        do {
            try noteState(&execution)
            try executeBundles(below: ledger.stagedStart, &execution)
            for staged in ledger.staged { _ = try apply(staged.leaf, &execution) }
            try checkRoots(ledger, execution)
            let storedRoot: MerkleHash
            do { storedRoot = try states.duringOneRead { try stored.root() } } catch {
                throw LedgerError(states.explained(error))
            }
            guard storedRoot == execution.stateRoot else {
                throw LedgerError.inconsistent(
                    "the stored world state is not what the first \(execution.stateSize) leaves make")
            }
        } catch let error as LedgerError {
            throw error
        } catch { throw .inconsistent("\(error)") }
    }

    /// The leaves on the disk, against the tiles of every level.
    private func executeBundles(below end: UInt64, _ execution: inout Execution) throws {
        while execution.edge.size < end {
            let index = execution.edge.size >> 8
            let leaves = try folder.entries(of: Tile(.entries, index: index))
            let hashes = try folder.hashes(of: Tile(.hashes(level: 0), index: index))
            for (leaf, hash) in zip(leaves, hashes) {
                guard MerkleTree.leafHash(of: leaf) == hash else {
                    throw LedgerError.inconsistent(
                        "the stored hash of leaf \(execution.edge.size) is not that of the leaf")
                }
                for nodes in try apply(leaf, &execution) where nodes.tile.level > 0 {
                    guard try folder.hashes(of: nodes.tile) == nodes.hashes else {
                        throw LedgerError.inconsistent(
                            "\(folder.file(of: nodes.tile)) has not the hashes of the tiles below it")
                    }
                }
            }
        }
    }

    /// - Returns: the tiles that the leaf fills.
    private func apply(_ leaf: [UInt8], _ execution: inout Execution) throws -> [TileNodes] {
        let index = execution.edge.size
        do {
            let entry = try LedgerEntry(serialized: leaf)
            try log.checkFounding(entry.signedTransaction)
            try execution.state.apply(entry)
        } catch { throw LedgerError.inconsistent("leaf \(index) breaks a rule: \(error)") }
        let filled = try execution.edge.append(MerkleTree.leafHash(of: leaf))
        if execution.sizes.contains(index + 1) { execution.roots[index + 1] = execution.edge.root }
        try noteState(&execution)
        return filled
    }

    private func noteState(_ execution: inout Execution) throws {
        if execution.edge.size == execution.stateSize { execution.stateRoot = try execution.state.root() }
    }

    private func checkRoots(_ ledger: StoredLedger, _ execution: Execution) throws(LedgerError) {
        for (size, final) in ledger.finals where execution.roots[size] != final.checkpoint.root {
            throw .inconsistent("the final checkpoint of size \(size) has not the root of the first \(size) leaves")
        }
    }
}
