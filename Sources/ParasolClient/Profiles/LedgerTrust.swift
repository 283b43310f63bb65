/// What the profile's holder believes about the ledger. Nothing of it is secret; it is sealed so that nobody can change it.
package struct LedgerTrust: Sendable, Hashable {
    /// The log's verifier key, a C2SP vkey; at most 4,096 bytes.
    package var logKey: String
    /// A C2SP tlog-policy; at most 16,384 bytes.
    package var witnessPolicy: String
    /// The newest final checkpoint that was verified, a signed note of at most 1 MiB; nil before the first.
    ///
    /// A ledger that later shows a smaller or an inconsistent tree has been rolled back or forked.
    package var checkpoint: [UInt8]?

    package init(logKey: String, witnessPolicy: String, checkpoint: [UInt8]? = nil) {
        self.logKey = logKey
        self.witnessPolicy = witnessPolicy
        self.checkpoint = checkpoint
    }
}
