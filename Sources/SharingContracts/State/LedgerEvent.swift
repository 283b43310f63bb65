/// When something happened and which transaction said so, for whoever wants its receipt.
package struct LedgerEvent: Hashable, Sendable {
    package let transaction: TransactionID
    /// The leaf's index in the log.
    package let index: UInt64
    package let time: Timestamp

    package init(transaction: TransactionID, index: UInt64, time: Timestamp) {
        self.transaction = transaction
        self.index = index
        self.time = time
    }
}
