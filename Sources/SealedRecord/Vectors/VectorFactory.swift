import Octets

/// Makes the vectors.
enum VectorFactory {
    /// Bytes that a seed gives, one after the other.
    struct Drawing {
        let seed: UInt64
        var counter: UInt64 = 0

        mutating func bytes(_ count: Int) -> [UInt8] {
            var drawn: [UInt8] = []
            while drawn.count < count {
                var block = OctetWriter()
                block.write("parasol sealed record vectors".utf8)
                block.writeBigEndian(seed)
                block.writeBigEndian(counter)
                drawn += RecordDigest.of(block.bytes).bytes
                counter += 1
            }
            return Array(drawn.prefix(count))
        }

        mutating func fixed<let count: Int>() throws(OctetsError) -> FixedOctets<count> {
            try FixedOctets(bytes(count))
        }
    }

    static func file(seed: UInt64) throws -> VectorFile {
        var drawing = Drawing(seed: seed)
        var file = VectorFile(generatorSeed: seed, records: [], refusals: [])
        for suite in SealedRecordSuite.allCases {
            for (size, exponent, padding) in shapes {
                let name = "\(suite.name), \(size) bytes in segments of \(1 << Int(exponent)), padding \(padding.name)"
                let inputs = try inputs(&drawing, suite, exponent, padding, size == 65_006 ? full : plain(size))
                file.records.append(try VectorRecord.computed(name, inputs).record)
            }
            file.refusals += try refusals(&drawing, suite, into: &file.records)
        }
        return file
    }

    /// Content length, `log2` of the segment size, padding.
    private static let shapes: [(size: Int, exponent: UInt8, padding: PaddingPolicy)] = [
        (0, 10, .none), (1, 10, .none), (1023, 10, .none), (1024, 10, .none), (1025, 10, .none), (5000, 10, .none),
        (0, 10, .padme), (4097, 11, .padme), (65_535, 16, .none), (65_536, 16, .none), (65_537, 16, .none),
        (140_000, 16, .padme), (65_006, 16, .padme),
    ]

    private static func plain(_ size: Int) -> RecordMetadata {
        RecordMetadata(
            kind: "ecg.resting", payloadFormat: "wfdb", files: [RecordFile(name: "r.dat", byteCount: UInt64(size))])
    }

    /// Every field in use.
    private static let full = RecordMetadata(
        kind: "ecg.ambulatory", payloadFormat: "wfdb",
        files: [
            RecordFile(name: "100.hea", byteCount: 143), RecordFile(name: "100.dat", byteCount: 64_800),
            RecordFile(name: "notes.txt", byteCount: 0), RecordFile(name: "100.atr", byteCount: 63),
        ],
        start: RecordStart(milliseconds: 1_700_000_000_123, utcOffsetMinutes: 60), durationMicroseconds: 21_609_508,
        sampling: RecordSampling(numerator: 99_956, denominator: 100, frameCount: 21_600),
        leads: [
            RecordLead(name: "MLII", unit: "mV", gain: 200, baseline: 1024, resolutionBits: 11),
            RecordLead(name: "V5", unit: "µV", gain: 0.2048, baseline: -32_768, resolutionBits: 16),
        ], device: "Model 445",
        layouts: [SampleLayout(file: 1, preambleByteCount: 0, framesPerGroup: 1, bytesPerGroup: 3)],
        extensions: [0x8001: [1, 2, 3]])

    private static func inputs(
        _ drawing: inout Drawing, _ suite: SealedRecordSuite, _ exponent: UInt8, _ padding: PaddingPolicy,
        _ metadata: RecordMetadata
    ) throws -> VectorRecord.Inputs {
        VectorRecord.Inputs(
            suite: suite, segmentExponent: exponent, padding: padding, recordID: try drawing.fixed(),
            folderPublicKey: try FixedOctets([2] + drawing.bytes(32)), capsule: try drawing.fixed(),
            seed: SecretOctets(copying: [3] + drawing.bytes(32)), metadata: metadata,
            contentSeed: drawing.bytes(16))
    }

    static func seed(_ hexadecimal: String) -> SecretOctets? {
        (try? [UInt8](hexadecimal: hexadecimal)).map { SecretOctets(copying: $0) }
    }

    /// The refusal a container ends in when everything of it is opened; nil where it opens.
    static func refusal(of container: [UInt8], seed: SecretOctets) -> String? {
        do throws(SealedRecordError) {
            try SealedRecordReader(MemorySource(container), seed: seed).verify()
            return nil
        } catch {
            return error.refusal ?? "\(error)"
        }
    }

    // MARK: Refusals

