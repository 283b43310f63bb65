internal import ServiceProtocols
internal import TransparencyLog

extension LedgerNode {
    /// Receipts of leaves that are final, by their indices; others are left out.
    ///
    /// The proof is in the first final checkpoint above the leaf, so that a receipt is the same bytes for ever.
    func receipts(of indices: [UInt64]) async throws(LedgerError) -> [UInt64: Receipt] {
        let notes = try await finalNotes(above: indices)
        let final = indices.filter { notes[$0] != nil }.sorted()
        let leaves = try await leaves(at: final)
        let paths = try await tiles.inclusionPaths(
            final.compactMap { index in notes[index].map { (index: index, size: $0.size) } })
        var receipts: [UInt64: Receipt] = [:]
        for (index, (leaf, path)) in zip(final, zip(leaves, paths)) {
            guard let note = notes[index]?.note else { continue }
            receipts[index] = Receipt(
                entry: leaf, proof: LogProof(index: index, path: path, note: note).encoded)
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
    private func leaves(at indices: [UInt64]) async throws(LedgerError) -> [[UInt8]] {
        if indices.allSatisfy({ $0 >= tail.start }) {
            return indices.compactMap { tail.leaves(from: $0, to: $0 + 1)?.first }
        }
        let held = tail
        let stored = try await tiles.leaves(at: indices.filter { $0 < held.start })
        var next = stored.makeIterator()
        return indices.compactMap { index in
            index < held.start ? next.next() : held.leaves(from: index, to: index + 1)?.first
        }
    }
}
