/// Who has snapshots of a ledger's state for whoever begins a copy of it (Protocols/snapshot.md).
package protocol SnapshotServing: Sendable {
    /// The newest snapshot that a quorum vouches for; nil where there is none. Nothing of it is verified by whoever asks.
    func newestSnapshot() async throws(LedgerError) -> OfferedSnapshot?

    /// Bytes of a snapshot's file.
    ///
    /// - Parameters:
    ///   - size: The snapshot's leaves: the newest's, or the one's before.
    ///   - count: At most ``SnapshotLimits/readBytes``.
    /// - Returns: `count` bytes, fewer at the end; nil where there is no such snapshot any more.
    /// - Throws: ``LedgerError/outOfRange(start:end:size:)``, in bytes, for an offset behind the end.
    func snapshotBytes(ofSize size: UInt64, at offset: UInt64, count: Int) async throws(LedgerError) -> [UInt8]?
}

/// A snapshot that somebody has.
package struct OfferedSnapshot: Hashable, Sendable {
    /// Leaves that make the state.
    package let size: UInt64
    /// Bytes of the whole file.
    package let byteCount: UInt64

    package init(size: UInt64, byteCount: UInt64) {
        self.size = size
        self.byteCount = byteCount
    }
}

package enum SnapshotLimits {
    /// Of one read.
    package static let readBytes = 4 << 20
}
