import Octets
import Testing

@testable import SealedRecord

@Suite struct RecordMetadataTests {
    static let full = RecordMetadata(
        kind: "ecg.ambulatory", payloadFormat: "wfdb",
        files: [RecordFile(name: "100.hea", byteCount: 143), RecordFile(name: "100.dat", byteCount: 1_950_000)],
        start: RecordStart(milliseconds: -1, utcOffsetMinutes: -300), durationMicroseconds: 1_805_555_556,
        sampling: RecordSampling(numerator: 360, frameCount: 650_000),
        leads: [
            RecordLead(name: "MLII", unit: "mV", gain: 200, baseline: 1024, resolutionBits: 11),
            RecordLead(name: "aVR", unit: "µV", gain: -0.5, baseline: .min),
        ], device: "Del Mar Avionics 445",
        layouts: [SampleLayout(file: 1, preambleByteCount: 7, framesPerGroup: 2, bytesPerGroup: 6)],
        extensions: [0x8000: [], 0xffff: [1, 2, 3]])

    private func decode(_ section: [UInt8]) throws -> RecordMetadata {
        try RecordMetadata(section: section, bodyByteCount: 1 << 40)
    }

    /// A section made of any fields.
    private func section(_ fields: [(UInt16, [UInt8])], size: Int = 1024) -> [UInt8] {
        var content = OctetWriter()
        for (tag, value) in fields {
            content.writeBigEndian(tag)
            content.writeBigEndian(UInt32(value.count))
            content.write(value)
        }
        var writer = OctetWriter()
        writer.writeBigEndian(UInt32(content.bytes.count))
        writer.write(content.bytes)
        return writer.bytes + [UInt8](repeating: 0, count: max(0, size - writer.bytes.count))
    }

    private let files: [UInt8] = [0, 1, 1, 0x61, 0, 0, 0, 0, 0, 0, 0, 5]

    @Test func everythingRoundTrips() throws {
        #expect(try decode(Self.full.section()) == Self.full)
        let least = RecordMetadata(kind: "k", payloadFormat: "p", files: [RecordFile(name: "f", byteCount: 0)])
        #expect(try decode(least.section()) == least)
    }

    @Test func lengthsOfMetadataShowAsPowersOfTwoOnly() throws {
        var metadata = Self.full
        #expect(try metadata.section().count == 1024)
        metadata.device = "X"
        #expect(try metadata.section().count == 1024)
        metadata.leads = (0..<12).map { RecordLead(name: "V\($0)", unit: "mV", gain: 1000) }
        #expect(try metadata.section().count == 1024)
        metadata.extensions[0x9000] = [UInt8](repeating: 1, count: 1000)
        #expect(try metadata.section().count == 2048)
        metadata.extensions[0x9000] = [UInt8](repeating: 1, count: 1 << 20)
        let found = refusal { try metadata.section() }
        guard case .metadata(.tooLarge) = found else {
            Issue.record("expected too large, got \(String(describing: found))")
            return
        }
    }

