import Testing

@testable import Electrocardiogram

struct WFDBReaderTests {
    private static func read(_ header: String, _ files: [String: [UInt8]]) throws(WFDBError) -> ECGRecording {
        var files = files
        files["r.hea"] = Array(header.utf8)
        return try WFDBReader.read("r.hea", in: files)
    }

    @Test func format16IsLittleEndianTwosComplement() throws {
        let recording = try Self.read(
            "r 1 250 4\nr.dat 16 2/mV", ["r.dat": [1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0x80]])
        #expect(recording.leads[0].samples == [1, -1, 32767, -32768])
        #expect((0..<4).map { recording.leads[0].value(at: $0) } == [0.5, -0.5, 16383.5, nil])
    }

    @Test func format212PacksPairsAndEndsOnTwoBytes() throws {
        // 0x7ff, -1, then the odd last one: -2048, which is no valid sample.
        let recording = try Self.read("r 1 250 3\nr.dat 212", ["r.dat": [0xff, 0xf7, 0xff, 0x00, 0x08]])
        #expect(recording.leads[0].samples == [2047, -1, -2048])
        #expect(recording.leads[0].sample(at: 2) == nil)
        #expect(recording.notices == [.uncalibrated(lead: 0)])
    }

    @Test func everyFormat212SampleSurvives() {
        let samples = (Int32(-2048)...2047).flatMap { [$0, -1 - $0] }
        let bytes = WFDBSignalFormat.format212.encode(samples)
        let placement = SignalPlacement(samplesPerFrame: 1, position: 0, count: 1)
        #expect(
            WFDBSignalFormat.format212.decode(
                placement, frames: 0..<samples.count, from: bytes, at: 0, firstSample: 0) == samples)
    }

    @Test func framesInterleaveLeadsOfDifferentRates() throws {
        let stream: [Int32] = [1, 10, 11, 2, 12, 13]
        let recording = try Self.read(
            "r 2 100 2\nr.dat 16 1\nr.dat 16x2 1", ["r.dat": WFDBSignalFormat.format16.encode(stream)])
        #expect(recording.leads.map(\.samples) == [[1, 2], [10, 11, 12, 13]])
        #expect(recording.leads.map { recording.samplingRate(of: $0) } == [100, 200])
    }

    @Test func skewMovesALeadAndLeavesAGapAtItsEnd() throws {
        let stream: [Int32] = [1, 10, 2, 20, 3, 30]
        let recording = try Self.read(
            "r 2 100 3\nr.dat 16 1\nr.dat 16:1 1", ["r.dat": WFDBSignalFormat.format16.encode(stream)])
        #expect((0..<3).map { recording.leads[1].sample(at: $0) } == [20, 30, nil])
        #expect(recording.leads[1].samples == [10, 20, 30])
    }

    @Test func aPreambleIsSkippedAndKept() throws {
        let recording = try Self.read("r 1 100 1\nr.mat 16+3 1", ["r.mat": [9, 8, 7, 5, 0]])
        #expect(recording.leads[0].samples == [5])
        #expect(recording.preambles == ["r.mat": [9, 8, 7]])
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (6, 4)])
    func aMissingLengthComesFromTheFile(bytes: Int, samples: Int) throws {
        let recording = try Self.read("r 1 100\nr.dat 212 1", ["r.dat": [UInt8](repeating: 0, count: bytes)])
        #expect(recording.frameCount == samples)
        #expect(recording.notices.first == .lengthFromFileSize)
    }

    @Test func filesOfDifferentLengthNeedAStatedOne() throws {
        let files = ["a.dat": [UInt8](repeating: 0, count: 4), "b.dat": [UInt8](repeating: 0, count: 6)]
        #expect(throws: WFDBError.signalFilesDisagreeOnLength("b.dat", frames: 3, others: 2)) {
            try Self.read("r 2 100\na.dat 16 1\nb.dat 16 1", files)
        }
        let recording = try Self.read("r 2 100 2\na.dat 16 1\nb.dat 16 1", files)
        #expect(recording.notices == [.trailingBytes(file: "b.dat", count: 2)])
    }

    @Test(arguments: ["0", "65536", "-65536", "131072"])
    func checksumsCompareModulo65536(checksum: String) throws {
        let bytes = WFDBSignalFormat.format16.encode([32767, 32767, 2])
        let recording = try Self.read("r 1 100 3\nr.dat 16 1 0 0 0 \(checksum)", ["r.dat": bytes])
        #expect(recording.notices.isEmpty)
    }

    @Test func aFlippedBitIsReported() throws {
        var bytes = WFDBSignalFormat.format16.encode([100, 200, 300])
        bytes[2] ^= 1
        let recording = try Self.read("r 1 100 3\nr.dat 16 1 0 0 0 600", ["r.dat": bytes])
        #expect(recording.notices == [.checksumMismatch(lead: 0, declared: 600, computed: 601)])
    }

    @Test func aLengthThatNoFileCanHaveIsRefusedBeforeAllocating() {
        #expect(
            throws: WFDBError.truncatedFile("r.dat", neededByteCount: 1 << 54, availableByteCount: 2)
        ) {
            try Self.read("r 1 100 9007199254740992\nr.dat 16 1", ["r.dat": [0, 0]])
        }
        #expect(
            throws: WFDBError.truncatedFile("r.dat", neededByteCount: .max, availableByteCount: 2)
        ) {
            try Self.read("r 1 100 9007199254740992\nr.dat 16x1048576 1", ["r.dat": [0, 0]])
        }
    }

    @Test func aRecordOfAnnotationsAloneIsRead() throws {
        let set = ECGAnnotationSet(annotator: "atr", annotations: [ECGAnnotation(time: 5, code: .normalBeat)])
        let recording = try Self.read("r 0 100 500", ["r.atr": set.encoded()])
        #expect(recording.leads.isEmpty)
        #expect(recording.duration == 5)
        #expect(recording.annotations == [set])
    }

    /// PhysioNet's folders hold more than a record's own files, and a name does not say what a file is.
    @Test func whatIsNoAnnotationFileIsLeftOutWithANotice() throws {
        let set = ECGAnnotationSet(annotator: "qrs", annotations: [ECGAnnotation(time: 5, code: .normalBeat)])
        let whole = try set.encoded()
        let text = Array("a line of text, or so\n".utf8)
        let recording = try Self.read(
            "r 0 100 500",
            [
                "r.qrs": whole, "r.xws": text, "r.odd": [1], "r.text": text, "r.cut": Array(whole.dropLast(2)),
                "r.empty": [],
            ])
        #expect(recording.annotations == [set])
        #expect(
            recording.notices == [
                .leftOut(file: "r.cut", nil), .leftOut(file: "r.empty", nil), .leftOut(file: "r.odd", .oddLength),
                .leftOut(file: "r.text", nil),
            ])
        #expect(recording.notices.allSatisfy { $0.description.contains("left out") })
    }

    @Test func aDamagedReferenceIsRefused() throws {
        #expect(throws: WFDBError.annotations(.oddLength, offset: 1)) {
            try Self.read("r 0 100 500", ["r.atr": [1]])
        }
        let cut = try ECGAnnotationSet(
            annotator: "atr", annotations: [ECGAnnotation(time: 5, code: .normalBeat)]
        ).encoded().dropLast(2)
        let recording = try Self.read("r 0 100 500", ["r.atr": Array(cut)])
        #expect(recording.annotations.map(\.annotations.count) == [1])
        #expect(recording.notices == [.missingEndMarker(annotator: "atr")])
    }

    @Test func aRecordSetNamesItsFiles() throws {
        let set = try WFDBRecordSet(
            headerFile: "r.hea", header: Array("r 3 100 1\na.dat 16\na.dat 16\nr.xyz 16\n".utf8))
        #expect(set.requiredFiles == ["r.hea", "a.dat", "r.xyz"])
        let names = [
            "r.atr", "r.qrs", "r.dat", "r.hea", "r.xyz", "rr.atr", "r.a/b", "r.", "r.txt", "a.atr", "r.a.b", "r.xws",
        ]
        #expect(set.annotationFiles(among: names) == ["r.atr", "r.qrs"])
    }

    @Test(arguments: ["../r.hea", "/r.hea", "r.dat", ".hea", "r.HEA", "a b.hea"])
    func aHeaderNameWithAPathIsRefused(name: String) {
        #expect(throws: WFDBError.unsafeHeaderFileName) {
            try WFDBRecordSet(headerFile: name, header: Array("r 0".utf8))
        }
    }

    @Test func anExcerptKeepsSamplesGapsAndAnnotations() throws {
        var recording = try Self.read(
            "r 1 100 6 10:00:00\nr.dat 16:1 1",
            ["r.dat": WFDBSignalFormat.format16.encode([9, 0, 1, -32768, 3, 4])])
        recording.annotations = [
            ECGAnnotationSet(
                annotator: "atr",
                annotations: [2, 6, 8, 12].map { ECGAnnotation(time: $0, code: .normalBeat) }, timeResolution: 200)
        ]
        let part = recording.excerpt(frames: 2..<5)
        #expect((0..<3).map { part.leads[0].sample(at: $0) } == [nil, 3, 4])
        #expect(part.annotations[0].annotations.map(\.time) == [2, 4])
        #expect(part.startTime == nil)
        #expect(recording.excerpt(frames: 4..<900).frameCount == 2)
    }
}
