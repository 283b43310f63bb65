/// What a submitter gets back: the leaf that was sequenced and the proof that it is in a final checkpoint.
///
/// A receipt never changes: the same transaction is answered with the same bytes for ever. It convinces anybody who
/// knows the ledger's witness policy, offline.
package struct Receipt: Hashable, Sendable {
    /// The exact leaf: a `LedgerEntry` message, at most 65,535 bytes.
    package let entry: [UInt8]
    /// A C2SP `.tlog-proof`: index, inclusion path and the cosigned checkpoint.
    package let proof: [UInt8]

    package init(entry: [UInt8], proof: [UInt8]) {
        self.entry = entry
        self.proof = proof
    }
}
