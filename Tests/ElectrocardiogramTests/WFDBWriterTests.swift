import Testing

@testable import Electrocardiogram

struct WFDBWriterTests {
    private static func sample() -> ECGRecording {
        var pressure = ECGLead(
            name: "ABP", unit: "mmHg", gain: 20, baseline: -1600, adcResolution: 12, format: .format212,
            samples: [1, -2, 3])
        pressure.skew = 2
        var recording = ECGRecording(
            name: "r", samplingRate: 62.4725, frameCount: 3,
            leads: [
                ECGLead(
                    name: "ECG lead II", gain: 204.8, baseline: 1024, adcResolution: 11, adcZero: 1024,
                    format: .format212, samplesPerFrame: 2, samples: [0, 1, 2, 3, 4, 2047]),
                pressure,
                ECGLead(name: "", unit: "\u{b5}V", gain: 0.5, format: .format16, samples: [-32768, 7, 8]),
            ],
            comments: ["Age: 78", "", "  indented, with # inside"],
            annotations: [
                ECGAnnotationSet(annotator: "atr", annotations: [ECGAnnotation(time: 2, code: .normalBeat)])
            ],
            startTime: TimeOfDay(hour: 19, minute: 46, second: 25, nanosecond: 757_000_000),
            startDate: CalendarDate(year: 2137, month: 2, day: 1))
        recording.counter = RecorderCounter(frequency: 999.56, base: 12)
        return recording
    }

    @Test func theHeaderStatesEveryField() throws {
        let files = try WFDBWriter.files(of: Self.sample())
        #expect(files.keys.sorted() == ["r.atr", "r.dat", "r.hea", "r_2.dat"])
        #expect(
            String(decoding: try #require(files["r.hea"]), as: UTF8.self) == """
                r 3 62.4725/999.56(12) 3 19:46:25.757 01/02/2137
                r.dat 212x2 204.8(1024)/mV 11 1024 0 2057 0 ECG lead II
                r.dat 212:2 20(-1600)/mmHg 12 0 1 2 0 ABP
                r_2.dat 16 0.5(0)/\u{b5}V 0 0 -32768 -32753 0
                # Age: 78
                #
                #   indented, with # inside

                """)
    }

    @Test func whatIsWrittenReadsBackEqual() throws {
        var again = try WFDBReader.read("r.hea", in: WFDBWriter.files(of: Self.sample()))
        for index in again.leads.indices {
            again.leads[index].declaredChecksum = nil
            again.leads[index].declaredInitialValue = nil
            again.leads[index].signalFile = nil
        }
        #expect(again == Self.sample())
    }

    @Test func writingTwiceGivesTheSameBytes() throws {
        let once = try WFDBWriter.files(of: Self.sample())
        #expect(try WFDBWriter.files(of: WFDBReader.read("r.hea", in: once)) == once)
    }

    @Test func anUncalibratedLeadStaysUncalibrated() throws {
        var recording = Self.sample()
        recording.leads[0].isCalibrated = false
        let again = try WFDBReader.read("r.hea", in: WFDBWriter.files(of: recording))
        #expect(again.notices == [.uncalibrated(lead: 0)])
    }

    @Test func oneFileTakesAllLeadsAndTranslatesInvalidSamples() throws {
        var recording = Self.sample()
        recording.leads[2].samples = [-32768, 7, 8]
        let files = try WFDBWriter.files(of: recording, named: "s", storage: .singleFile(.format212))
        #expect(files.keys.sorted() == ["s.atr", "s.dat", "s.hea"])
        let again = try WFDBReader.read("s.hea", in: files)
        #expect(again.leads[2].samples == [-2048, 7, 8])
        #expect(again.leads[2].sample(at: 0) == nil)
    }

    /// A valid sample must not come back as a gap.
    @Test func aSampleThatWouldMeanInvalidInTheNewFormatIsRefused() throws {
        var recording = Self.sample()
        recording.leads[2].samples = [-32768, 7, -2048]
        #expect(throws: WFDBError.sampleOutOfRange(lead: 2, index: 2, format: .format212)) {
            try WFDBWriter.files(of: recording, storage: .singleFile(.format212))
        }
        recording.leads[2].samples = [-32768, 7, -2047]
        let files = try WFDBWriter.files(of: recording, storage: .singleFile(.format212))
        let again = try WFDBReader.read("r.hea", in: files)
        #expect((0..<3).map { again.leads[2].sample(at: $0) } == [nil, 7, -2047])
        let wide = try WFDBReader.read("r.hea", in: WFDBWriter.files(of: again, storage: .singleFile(.format16)))
        #expect((0..<3).map { wide.leads[2].sample(at: $0) } == [nil, 7, -2047])
    }

    @Test func whatTheFormatCannotSayIsRefused() {
        func refusal(_ change: (inout ECGRecording) -> Void) -> WFDBError? {
            var recording = Self.sample()
            change(&recording)
            do throws(WFDBError) {
                _ = try WFDBWriter.files(of: recording)
                return nil
            } catch { return error }
        }
        #expect(refusal { $0.name = "a/b" } == .unwritableRecord(.recordName))
        #expect(refusal { $0.leads[1].samples[0] = 2048 } == .sampleOutOfRange(lead: 1, index: 0, format: .format212))
        #expect(refusal { $0.leads[1].samples.removeLast() } == .sampleCountMismatch(lead: 1, expected: 3, actual: 2))
        #expect(refusal { $0.leads[0].signalFile = "../x" } == .unwritable(lead: 0, field: .fileName))
        #expect(refusal { $0.leads[0].unit = "deg C" } != nil)
        #expect(refusal { $0.leads[0].name = "two\nlines" } != nil)
        #expect(refusal { $0.leads[0].gain = .nan } == .malformedField(line: 2, field: .gain))
        #expect(refusal { $0.comments = ["one\ntwo 3"] } != nil)
        #expect(refusal { $0.startTime = nil } == .unwritableRecord(.baseTime))
        #expect(refusal { $0.samplingRate = .infinity } == .unwritableRecord(.samplingFrequency))
        #expect(refusal { $0.samplingRate = 0 } == .outOfRange(line: 1, field: .samplingFrequency))
        #expect(refusal { $0.annotations[0].annotator = "hea" } == .unwritableRecord(.annotator))
        #expect(refusal { $0.annotations[0].annotator = "../x" } == .unwritableRecord(.annotator))
        #expect(refusal { $0.annotations.append($0.annotations[0]) } == .unwritableRecord(.annotator))
        #expect(refusal { $0.leads[2].signalFile = "r.hea" } == .unwritableRecord(.fileName))
    }

    @Test(arguments: [WFDBSignalFormat.format16, .format212], [1, 2, 3, 7, 50])
    func streamingGivesTheSameFilesAsWritingAtOnce(format: WFDBSignalFormat, chunk: Int) throws {
        var options = SynthesisOptions()
        options.leads = [.leadII, .v1, .v5]
        options.format = format
        options.gain = 200
        var recording = try ECGRecording.synthesized(named: "s", frameCount: 101, options)
        recording.annotations = []
        let expected = try WFDBWriter.files(of: recording)
        var writer = try WFDBStreamWriter(recording)
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: 101, by: chunk) {
            let range = start..<min(101, start + chunk)
            bytes += try writer.encode(recording.leads.map { Array($0.samples[range]) })
        }
        bytes += writer.finish()
        #expect(bytes == expected["s.dat"])
        #expect(try writer.header().bytes == expected["s.hea"])
        #expect(try writer.header().file == "s.hea")
    }
}