    @Test func whatIsSealedKeepsTheRules() {
        func flaw(_ change: (inout RecordMetadata) -> Void) -> UInt16? {
            var metadata = Self.full
            change(&metadata)
            switch refusal({ try metadata.section() }) {
            case .metadata(.field(let tag, _)), .metadata(.unknown(let tag)): return tag
            default: return nil
            }
        }
        #expect(flaw { _ in } == nil)
        #expect(flaw { $0.kind = "" } == 1)
        #expect(flaw { $0.kind = String(repeating: "k", count: 65) } == 1)
        #expect(flaw { $0.payloadFormat = "a\nb" } == 2)
        #expect(flaw { $0.files = [] } == 3)
        #expect(flaw { $0.files[1].name = "100.HEA" } == 3)
        for name in ["", ".", "..", ".hidden", "a/b", "a b", "é", "a\0", String(repeating: "a", count: 256)] {
            #expect(flaw { $0.files[0].name = name } == 3)
        }
        #expect(flaw { $0.files[0].byteCount = .max } == 3)
        #expect(
            flaw { $0.files = (0..<257).map { RecordFile(name: "\($0)", byteCount: 0) } } == 3)
        #expect(flaw { $0.start?.milliseconds = .min } == 4)
        #expect(flaw { $0.start?.utcOffsetMinutes = 1081 } == 5)
        #expect(flaw { $0.durationMicroseconds = .max } == 6)
        #expect(flaw { $0.sampling?.numerator = 0 } == 7)
        #expect(flaw { $0.sampling?.denominator = 0 } == 7)
        #expect(flaw { $0.leads[0].gain = .nan } == 8)
        #expect(flaw { $0.leads[0].gain = .infinity } == 8)
        #expect(flaw { $0.leads[0].name = "" } == 8)
        #expect(flaw { $0.leads[0].unit = String(repeating: "m", count: 33) } == 8)
        #expect(flaw { $0.device = "\u{7f}" } == 9)
        #expect(flaw { $0.layouts[0].file = 2 } == 10)
        #expect(flaw { $0.layouts[0].bytesPerGroup = 0 } == 10)
        #expect(flaw { $0.layouts[0].framesPerGroup = 0 } == 10)
        #expect(flaw { $0.layouts[0].preambleByteCount = .max } == 10)
        #expect(flaw { $0.extensions[0x7fff] = [] } == 0x7fff)
    }

    @Test func everyFlawOfASectionIsNamed() throws {
        func flaw(_ fields: [(UInt16, [UInt8])]) -> String? { refusal { try decode(section(fields)) }?.refusal }
        let good: [(UInt16, [UInt8])] = [(1, [0x6b]), (2, [0x70]), (3, files)]
        #expect(flaw(good) == nil)
        #expect(flaw([]) == "metadata-missing 1")
        #expect(flaw([good[0], good[2]]) == "metadata-missing 2")
        #expect(flaw([good[0], good[1]]) == "metadata-missing 3")
        #expect(flaw([good[1], good[0], good[2]]) == "metadata-order 1")
        #expect(flaw([good[0], good[0], good[1], good[2]]) == "metadata-order 1")
        #expect(flaw([(0, [])] + good) == "metadata-order 0")
        #expect(flaw(good + [(11, [])]) == "metadata-unknown 11")
        #expect(flaw(good + [(0x8001, [1])]) == nil)
        #expect(flaw([(1, [0xff]), good[1], good[2]]) == "metadata-field 1")
        #expect(flaw([(1, [0xc0, 0x80]), good[1], good[2]]) == "metadata-field 1")
        #expect(flaw([good[0], good[1], (3, files + [0])]) == "metadata-field 3")
        #expect(flaw([good[0], good[1], (3, [0, 0])]) == "metadata-field 3")
        #expect(flaw([good[0], good[1], (3, [0xff, 0xff])]) == "metadata-field 3")
        #expect(flaw(good + [(4, [1])]) == "metadata-field 4")
        #expect(flaw(good + [(5, [0, 1])]) == "metadata-missing 4")
        #expect(flaw(good + [(8, [0, 0])]) == "metadata-field 8")
        #expect(flaw(good + [(10, [0, 0])]) == "metadata-field 10")

        var padded = section(good)
        padded[padded.count - 1] = 1
        #expect(refusal { try decode(padded) }?.refusal == "metadata-padding")
        for length: [UInt8] in [[0xff, 0xff, 0xff, 0xff], [0, 0, 4, 0], [0x80, 0, 0, 0]] {
            var huge = section(good)
            huge.replaceSubrange(0..<4, with: length)
            #expect(refusal { try decode(huge) }?.refusal == "metadata-section")
        }
        #expect(refusal { try decode([]) }?.refusal == "metadata-section")
        #expect(
            refusal { try RecordMetadata(section: section(good), bodyByteCount: 4) }
                == .metadata(.body(files: 5, body: 4)))
        #expect(throws: Never.self) { try RecordMetadata(section: section(good), bodyByteCount: 5) }
    }

    /// Seeded: whatever bytes an authentic section holds, decoding ends in a value or a typed error, and a value encodes again to equal fields.
    @Test func damagedSectionsNeverTrap() throws {
        var generator = SeededGenerator(seed: 6)
        let good = try Self.full.section()
        let used = 4 + good[0..<4].reduce(0) { $0 << 8 | Int($1) }
        var refused = 0
        for round in 0..<4_000 {
            var bytes = good
            for _ in 0...round % 3 {
                bytes[Int.random(in: 0..<used, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
            }
            do throws(SealedRecordError) {
                let metadata = try RecordMetadata(section: bytes, bodyByteCount: 1 << 40)
                #expect(try metadata.section() == bytes)
            } catch {
                guard case .metadata = error else {
                    Issue.record("\(error)")
                    return
                }
                refused += 1
            }
        }
        #expect(refused > 2_000)
    }

    @Test func timesFindTheirFrames() {
        let sampling = RecordSampling(numerator: 360, frameCount: 650_000)
        #expect(sampling.frame(atMicroseconds: 0) == 0)
        #expect(sampling.frame(atMicroseconds: 2_777) == 0)
        #expect(sampling.frame(atMicroseconds: 2_778) == 1)
        #expect(sampling.frame(atMicroseconds: 1_000_000) == 360)
        #expect(sampling.frame(atMicroseconds: 1_805_555_555) == 649_999)
        #expect(sampling.frame(atMicroseconds: 1_805_555_556) == nil)
        #expect(sampling.frame(atMicroseconds: .max) == nil)
        let odd = RecordSampling(numerator: .max, denominator: 1, frameCount: .max)
        #expect(odd.frame(atMicroseconds: .max) == nil)
    }

    @Test func framesFindTheirBytes() throws {
        // Format 212 with three signals: two frames in nine bytes; an odd frame at the end has five.
        let layout = SampleLayout(file: 0, preambleByteCount: 100, framesPerGroup: 2, bytesPerGroup: 9)
        let size: UInt64 = 100 + 9 * 5 + 5
        func place(_ frames: Range<UInt64>) throws -> (UInt64, Range<UInt64>) {
            let found = try layout.bytes(holding: frames, fileByteCount: size)
            return (found.firstFrame, found.range)
        }
        #expect(try place(0..<1) == (0, 100..<109))
        #expect(try place(3..<4) == (2, 109..<118))
        #expect(try place(3..<7) == (2, 109..<136))
        #expect(try place(10..<11) == (10, 145..<150))
        #expect(try place(0..<11) == (0, 100..<150))
        #expect(try place(4..<4).1.isEmpty)
        for frames in [12..<13, 0..<13, UInt64.max - 1 ..< .max] {
            #expect(
                refusal { try layout.bytes(holding: frames, fileByteCount: size) }
                    == .outOfRange(lower: frames.lowerBound, upper: frames.upperBound, byteCount: 12))
        }
        #expect(refusal { try layout.bytes(holding: 0..<1, fileByteCount: 100) } != nil)
    }
}