    private static func refusals(
        _ drawing: inout Drawing, _ suite: SealedRecordSuite, into records: inout [VectorRecord]
    ) throws -> [VectorRefusal] {
        let inputs = try inputs(&drawing, suite, 10, .padme, plain(3000))
        let name = "\(suite.name), to be refused"
        let (record, container) = try VectorRecord.computed(name, inputs)
        records.append(record)
        // The same capsule and seed under another record id: only the id keeps the two apart.
        var otherInputs = inputs
        otherInputs.recordID = try drawing.fixed()
        let other = try VectorRecord.computed(name, otherInputs).container
        let header = try SealedRecordHeader(parsing: container)
        let keys = try RecordKeySchedule(header: header, seed: inputs.seed)

        var made: [VectorRefusal] = []
        func add(_ what: String, _ edits: [VectorEdit], _ refusal: String, seed: String? = nil) {
            let edited = edits.reduce(container) { $1.applied(to: $0) ?? [] }
            made.append(
                VectorRefusal(
                    name: "\(suite.name), \(what)", record: name, seed: seed ?? record.seed, edits: edits,
                    containerSha256: RecordDigest.of(edited).hexadecimal, refusal: refusal))
        }
        func flipped(_ offset: Int) -> VectorEdit { .set(offset, [container[offset] ^ 1]) }
        func place(_ index: UInt64) -> Range<Int> {
            let range = header.layout.sealed(segment: index) ?? 0..<0
            return Int(range.lowerBound)..<Int(range.upperBound)
        }

        add("nothing at all", [.cut(0)], "header-truncated")
        add("a header cut short", [.cut(202)], "header-truncated")
        add("another magic", [flipped(0)], "magic")
        add("version 2", [.set(8, [2])], "version")
        add("suite 0", [.set(9, [0])], "suite")
        add("suite 3", [.set(9, [3])], "suite")
        add("segments of 512 bytes", [.set(10, [9])], "segment-size")
        add("segments of 2 MiB", [.set(10, [21])], "segment-size")
        add("a reserved byte", [.set(11, [1])], "reserved")
        add("metadata of 1025 bytes", [.set(12, [0, 0, 4, 1])], "metadata-length")
        add("metadata of 512 bytes", [.set(12, [0, 0, 2, 0])], "metadata-length")
        add("metadata of 2 MiB", [.set(12, [0, 0x20, 0, 0])], "metadata-length")
        add("a body of 1 TiB and a byte", [.set(16, [0, 0, 1, 0, 0, 0, 0, 1])], "body-length")
        add("a body of all bits", [.set(16, [UInt8](repeating: 255, count: 8))], "body-length")
        add("a body of 1 TiB that is not there", [.set(16, [0, 0, 1, 0, 0, 0, 0, 0])], "truncated")
        add("one byte less", [.cut(container.count - 1)], "truncated")
        add("the last segment left out", [.cut(place(3).lowerBound)], "truncated")
        add("header alone", [.cut(203)], "truncated")
        add("one byte more", [.append([0])], "trailing")
        add("the last segment twice", [.append(Array(container[place(3)]))], "trailing")
        add("the other suite", [.set(9, [3 - suite.rawValue])], "key")
        add("another record id", [flipped(24)], "key")
        add("another folder", [flipped(40)], "key")
        add("another capsule", [flipped(170)], "key")
        add("another commitment", [flipped(202)], "key")
        add("another seed", [], "key", seed: ([2] + drawing.bytes(32)).hexadecimal)
        add(
            "the last segment left out, and said so",
            [.set(16, [0, 0, 0, 0, 0, 0, 0x0c, 0]), .cut(place(3).lowerBound)],
            "key")
        add("the first byte of the metadata", [flipped(203)], "metadata")
        add("the last byte of the metadata", [flipped(Int(header.layout.metadata.upperBound) - 1)], "metadata")
        add(
            "metadata of a record with the same seed",
            [.set(203, Array(other[203..<Int(header.layout.metadata.upperBound)]))], "metadata")
        for index in 0..<4 as Range<UInt64> {
            add("the first byte of segment \(index)", [flipped(place(index).lowerBound)], "segment \(index)")
            add("the last byte of segment \(index)", [flipped(place(index).upperBound - 1)], "segment \(index)")
            add(
                "segment \(index) of a record with the same seed",
                [.set(place(index).lowerBound, Array(other[place(index)]))], "segment \(index)")
        }
        add(
            "segments 1 and 2 exchanged",
            [
                .set(place(1).lowerBound, Array(container[place(2)])),
                .set(place(2).lowerBound, Array(container[place(1)])),
            ], "segment 1")
        add("segment 0 in place of 2", [.set(place(2).lowerBound, Array(container[place(0)]))], "segment 2")
        add("segment 2 as the last", [.set(place(3).lowerBound, Array(container[place(2)]))], "segment 3")
        add("the last segment in place of 0", [.set(place(0).lowerBound, Array(container[place(3)]))], "segment 0")

        // Sealed by somebody who has the key but not the rules.
        for (what, section, refusal) in malformedSections(inputs.metadata) {
            let sealed = try MetadataCipher.seal(section, header: header, keys: keys)
            add(what, [.set(203, sealed)], refusal)
        }
        var cipher = try SegmentCipher(header: header, keys: keys)
        let last = [UInt8](repeating: 0, count: 1023) + [1]
        let sealed = try [UInt8](capacity: 1040) { (output) throws(SealedRecordError) in
            try cipher.seal(3, last.span, into: &output)
        }
        add("something behind the files", [.set(place(3).lowerBound, sealed)], "padding 4095")
        return made
    }

