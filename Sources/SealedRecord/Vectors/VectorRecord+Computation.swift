import Octets

extension VectorRecord {
    /// Longest container that a file shows in full, in bytes.
    static let shownByteCount = 16384

    /// The inputs of a record, as values.
    struct Inputs {
        var suite: SealedRecordSuite
        var segmentExponent: UInt8
        var padding: PaddingPolicy
        var recordID: FixedOctets<16>
        var folderPublicKey: FixedOctets<33>
        var capsule: FixedOctets<98>
        var seed: SecretOctets
        var metadata: RecordMetadata
        var contentSeed: [UInt8]
    }

    /// The inputs; nil where one of them is malformed.
    var inputs: Inputs? {
        guard let suite = SealedRecordSuite.allCases.first(where: { $0.name == suite }),
            let exponent = SealedRecordFormat.segmentExponents.first(where: { 1 << Int($0) == segmentSize }),
            let padding = PaddingPolicy.allCases.first(where: { $0.name == padding }),
            let recordID = try? FixedOctets<16>(hexadecimal: recordId),
            let folderPublicKey = try? FixedOctets<33>(hexadecimal: folderPublicKey),
            let capsule = try? FixedOctets<98>(hexadecimal: capsule),
            let seed = try? [UInt8](hexadecimal: seed), let metadata = metadata.metadata,
            let contentSeed = try? [UInt8](hexadecimal: contentSeed)
        else { return nil }
        return Inputs(
            suite: suite, segmentExponent: exponent, padding: padding, recordID: recordID,
            folderPublicKey: folderPublicKey, capsule: capsule, seed: SecretOctets(copying: seed), metadata: metadata,
            contentSeed: contentSeed)
    }

    /// The content that a record is made of.
    static func content(_ count: Int, from seed: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 32)
        var counter: UInt64 = 0
        while bytes.count < count {
            var block = OctetWriter()
            block.write(seed)
            block.writeBigEndian(counter)
            bytes += RecordDigest.of(block.bytes).bytes
            counter += 1
        }
        return Array(bytes.prefix(count))
    }

    /// Seals the record and notes every value on the way; gives the container too.
    static func computed(
        _ name: String, _ inputs: Inputs
    ) throws(SealedRecordError) -> (record: VectorRecord, container: [UInt8]) {
        let count = Int(try inputs.metadata.contentByteCount())
        let content = content(count, from: inputs.contentSeed)
        let sink = MemorySink()
        let writer = try SealedRecordWriter(
            to: sink, recordID: inputs.recordID, folderPublicKey: inputs.folderPublicKey, capsule: inputs.capsule,
            seed: inputs.seed, metadata: inputs.metadata, suite: inputs.suite, padding: inputs.padding,
            segmentExponent: inputs.segmentExponent)
        try writer.write(content)
        try writer.finish()
        let header = writer.header
        let keys = try RecordKeySchedule(header: header, seed: inputs.seed)
        let section = try inputs.metadata.section()
        let fieldByteCount = section[..<4].reduce(0) { $0 << 8 | Int($1) }
        let digest = RecordDigest.of(sink.bytes)
        let byteCount = UInt64(sink.bytes.count)
        let commitment = CiphertextCommitment(
            containerDigest: digest, containerByteCount: byteCount, blinding: keys.ledgerBlinding)
        let record = VectorRecord(
            name: name, suite: inputs.suite.name, segmentSize: header.segmentByteCount, padding: inputs.padding.name,
            recordId: inputs.recordID.hexadecimal, folderPublicKey: inputs.folderPublicKey.hexadecimal,
            capsule: inputs.capsule.hexadecimal, seed: published(inputs.seed),
            metadata: VectorMetadata(inputs.metadata), contentSeed: inputs.contentSeed.hexadecimal,
            contentByteCount: count, contentSha256: RecordDigest.of(content).hexadecimal,
            metadataFields: section[4..<4 + fieldByteCount].hexadecimal,
            committedDigest: RecordDigest.of(header.committed).hexadecimal,
            keyCommitment: header.keyCommitment.hexadecimal, header: header.bytes.hexadecimal,
            headerDigest: RecordDigest.of(header.bytes).hexadecimal, metadataKey: published(keys.metadataKey),
            bodyKey: published(keys.bodyKey), bodyNonce: (0..<7).map { keys.bodyNonce[$0] }.hexadecimal,
            ledgerBlinding: published(keys.ledgerBlinding), containerByteCount: sink.bytes.count,
            containerSha256: digest.hexadecimal, ciphertextCommitment: commitment.digest.hexadecimal,
            sizeClassExponent: Int(SizeClass(containerByteCount: byteCount)?.exponent ?? 0),
            container: sink.bytes.count <= shownByteCount ? sink.bytes.hexadecimal : nil)
        return (record, sink.bytes)
    }

    /// A vector's secrets are nobody's, and published on purpose.
    private static func published(_ secret: SecretOctets) -> String {
        unsafe secret.withUnsafeBytes { unsafe $0.hexadecimal }
    }
}
