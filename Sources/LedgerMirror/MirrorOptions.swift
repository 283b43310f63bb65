/// How much a mirror holds in memory while it follows.
package struct MirrorOptions: Hashable, Sendable {
    /// Leaves in one step, at most, a positive multiple of 256: after each its tiles and rows are durable.
    package let stepLeaves: UInt64
    /// A step ends with the bundle that reaches this.
    package let stepBytes: Int

    /// - Parameters:
    ///   - stepLeaves: Rounded up to whole bundles.
    ///   - stepBytes: Of leaves; besides, at most a bundle and what the source answers at once are held.
    package init(stepLeaves: UInt64 = 2048, stepBytes: Int = 16 << 20) {
        self.stepLeaves = (max(1, min(stepLeaves, 1 << 20)) + 255) & ~0xff
        self.stepBytes = max(1, stepBytes)
    }
}
