/// How much a vault takes.
package struct VaultLimits: Hashable, Sendable {
    /// Bytes of all stored records and of all uploads under way, each upload counted whole from its beginning.
    package let quotaBytes: UInt64
    /// Bytes of one sealed record.
    package let maximumRecordBytes: UInt64
    /// Uploads under way at once: what bounds the vault's memory and the files in its upload folder.
    package let maximumUploads: Int
    /// How long an upload may rest, in milliseconds, before it is given up and its bytes are removed.
    package let uploadLifetimeMilliseconds: UInt64

    /// Defaults: records of up to 64 GiB (four months of twelve leads at 250 Hz and 16 bits), 1,024 uploads, a day.
    package init(
        quotaBytes: UInt64, maximumRecordBytes: UInt64 = 64 << 30, maximumUploads: Int = 1_024,
        uploadLifetimeMilliseconds: UInt64 = 86_400_000
    ) {
        self.quotaBytes = quotaBytes
        self.maximumRecordBytes = maximumRecordBytes
        self.maximumUploads = maximumUploads
        self.uploadLifetimeMilliseconds = uploadLifetimeMilliseconds
    }
}
