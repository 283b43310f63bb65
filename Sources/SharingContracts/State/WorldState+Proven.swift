/// A state of some of the leaves: of those that somebody may read, or needs.
extension WorldState {
    /// Takes in a leaf that is proved to be in a final tree, whatever of the leaves before it is here. No rule is checked: the witnesses
    /// did. What it refers to may be absent; then what it says of that is lost.
    ///
    /// Leaves are taken in ascending by their indices, or lists are not in the ledger's order. What such a state does not have may be on
    /// the ledger all the same, and it judges no transaction.
    ///
    /// - Parameter index: The leaf's, below the size of a tree and so below 2^64 - 1.
    /// - Returns: Whether it is new; a leaf that is here already changes nothing.
    /// - Complexity: constant.
    @discardableResult
    package mutating func take(proven entry: LedgerEntry, at index: UInt64) -> Bool {
        let id = entry.transaction.id
        guard transactions[id] == nil else { return false }
        isPartial = true
        perform(entry.transaction.body, LedgerEvent(transaction: id, index: index, time: entry.sequencedAt))
        transactions.set(index, for: id)
        progress.value = LedgerProgress(
            entryCount: max(entryCount, index &+ 1),
            lastSequencedAt: max(lastSequencedAt ?? .init(microseconds: 0), entry.sequencedAt))
        return true
    }
}
