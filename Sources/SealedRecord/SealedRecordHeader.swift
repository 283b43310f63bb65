package import Octets

/// The clear first 203 bytes of a sealed record. Every one of them is bound to every key.
package struct SealedRecordHeader: Hashable, Sendable {
    /// The cipher.
    package let suite: SealedRecordSuite
    /// `log2` of ``segmentByteCount``.
    package let segmentExponent: UInt8
    /// Bytes of the metadata section before sealing: a power of two.
    package let metadataByteCount: UInt32
    /// Bytes of the body before sealing, padding included.
    package let bodyByteCount: UInt64
    /// 16 random bytes, never used for two records.
    package let recordID: FixedOctets<16>
    /// The folder's delegating public key, a compressed secp256k1 point; opaque here.
    package let folderPublicKey: FixedOctets<33>
    /// The Umbral capsule; opaque here.
    package let capsule: FixedOctets<98>
    /// What only the right seed, with exactly these other fields, derives.
    package let keyCommitment: FixedOctets<32>

    /// Makes the header of a new record, committing to `seed`.
    init(
        suite: SealedRecordSuite, segmentExponent: UInt8, metadataByteCount: UInt32, bodyByteCount: UInt64,
        recordID: FixedOctets<16>, folderPublicKey: FixedOctets<33>, capsule: FixedOctets<98>, seed: SecretOctets
    ) throws(SealedRecordError) {
        try Self.check(segmentExponent, metadataByteCount, bodyByteCount)
        guard seed.count == SealedRecordFormat.seedByteCount else { throw .wrongSeedLength(actual: seed.count) }
        self.suite = suite
        self.segmentExponent = segmentExponent
        self.metadataByteCount = metadataByteCount
        self.bodyByteCount = bodyByteCount
        self.recordID = recordID
        self.folderPublicKey = folderPublicKey
        self.capsule = capsule
        let committed = Self.committed(
            suite, segmentExponent, metadataByteCount, bodyByteCount, recordID, folderPublicKey, capsule)
        keyCommitment = RecordKeySchedule.commitment(to: seed, committed: committed)
    }

    /// Reads a header from the front of a container; what follows it is ignored.
    ///
    /// - Throws: in this order, ``SealedRecordError/headerTruncated(available:)``, ``SealedRecordError/notASealedRecord``,
    ///   ``SealedRecordError/unknownVersion(_:)``, ``SealedRecordError/unknownSuite(_:)``,
    ///   ``SealedRecordError/segmentSize(exponent:)``, ``SealedRecordError/reserved(_:)``,
    ///   ``SealedRecordError/metadataLength(_:)``, ``SealedRecordError/bodyTooLong(_:)``.
    package init(parsing container: [UInt8]) throws(SealedRecordError) {
        guard container.count >= SealedRecordFormat.headerByteCount else {
            throw .headerTruncated(available: UInt64(container.count))
        }
        do {
            var reader = OctetReader(Array(container[..<SealedRecordFormat.headerByteCount]))
            guard try reader.readBytes(8) == SealedRecordFormat.magic else { throw SealedRecordError.notASealedRecord }
            let version = try reader.readUInt8()
            guard version == SealedRecordFormat.version else { throw SealedRecordError.unknownVersion(version) }
            let number = try reader.readUInt8()
            guard let suite = SealedRecordSuite(rawValue: number) else { throw SealedRecordError.unknownSuite(number) }
            self.suite = suite
            segmentExponent = try reader.readUInt8()
            let reserved = try reader.readUInt8()
            metadataByteCount = try reader.readBigEndian()
            bodyByteCount = try reader.readBigEndian()
            recordID = try reader.readFixed()
            folderPublicKey = try reader.readFixed()
            capsule = try reader.readFixed()
            keyCommitment = try reader.readFixed()
            try Self.check(segmentExponent, reserved: reserved, metadataByteCount, bodyByteCount)
        } catch let error as SealedRecordError {
            throw error
        } catch {
            // Not reached: the fields have fixed lengths that add up to the 203 bytes checked above.
            throw .headerTruncated(available: UInt64(container.count))
        }
    }

    private static func check(
        _ segmentExponent: UInt8, reserved: UInt8 = 0, _ metadataByteCount: UInt32, _ bodyByteCount: UInt64
    ) throws(SealedRecordError) {
        guard SealedRecordFormat.segmentExponents.contains(segmentExponent) else {
            throw .segmentSize(exponent: segmentExponent)
        }
        guard reserved == 0 else { throw .reserved(reserved) }
        guard
            metadataByteCount.nonzeroBitCount == 1,
            SealedRecordFormat.metadataExponents.contains(UInt8(metadataByteCount.trailingZeroBitCount))
        else { throw .metadataLength(metadataByteCount) }
        guard bodyByteCount <= SealedRecordFormat.longestBody else { throw .bodyTooLong(bodyByteCount) }
    }

    /// Bytes of a segment's plaintext.
    package var segmentByteCount: Int { 1 << Int(segmentExponent) }

    /// Where everything lies in the container.
    package var layout: SealedRecordLayout {
        SealedRecordLayout(
            segmentExponent: segmentExponent, metadataByteCount: metadataByteCount, bodyByteCount: bodyByteCount)
    }

    /// Whether `seed` opens this record, with this very header: decided in constant time, before anything is decrypted.
    ///
    /// False for a seed of any other length than 33 bytes.
    package func accepts(_ seed: SecretOctets) -> Bool {
        guard seed.count == SealedRecordFormat.seedByteCount else { return false }
        let expected = RecordKeySchedule.commitment(to: seed, committed: committed)
        return constantTimeEqual(expected.bytes, keyCommitment.bytes)
    }

    /// All 203 bytes.
    package var bytes: [UInt8] { committed + keyCommitment.bytes }

    /// The 171 bytes in front of the key commitment.
    var committed: [UInt8] {
        Self.committed(
            suite, segmentExponent, metadataByteCount, bodyByteCount, recordID, folderPublicKey, capsule)
    }

    private static func committed(
        _ suite: SealedRecordSuite, _ segmentExponent: UInt8, _ metadataByteCount: UInt32, _ bodyByteCount: UInt64,
        _ recordID: FixedOctets<16>, _ folderPublicKey: FixedOctets<33>, _ capsule: FixedOctets<98>
    ) -> [UInt8] {
        var writer = OctetWriter(reservingCapacity: SealedRecordFormat.headerByteCount)
        writer.write(SealedRecordFormat.magic)
        writer.writeUInt8(SealedRecordFormat.version)
        writer.writeUInt8(suite.rawValue)
        writer.writeUInt8(segmentExponent)
        writer.writeUInt8(0)
        writer.writeBigEndian(metadataByteCount)
        writer.writeBigEndian(bodyByteCount)
        writer.write(recordID)
        writer.write(folderPublicKey)
        writer.write(capsule)
        return writer.bytes
    }
}
