internal import LedgerReplica
internal import LogStorage
internal import Octets
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// A mirror answers as the ledger does, of the tree that it has published and from its own files. Every proof is verified before
/// it is given out.
///
/// A receipt is a proof in the mirror's newest final checkpoint. The ledger's is in the first final one above the leaf, and so
/// never changes; both convince whoever has the policy.
extension LedgerMirror: Ledger {
    /// Leaves in one answer hold at most this many bytes, unless one alone is longer.
    private static let answerBytes = 4 << 20

    /// The newest checkpoint that is published, after a look at the source where the last is a while ago: an idle ledger proves
    /// only when it is asked that it withholds nothing.
    ///
    /// - Throws: `LedgerError/outOfRange(start:end:size:)` before the first.
    package func checkpoint() async throws(LedgerError) -> [UInt8] {
        await askAgainIfLongAgo()
        return try answer { () throws(MirrorError) in try servedTree().note }
    }

    private func askAgainIfLongAgo() async {
        guard let clock else { return }
        if let askedLast, clock.now().milliseconds(since: askedLast) < options.askAgainMilliseconds { return }
        // At once, so that of many who come only the first waits.
        askedLast = clock.now()
        await catchUpSoon()
    }

    /// Follows the source for as long as a caller is kept waiting; it goes on afterwards. Where the source is not to be had, what is here is
    /// served.
    private func catchUpSoon() async {
        _ = try? await Task { try await self.catchUp() }.shared(within: options.patience)
    }

    package func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try answer { () throws(MirrorError) in
            let size = try servedTree().checkpoint.size
            guard start <= end, end <= size else { throw .source(.outOfRange(start: start, end: end, size: size)) }
            let reader = LeafReader(log: files.log, size: size)
            var leaves: [[UInt8]] = []
            var bytes = 0
            while start + UInt64(leaves.count) < end {
                for leaf in try reader.leaves(from: start + UInt64(leaves.count), upTo: end) {
                    bytes += leaf.count
                    guard leaves.isEmpty || bytes <= Self.answerBytes else { return leaves }
                    leaves.append(leaf)
                }
            }
            return leaves
        }
    }

    /// The proof between two sizes, each at most that of the published tree.
    package func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try answer { () throws(MirrorError) in
            let final = try servedTree().checkpoint
            guard old <= new, new <= final.size else {
                throw .source(.outOfRange(start: old, end: new, size: final.size))
            }
            return try proving(final) { lookup in
                let (oldRoot, newRoot) = (try lookup.root(ofFirst: old), try lookup.root(ofFirst: new))
                guard new < final.size || newRoot == final.root else { throw TransparencyLogError.consistencyNotProved }
                let proof = try lookup.consistencyProof(from: old, to: new)
                try proof.verify(oldRoot: oldRoot, newRoot: newRoot)
                return proof.path.map { $0.bytes }
            }
        }
    }

    /// The proof that a transaction is in the newest published checkpoint; nil where it is not.
    ///
    /// - Throws: `LedgerError/unreachable(_:)` too where the state is held back: then nobody knows what is absent.
    package func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        try answer { () throws(MirrorError) in
            let served = try servedTree()
            try demandNotHeldBack()
            let index = execution.state.index(of: transaction)
            try demandStateWasRead()
            guard let index, index < served.checkpoint.size else { return nil }
            let receipt = try receipt(at: index, in: served)
            guard let entry = try? LedgerEntry(serialized: receipt.entry), entry.transaction.id == transaction else {
                throw MirrorError.damagedState(
                    path: execution.path, row: "\(StateTag.transactions.rawValue)/\(transaction)")
            }
            return receipt
        }
    }

    /// Passes it on to the source. Whoever has the receipt finds it in what is read here afterwards.
    package func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        let receipt = try await source.submit(signedTransaction)
        await catchUpSoon()
        return receipt
    }

    func receipt(at index: UInt64, in served: FinalCheckpoint) throws(MirrorError) -> Receipt {
        let final = served.checkpoint
        let reader = LeafReader(log: files.log, size: final.size)
        guard let leaf = try reader.leaves(from: index, upTo: index + 1).first else {
            throw .tooSmall(size: final.size, needed: index + 1)
        }
        return try proving(final) { lookup in
            let proof = try lookup.inclusionProof(index: index, size: final.size)
            try proof.verify(leafHash: MerkleTree.leafHash(of: leaf), root: final.root)
            let note = try SignedNote(encoded: served.note)
            return Receipt(entry: leaf, proof: LogProof(index: index, path: proof.path, note: note).encoded)
        }
    }

    func servedTree() throws(MirrorError) -> FinalCheckpoint {
        try demandRunning()
        guard let published else { throw .tooSmall(size: 0, needed: 1) }
        return published
    }

    /// Makes a proof from tiles. One that does not verify shows that a tile is damaged.
    private func proving<Proof>(_ final: Checkpoint, _ make: (inout TileLookup) throws -> Proof) throws(MirrorError)
        -> Proof
    {
        var lookup = files.log.lookup(size: final.size)
        do { return try make(&lookup) } catch let error as LogFolderError {
            throw .log(error)
        } catch { throw .damagedTiles(folder: files.log.path, size: final.size) }
    }

    func answer<Answer>(_ body: () throws(MirrorError) -> Answer) throws(LedgerError) -> Answer {
        do { return try body() } catch { throw error.asLedgerError }
    }
}
