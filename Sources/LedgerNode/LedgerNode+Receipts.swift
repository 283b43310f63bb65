internal import LedgerReplica
package import ServiceProtocols
internal import TransparencyLog

extension LedgerNode: TrailedLedger {
    package func receipts(ofLeaves indices: [UInt64]) async throws(LedgerError) -> [UInt64: Receipt] {
        try await receipts(of: indices, from: tail)
    }

    /// Receipts of leaves that are final, by their indices; others are left out.
    ///
    /// The proof is in the first final checkpoint above the leaf, so that a receipt is the same bytes for ever.
    ///
    /// - Parameter held: Leaves in memory; those before them are read from the disk.
    func receipts(of indices: [UInt64], from held: LeafTail) async throws(LedgerError) -> [UInt64: Receipt] {
        let notes = try await finalNotes(above: indices)
        let final = indices.filter { notes[$0] != nil }.sorted()
        let leaves = try await leaves(at: final, from: held)
        return try await Self.receipts(of: final, leaves: leaves, notes: notes, tiles: tiles)
    }

    /// Makes receipts off the actor, so that sequencing does not wait for them.
    @concurrent private static func receipts(
        of indices: [UInt64], leaves: [[UInt8]], notes: [UInt64: FinalNote], tiles: LogTiles
    ) async throws(LedgerError) -> [UInt64: Receipt] {
        let paths = try await tiles.inclusionPaths(
            indices.compactMap { index in notes[index].map { (index: index, size: $0.size) } })
        var receipts: [UInt64: Receipt] = [:]
        for (index, (leaf, path)) in zip(indices, zip(leaves, paths)) {
            guard let note = notes[index] else { continue }
            let proof = LogProof(index: index, path: path, note: note.note)
            receipts[index] = Receipt(entry: leaf, proof: proof.encoded(withNote: note.encoded))
        }
        return receipts
    }

    /// Those of the last round are at hand, all others in the database.
    private func finalNotes(above indices: [UInt64]) async throws(LedgerError) -> [UInt64: FinalNote] {
        var notes: [UInt64: FinalNote] = [:]
        var older: [UInt64] = []
        for index in indices {
            if let newestFinal, newestFinal.start <= index, index < newestFinal.note.size {
                notes[index] = newestFinal.note
            } else {
                older.append(index)
            }
        }
        guard !older.isEmpty else { return notes }
        return try await store.finalCheckpoints(above: older).merging(notes) { $1 }
    }

    /// Single final leaves, ascending.
    private func leaves(at indices: [UInt64], from held: LeafTail) async throws(LedgerError) -> [[UInt8]] {
        let older = indices.filter { $0 < held.start }
        var next = (older.isEmpty ? [] : try await tiles.leaves(at: older)).makeIterator()
        return indices.compactMap { index in
            index < held.start ? next.next() : held.leaves(from: index, to: index + 1)?.first
        }
    }
}
