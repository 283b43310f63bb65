import Electrocardiogram
import SealedRecord
import Testing

@testable import ParasolClient

/// Random access by sample time: a stretch equals the same part of the whole, and opens no more than it needs.
@Suite struct SealedWFDBRecordTests {
    /// From the first second over the last one, on frames and between them.
    static let stretches: [Range<UInt64>] = [
        0..<1_000_000, 2_777..<2_778, 7_500_000..<8_500_000, 11_111_111..<13_333_333, 29_000_000..<90_000_000,
        5_000_000..<5_000_000, 30_000_000..<31_000_000,
    ]

    /// Pairs of frames end within a byte where a frame has an odd number of 12-bit samples.
    @Test(
        arguments: [WFDBSignalFormat.format16, .format212],
        [[StandardLead.leadII], [.leadII, .v1], [.leadI, .leadII, .v1]])
    func aStretchEqualsTheSamePartOfTheWhole(format: WFDBSignalFormat, leads: [StandardLead]) throws {
        let recording = try ECGRecording.arrhythmiaLike(leads: leads, format: format, seconds: 30)
        try compare(SealedSample("100", WFDBWriter.files(of: recording)), Self.stretches)
    }

    @Test func ofAnOddCountOfFramesTheLastHalfGroupIsRead() throws {
        let recording = try ECGRecording.arrhythmiaLike(leads: [.leadII], format: .format212, seconds: 30)
            .excerpt(frames: 0..<10_799)
        try compare(SealedSample("100", WFDBWriter.files(of: recording)), [29_996_000..<30_000_000])
    }

    /// Two files, bytes before the samples, several samples a frame, and skew.
    @Test func aRecordOfSeveralFilesIsReadByTime() throws {
        let count = 4000
        let first = [7, 7, 7] + (0..<(3 * count + 1) / 2 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let second = (0..<2 * 2 * count).map { UInt8(truncatingIfNeeded: $0 &* 91) }
        let header = "r 4 100 \(count)\na.dat 212+3 1\na.dat 212x2:2+3 1\nb.dat 16 1\nb.dat 16:1 1\n"
        let sample = try SealedSample("r", ["r.hea": Array(header.utf8), "a.dat": first, "b.dat": second])
        #expect(
            sample.metadata.layouts == [
                SampleLayout(file: 1, preambleByteCount: 3, framesPerGroup: 2, bytesPerGroup: 9),
                SampleLayout(file: 2, framesPerGroup: 1, bytesPerGroup: 4),
            ])
        try compare(sample, [0..<30_000, 12_345_678..<12_999_999, 39_900_000..<41_000_000])
    }

    @Test(.enabled(if: RealRecordings.folder != nil, "no real recordings: skipped"))
    func aRealRecordIsReadByTime() throws {
        let sample = try SealedSample("100", RealRecordings.files(of: "100"))
        #expect(sample.metadata.layouts == [SampleLayout(file: 1, framesPerGroup: 1, bytesPerGroup: 3)])
        try compare(sample, [0..<10_000_000, 900_000_001..<901_500_000, 1_800_000_000..<2_000_000_000])
    }

    @Test func aRecordThatIsNoWFDBIsRefused() throws {
        let recording = try ECGRecording.arrhythmiaLike(leads: [.leadII], format: .format16, seconds: 1)
        let files = try WFDBWriter.files(of: recording)
        var sample = try SealedSample("100", files)
        #expect(throws: SealedWFDBError.notWFDB) {
            _ = try SealedWFDBRecord(Self.reader(sample) { $0.payloadFormat = "other" })
        }
        sample = try SealedSample("100", files)
        let untimed = try SealedWFDBRecord(Self.reader(sample) { $0.sampling = nil })
        #expect(throws: SealedWFDBError.sealed(.noSampling)) { try untimed.recording(microseconds: 0..<1) }
        #expect(try untimed.recording(frames: 3..<5).frameCount == 2)
    }

    private static func reader(
        _ sample: SealedSample, _ change: (inout RecordMetadata) -> Void
    ) throws -> SealedRecordReader<MemorySource> {
        var metadata = sample.metadata
        change(&metadata)
        let sealed = try SealedRecord.seal(
            sample.record.files.map(\.bytes), folderPublicKey: sample.reader.header.folderPublicKey,
            capsule: sample.reader.header.capsule, seed: SealedSample.seed, metadata: metadata)
        return try SealedRecordReader(MemorySource(sealed.container), seed: SealedSample.seed)
    }

    /// Reads each stretch by time, by sample layout and from the bare files, against the whole record; and counts.
    private func compare(_ sample: SealedSample, _ stretches: [Range<UInt64>]) throws {
        let whole = sample.record.recording
        let files = Dictionary(uniqueKeysWithValues: sample.record.files.map { ($0.name, $0.bytes) })
        let index = try WFDBSampleIndex(
            WFDBHeader(parsing: #require(files[sample.record.headerFile])), frameCount: whole.frameCount)
        let sampling = try #require(sample.metadata.sampling)
        let sealed = try SealedWFDBRecord(sample.reader)
        #expect(sealed.frameCount == whole.frameCount)
        for stretch in stretches {
            let frames = sampling.frames(inMicroseconds: stretch)
            let range = Int(frames.lowerBound)..<Int(frames.upperBound)
            let places = index.byteRanges(frames: range).filter { !$0.bytes.isEmpty }
            let needed = try places.reduce(into: Set<UInt64>()) {
                $0.formUnion(try sample.segments(of: $1.file, $1.bytes))
            }
            // Forget the segment that is held, so that every one needed is seen.
            _ = try sample.reader.read(0..<1)
            _ = sample.touchedSegments()
            let window = try sealed.recording(microseconds: stretch)
            #expect(sample.touchedSegments().subtracting([0]) == needed.subtracting([0]), "\(stretch)")
            #expect(window.leads.map(\.samples) == whole.excerpt(frames: range).leads.map(\.samples), "\(stretch)")
            let bare = try index.read(frames: range) { place in files[place.file].map { Array($0[place.bytes]) } }
            #expect(window == bare, "\(stretch)")
            try compareLayouts(sample, stretch, range, files)
        }
    }

    /// By a sample layout alone: the bytes are those of the groups that hold the frames.
    private func compareLayouts(
        _ sample: SealedSample, _ stretch: Range<UInt64>, _ frames: Range<Int>, _ files: [String: [UInt8]]
    ) throws {
        for (number, layout) in sample.metadata.layouts.enumerated() {
            _ = try sample.reader.read(0..<1)
            _ = sample.touchedSegments()
            let place = try sample.reader.read(microseconds: stretch, layout: number)
            let touched = sample.touchedSegments()
            #expect(Int(place.frames.lowerBound)..<Int(place.frames.upperBound) == frames)
            guard !frames.isEmpty else {
                #expect(place.bytes.isEmpty && touched.isEmpty)
                continue
            }
            let file = sample.metadata.files[Int(layout.file)].name
            let bytes = try #require(files[file])
            let group = Int(layout.bytesPerGroup)
            let perGroup = Int(layout.framesPerGroup)
            let start = Int(layout.preambleByteCount) + frames.lowerBound / perGroup * group
            let last = Int(layout.preambleByteCount) + (frames.upperBound - 1) / perGroup * group
            let expected = start..<min(last + group, bytes.count)
            #expect(Int(place.firstFrame) == frames.lowerBound / perGroup * perGroup)
            #expect(place.bytes == Array(bytes[expected]))
            #expect(try touched.subtracting([0]) == sample.segments(of: file, expected).subtracting([0]))
        }
    }
}
