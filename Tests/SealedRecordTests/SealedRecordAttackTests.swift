import Octets
import Testing

@testable import SealedRecord

@Suite struct SealedRecordAttackTests {
    static let sizes = [0, 1, 1023, 1024, 1025, 3000]

    @Test(arguments: SealedRecordSuite.allCases, sizes)
    func everyChangedByteIsRefused(suite: SealedRecordSuite, size: Int) throws {
        let sample = try Sample(bodyByteCount: size, suite: suite)
        let metadata = sample.header.layout.metadata
        for index in sample.container.indices {
            var changed = sample.container
            changed[index] ^= 1 << UInt8(index % 8)
            let found = refusal { try sample.open(changed) }
            switch index {
            case ..<8: #expect(found == .notASealedRecord)
            case 8: #expect(found == .unknownVersion(changed[8]))
            case 24..<203: #expect(found == .keyRefused)
            case ..<24: #expect(found != nil)
            case ..<Int(metadata.upperBound): #expect(found == .metadataRefused)
            default:
                let segment = UInt64(index - Int(metadata.upperBound)) / UInt64(Sample.segment + 16)
                #expect(found == .segmentRefused(index: segment))
            }
        }
        #expect(try sample.open(sample.container) == sample.body)
    }

    @Test(arguments: sizes)
    func everyTruncationIsRefused(size: Int) throws {
        let sample = try Sample(bodyByteCount: size)
        let whole = UInt64(sample.container.count)
        for length in sample.container.indices {
            let found = refusal { try sample.open(Array(sample.container[..<length])) }
            #expect(
                found
                    == (length < 203
                        ? .headerTruncated(available: UInt64(length))
                        : .truncated(expected: whole, actual: UInt64(length))))
        }
        for extra in [1, 16, 1040] {
            let longer = sample.container + [UInt8](repeating: 0, count: extra)
            #expect(
                refusal { try sample.open(longer) } == .trailing(expected: whole, actual: whole + UInt64(extra)))
        }
    }

    /// A reader that trusted the file's end instead of the header: the last flag alone stops a cut at a segment's end.
    @Test func anInnerSegmentDoesNotOpenAsTheLast() throws {
        let sample = try Sample(bodyByteCount: 3 * 1024)
        let inner = Array(sample.container[try sample.sealed(1)])
        let last = Array(sample.container[try sample.sealed(2)])
        let opener = try SealedRecordOpener(header: sample.header, seed: sample.seed)
        #expect(refusal { try opener.openSegment(2, from: inner) } == .segmentRefused(index: 2))
        #expect(refusal { try opener.openSegment(1, from: last) } == .segmentRefused(index: 1))
        #expect(refusal { try opener.openSegment(3, from: last) } == .segmentRefused(index: 3))
        #expect(refusal { try opener.openSegment(.max, from: last) } == .segmentRefused(index: .max))
        #expect(try opener.openSegment(2, from: last) == Array(sample.body[2048...]))
    }

    @Test(arguments: SealedRecordSuite.allCases)
    func segmentsOpenOnlyWhereTheyWereSealed(suite: SealedRecordSuite) throws {
        let sample = try Sample(bodyByteCount: 5 * 1024, suite: suite)
        for target in 0..<5 as Range<UInt64> {
            for source in 0..<5 as Range<UInt64> where source != target {
                // Duplicated over another, and exchanged with it.
                var duplicated = sample.container
                duplicated.replaceSubrange(try sample.sealed(target), with: sample.container[try sample.sealed(source)])
                #expect(refusal { try sample.open(duplicated) } == .segmentRefused(index: target))
                var exchanged = duplicated
                exchanged.replaceSubrange(try sample.sealed(source), with: sample.container[try sample.sealed(target)])
                #expect(refusal { try sample.open(exchanged) } == .segmentRefused(index: min(source, target)))
            }
        }
    }

    @Test func partsOfAnotherRecordAreRefused() throws {
        let one = try Sample(bodyByteCount: 2048, seed: 1)
        let other = try Sample(bodyByteCount: 2048, seed: 2)
        // Even under one seed: the record ids differ.
        let sink = MemorySink()
        let writer = try SealedRecordWriter(
            to: sink, folderPublicKey: one.header.folderPublicKey, capsule: one.header.capsule, seed: one.seed,
            metadata: one.metadata, padding: .none, segmentExponent: 10)
        try writer.write(one.body)
        try writer.finish()
        for foreign in [other.container, sink.bytes] {
            for index in 0..<2 as Range<UInt64> {
                var spliced = one.container
                let place = try one.sealed(index)
                spliced.replaceSubrange(place, with: foreign[place])
                #expect(refusal { try one.open(spliced) } == .segmentRefused(index: index))
            }
            var spliced = one.container
            spliced.replaceSubrange(203..<203 + 1040, with: foreign[203..<203 + 1040])
            #expect(refusal { try one.open(spliced) } == .metadataRefused)
            spliced = one.container
            spliced.replaceSubrange(..<203, with: foreign[..<203])
            #expect(refusal { try one.open(spliced) } != nil)
        }
        #expect(refusal { try openAll(one.container, other.seed) } == .keyRefused)
    }

    /// Every field of the header taken from another record of the same shape.
    @Test func headerFieldsCannotBeExchanged() throws {
        let one = try Sample(bodyByteCount: 2048, seed: 1)
        let other = try Sample(bodyByteCount: 2048, seed: 2)
        for field in [24..<40, 40..<73, 73..<171, 171..<203] {
            var changed = one.container
            changed.replaceSubrange(field, with: other.container[field])
            #expect(refusal { try one.open(changed) } == .keyRefused)
        }
        var suite = one.container
        suite[9] = SealedRecordSuite.chaCha20Poly1305.rawValue
        #expect(refusal { try one.open(suite) } == .keyRefused)
    }

    @Test func aWrongSeedIsKnownBeforeAnythingIsOpened() throws {
        let sample = try Sample(bodyByteCount: 100)
        // Nothing behind the header could be opened any more, and still the answer is the key.
        var damaged = sample.container
        for index in 203..<damaged.count { damaged[index] = 0 }
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<50 {
            let wrong = SecretOctets(copying: generator.bytes(33))
            #expect(!sample.header.accepts(wrong))
            #expect(refusal { try openAll(damaged, wrong) } == .keyRefused)
        }
        let right = unsafe sample.seed.withUnsafeBytes { unsafe Array($0) }
        for bit in 0..<8 * right.count {
            var wrong = right
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!sample.header.accepts(SecretOctets(copying: wrong)))
        }
        for count in [0, 32, 34] {
            let wrong = SecretOctets(copying: [UInt8](repeating: 2, count: count))
            #expect(!sample.header.accepts(wrong))
            #expect(refusal { try openAll(sample.container, wrong) } == .wrongSeedLength(actual: count))
        }
        #expect(sample.header.accepts(sample.seed))
    }

    @Test func paddingThatIsNotZeroIsFound() throws {
        // Sealed by somebody with the key who hides something behind the files.
        let body: [UInt8] = Array(repeating: 0, count: 1500) + [7] + Array(repeating: 0, count: 99)
        let metadata = RecordMetadata(
            kind: "ecg.resting", payloadFormat: "wfdb", files: [RecordFile(name: "r.dat", byteCount: 1600)])
        var shorter = metadata
        shorter.files[0].byteCount = 1000
        var generator = SeededGenerator(seed: 4)
        let seed = SecretOctets(copying: generator.bytes(33))
        let sink = MemorySink()
        let writer = try SealedRecordWriter(
            to: sink, recordID: .random(using: &generator), folderPublicKey: .random(using: &generator),
            capsule: .random(using: &generator), seed: seed, metadata: metadata, suite: .aes256GCM, padding: .none,
            segmentExponent: 10)
        try writer.write(body)
        try writer.finish()
        let keys = try RecordKeySchedule(header: writer.header, seed: seed)
        var container = sink.bytes
        let section = try MetadataCipher.seal(shorter.section(), header: writer.header, keys: keys)
        container.replaceSubrange(203..<203 + section.count, with: section)
        #expect(refusal { try openAll(container, seed) } == .padding(offset: 1500))
    }
}
