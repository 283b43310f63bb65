/// Bounds of a profile. A file that exceeds one is refused when it is read, and never written.
package enum ProfileLimits {
    /// UTF-8 bytes of a display name, a folder's name or a record's label.
    package static let nameByteCount = 255
    package static let folderCount = 4_096
    package static let recordCount = 65_536
    package static let deliveryCount = 16_384
    /// Bytes of each of the two parts of a fragment delivery, several times what they have.
    package static let deliveryPartByteCount = 8_192
    /// Signed transactions that wait for their receipts.
    package static let outboxCount = 256
    /// Bytes of a signed transaction: what a ledger takes.
    package static let signedTransactionByteCount = 60_000
    /// UTF-8 bytes of a log's verifier key.
    package static let logKeyByteCount = 4_096
    /// UTF-8 bytes of a witness policy: what the ledger's founding entry may hold.
    package static let witnessPolicyByteCount = 16_384
    /// Bytes of a checkpoint: 64 witnesses with post-quantum cosignatures, and room.
    package static let checkpointByteCount = 1 << 20
    /// Bytes of a profile file. It is held in memory whole, twice.
    package static let fileByteCount = 64 << 20
    /// Bytes of a passphrase.
    package static let passphraseByteCount = 1...1_024
    /// Bytes of every secret key.
    package static let keyByteCount = 32
}
