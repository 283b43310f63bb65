package import ServiceProtocols

/// What a vault found when it opened.
package struct VaultRecovery: Hashable, Sendable {
    /// Records that were whole on disk and not in the index yet: the process ended between the two.
    package var adopted: [ContentAddress] = []
    /// Files of records whose identifier another record had taken: never acknowledged, and removed.
    package var rejected: [ContentAddress] = []
    /// Records in the index whose file lay, whole, in the upload folder: moved to its place.
    package var restored: [ContentAddress] = []
    /// Uploads that can go on.
    package var resumed: [ContentAddress] = []
    /// Names in the upload folder that were no upload, one whose header was not as announced, or one of what is stored
    /// already: removed.
    package var removed: [String] = []

    package init() {}
}
