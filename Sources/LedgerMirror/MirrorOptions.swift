/// How much a mirror holds in memory while it follows.
package struct MirrorOptions: Hashable, Sendable {
    /// Leaves in one step, at most, a positive multiple of 256: after each its tiles and rows are durable.
    package let stepLeaves: UInt64
    /// A step ends with the bundle that reaches this.
    package let stepBytes: Int
    /// Whoever asks a mirror with a clock for the newest checkpoint has the source asked first, where that was longer ago.
    package let askAgainMilliseconds: UInt64
    /// How long such a question waits for the source; then the answer is what is published here.
    package let patience: Duration
    /// Leaves from one snapshot for others to the next, as many as from one state note of a witness to the next; nil to make none.
    package let snapshotLeaves: UInt64?

    /// - Parameters:
    ///   - stepLeaves: Rounded up to whole bundles.
    ///   - stepBytes: Of leaves; besides, at most a bundle and what the source answers at once are held.
    package init(
        stepLeaves: UInt64 = 2048, stepBytes: Int = 16 << 20, askAgainMilliseconds: UInt64 = 1_000,
        patience: Duration = .seconds(2), snapshotLeaves: UInt64? = nil
    ) {
        self.askAgainMilliseconds = askAgainMilliseconds
        self.patience = patience
        self.snapshotLeaves = snapshotLeaves.map { max(1, $0) }
        self.stepLeaves = (max(1, min(stepLeaves, 1 << 20)) + 255) & ~0xff
        self.stepBytes = max(1, stepBytes)
    }
}
