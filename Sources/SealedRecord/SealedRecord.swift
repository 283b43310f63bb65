package import Octets

/// Whole records in memory, for those small enough: one call to seal, one to open.
package enum SealedRecord {
    /// A container with what its depositor needs to know of it.
    package struct Sealed: Sendable {
        /// The container.
        package let container: [UInt8]
        /// Its header.
        package let header: SealedRecordHeader
        /// SHA-256 of the container: its address in a vault.
        package let digest: FixedOctets<32>
        /// What the ledger holds of it.
        package let commitment: CiphertextCommitment
    }

    /// Seals `contents`, the bytes of `metadata.files` in their order.
    ///
    /// - Throws: as ``SealedRecordWriter``.
    package static func seal(
        _ contents: [[UInt8]], folderPublicKey: FixedOctets<33>, capsule: FixedOctets<98>, seed: SecretOctets,
        metadata: RecordMetadata, suite: SealedRecordSuite = .aes256GCM, padding: PaddingPolicy = .padme
    ) throws(SealedRecordError) -> Sealed {
        let memory = MemorySink()
        let sink = DigestingSink(memory)
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: folderPublicKey, capsule: capsule, seed: seed, metadata: metadata, suite: suite,
            padding: padding)
        for content in contents { try writer.write(content) }
        try writer.finish()
        return Sealed(
            container: memory.bytes, header: writer.header, digest: sink.digest,
            commitment: CiphertextCommitment(
                containerDigest: sink.digest, containerByteCount: sink.byteCount, blinding: writer.ledgerBlinding))
    }

    /// Opens all of a container: its metadata and its files' bytes in the metadata's order.
    ///
    /// - Throws: as ``SealedRecordReader``; every segment and the padding are checked.
    package static func open(
        _ container: [UInt8], seed: SecretOctets
    ) throws(SealedRecordError) -> (metadata: RecordMetadata, contents: [[UInt8]]) {
        let reader = try SealedRecordReader(MemorySource(container), seed: seed)
        try reader.verify()
        var contents: [[UInt8]] = []
        for file in reader.metadata.files { contents.append(try reader.read(file: file.name)) }
        return (reader.metadata, contents)
    }
}