    private static func malformedSections(
        _ metadata: RecordMetadata
    ) -> [(what: String, section: [UInt8], refusal: String)] {
        func section(_ fields: [(UInt16, [UInt8])], padding: UInt8 = 0, length: UInt32? = nil) -> [UInt8] {
            var content = OctetWriter()
            for (tag, value) in fields {
                content.writeBigEndian(tag)
                content.writeBigEndian(UInt32(value.count))
                content.write(value)
            }
            var writer = OctetWriter()
            writer.writeBigEndian(length ?? UInt32(content.bytes.count))
            writer.write(content.bytes)
            writer.write(repeatElement(0, count: 1023 - writer.bytes.count))
            writer.writeUInt8(padding)
            return writer.bytes
        }
        func files(_ name: String, _ count: UInt64) -> [UInt8] {
            var writer = OctetWriter()
            writer.writeBigEndian(UInt16(1))
            writer.writeUInt8(UInt8(name.utf8.count))
            writer.write(name.utf8)
            writer.writeBigEndian(count)
            return writer.bytes
        }
        let kind: (UInt16, [UInt8]) = (1, Array("ecg.resting".utf8))
        let format: (UInt16, [UInt8]) = (2, Array("wfdb".utf8))
        let file: (UInt16, [UInt8]) = (3, files("r.dat", 3000))
        let good = [kind, format, file]
        let start: (UInt16, [UInt8]) = (4, [0, 0, 0, 0, 0, 0, 0, 0])
        let lead: [UInt8] = [0, 1, 1, 0x49, 1, 0x56]
        let infinity: [UInt8] = [0x7f, 0xf0, 0, 0, 0, 0, 0, 0]
        return [
            ("fields longer than the section", section(good, length: 1021), "metadata-section"),
            ("fields of 4 GiB", section(good, length: .max), "metadata-section"),
            ("a field cut short", section([kind, format, file, (9, [])], length: 52), "metadata-section"),
            ("padding in the metadata", section(good, padding: 1), "metadata-padding"),
            ("fields out of order", section([format, kind, file]), "metadata-order 1"),
            ("a field twice", section([kind, format, file, file]), "metadata-order 3"),
            ("field 0", section([(0, [])] + good), "metadata-order 0"),
            ("an unknown field", section(good + [(11, [])]), "metadata-unknown 11"),
            ("no kind", section([format, file]), "metadata-missing 1"),
            ("no format", section([kind, file]), "metadata-missing 2"),
            ("no files", section([kind, format]), "metadata-missing 3"),
            ("an offset without a start", section(good + [(5, [0, 60])]), "metadata-missing 4"),
            ("an empty kind", section([(1, []), format, file]), "metadata-field 1"),
            ("a kind that is not UTF-8", section([(1, [0xed, 0xa0, 0x80]), format, file]), "metadata-field 1"),
            ("a line feed in the format", section([kind, (2, [0x0a]), file]), "metadata-field 2"),
            ("no file in the list", section([kind, format, (3, [0, 0])]), "metadata-field 3"),
            ("a file's name with a slash", section([kind, format, (3, files("../r", 3))]), "metadata-field 3"),
            ("a file's name with a dot in front", section([kind, format, (3, files(".r", 3))]), "metadata-field 3"),
            ("a byte behind the files", section([kind, format, (3, file.1 + [0])]), "metadata-field 3"),
            ("a file of all bits", section([kind, format, (3, files("r", .max))]), "metadata-field 3"),
            ("a start in the year 0", section(good + [(4, [0x80, 0, 0, 0, 0, 0, 0, 0])]), "metadata-field 4"),
            ("an offset of 19 hours", section(good + [start, (5, [0x04, 0x74])]), "metadata-field 5"),
            ("a duration of all bits", section(good + [(6, [UInt8](repeating: 255, count: 8))]), "metadata-field 6"),
            (
                "a rate by zero", section(good + [(7, [0, 0, 0, 1] + [UInt8](repeating: 0, count: 12))]),
                "metadata-field 7"
            ),
            (
                "a gain without end",
                section(good + [(8, lead + infinity + [UInt8](repeating: 0, count: 9))]), "metadata-field 8"
            ),
            ("a device of 256 bytes", section(good + [(9, [UInt8](repeating: 0x61, count: 256))]), "metadata-field 9"),
            (
                "a layout of no file",
                section(good + [(10, [0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2])]),
                "metadata-field 10"
            ),
            (
                "an empty group",
                section(good + [(10, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])]),
                "metadata-field 10"
            ),
            ("files longer than the body", section([kind, format, (3, files("r.dat", 4097))]), "metadata-body"),
        ]
    }
}
