import Testing

@testable import Electrocardiogram

struct WFDBHeaderTests {
    private static func parse(_ text: String) throws(WFDBError) -> WFDBHeader {
        try WFDBHeader(parsing: Array(text.utf8))
    }

    @Test func everyFieldIsRead() throws {
        let header = try Self.parse(
            """
            # before the record line

            r_1-a 2 3.6e2/999.5(-12.25) 1000 8:26:04.5 1/12/1994
            a.dat 212x4:3+24 2000.5(-1600)/uV 12 7 -5 -2716 512 ECG lead \tII\t
            # between
            b.dat 16

            #last
            """)
        #expect(header.recordName == "r_1-a")
        #expect(header.samplingFrequency == 360)
        #expect(header.counter == RecorderCounter(frequency: 999.5, base: -12.25))
        #expect(header.frameCount == 1000)
        #expect(header.baseTime == TimeOfDay(hour: 8, minute: 26, second: 4, nanosecond: 500_000_000))
        #expect(header.baseDate == CalendarDate(year: 1994, month: 12, day: 1))
        #expect(header.comments == ["before the record line", "between", "last"])
        var full = WFDBSignal(file: "a.dat", format: .format212)
        full.samplesPerFrame = 4
        full.skew = 3
        full.byteOffset = 24
        full.gain = 2000.5
        full.statedBaseline = -1600
        full.statedUnit = "uV"
        full.adcResolution = 12
        full.adcZero = 7
        full.initialValue = -5
        full.checksum = -2716
        full.blockSize = 512
        full.description = "ECG lead \tII"
        #expect(header.signals == [full, WFDBSignal(file: "b.dat", format: .format16)])
        #expect(header.signalFiles == ["a.dat", "b.dat"])
    }

    @Test func missingFieldsTakeTheirDefaults() throws {
        let header = try Self.parse("r 1\nr.dat 16 0 11 1024\n")
        #expect(header.samplingFrequency == 250)
        #expect(header.frameCount == nil)
        #expect(header.signals[0].gain == nil)
        #expect(header.signals[0].baseline == 1024)
        #expect(header.signals[0].unit == "mV")
    }

    @Test func aLengthOfZeroMeansUnknown() throws {
        #expect(try Self.parse("r 0 250 0").frameCount == nil)
    }

    @Test func signalsOfOneFileFormOneGroup() throws {
        let header = try Self.parse("r 3 250 9\na.dat 212\na.dat 212x3\nb.dat 16\n")
        #expect(header.signalGroups.map(\.file) == ["a.dat", "b.dat"])
        #expect(header.signalGroups.map(\.samplesPerFrame) == [4, 1])
        #expect(header.signalGroups.map(\.signals) == [0..<2, 2..<3])
    }

    @Test func latin1IsReadAndReported() throws {
        let header = try WFDBHeader(parsing: Array("r 1 250 1\nr.dat 16 200/".utf8) + [0xb5, 0x56, 0x0a])
        #expect(header.signals[0].unit == "\u{b5}V")
        #expect(header.notices == [.notUTF8(line: 2)])
    }

    @Test(arguments: [
        ("", WFDBError.missingRecordLine),
        ("# only\n\n", .missingRecordLine),
        ("r", .missingField(line: 1, field: .signalCount)),
        ("../r 1", .malformedField(line: 1, field: .recordName)),
        ("r/2 1 250", .multiSegmentNotYetSupported(segments: 2)),
        ("r/0 1 250", .outOfRange(line: 1, field: .segmentCount)),
        ("r -1", .outOfRange(line: 1, field: .signalCount)),
        ("r 1.5", .malformedField(line: 1, field: .signalCount)),
        ("r 1025", .outOfRange(line: 1, field: .signalCount)),
        ("r 99999999999999999999", .malformedField(line: 1, field: .signalCount)),
        ("r 0 nan", .malformedField(line: 1, field: .samplingFrequency)),
        ("r 0 inf", .malformedField(line: 1, field: .samplingFrequency)),
        ("r 0 0x10", .malformedField(line: 1, field: .samplingFrequency)),
        ("r 0 1e999", .malformedField(line: 1, field: .samplingFrequency)),
        ("r 0 1e-7", .outOfRange(line: 1, field: .samplingFrequency)),
        ("r 0 1e8", .outOfRange(line: 1, field: .samplingFrequency)),
        ("r 0 -5", .outOfRange(line: 1, field: .samplingFrequency)),
        ("r 0 250/0", .outOfRange(line: 1, field: .counterFrequency)),
        ("r 0 250/", .malformedField(line: 1, field: .counterFrequency)),
        ("r 0 250/1(3", .malformedField(line: 1, field: .baseCounter)),
        ("r 0 250 9999999999999999999", .malformedField(line: 1, field: .sampleCount)),
        ("r 0 250 999999999999999999", .outOfRange(line: 1, field: .sampleCount)),
        ("r 0 250 -3", .outOfRange(line: 1, field: .sampleCount)),
        ("r 0 250 1 24:00:00", .malformedField(line: 1, field: .baseTime)),
        ("r 0 250 1 1:2:3:4", .malformedField(line: 1, field: .baseTime)),
        ("r 0 250 1 12:00:00 29/02/2023", .malformedField(line: 1, field: .baseDate)),
        ("r 0 250 1 12:00:00 1/1/95", .malformedField(line: 1, field: .baseDate)),
        ("r 0 250 1 12:00:00 1/1/1995 x", .unexpectedField(line: 1)),
        ("r 0 250 1\nr.dat 16", .unexpectedLine(line: 2)),
        ("r 2 250 1\nr.dat 16", .missingSignalLines(expected: 2, found: 1)),
        ("r 1\nr.dat", .missingField(line: 2, field: .format)),
        ("r 1\nr.dat 16a", .malformedField(line: 2, field: .format)),
        ("r 1\nr.dat 17", .unknownFormat(line: 2, format: "17")),
        ("r 1\nr.dat 80", .formatNotYetSupported(line: 2, format: "80")),
        ("r 1\nr.dat 16x0", .outOfRange(line: 2, field: .samplesPerFrame)),
        ("r 1\nr.dat 16x9999999", .outOfRange(line: 2, field: .samplesPerFrame)),
        ("r 1\nr.dat 16:-1", .outOfRange(line: 2, field: .skew)),
        ("r 1\nr.dat 16+99999999999", .outOfRange(line: 2, field: .byteOffset)),
        ("r 1\nr.dat 16 nan/mV", .malformedField(line: 2, field: .gain)),
        ("r 1\nr.dat 16 1e300", .outOfRange(line: 2, field: .gain)),
        ("r 1\nr.dat 16 1e-300", .outOfRange(line: 2, field: .gain)),
        ("r 1\nr.dat 16 200(1", .malformedField(line: 2, field: .baseline)),
        ("r 1\nr.dat 16 200(99999999999)", .outOfRange(line: 2, field: .baseline)),
        ("r 1\nr.dat 16 200/", .malformedField(line: 2, field: .unit)),
        ("r 1\nr.dat 16 200 65", .outOfRange(line: 2, field: .adcResolution)),
        ("r 1\nr.dat 16 200 12 x", .malformedField(line: 2, field: .adcZero)),
        ("r 1\nr.dat 16 200 12 0 0 1e3", .malformedField(line: 2, field: .checksum)),
        ("r 1\n/etc/passwd 16", .unsafeFileName(line: 2)),
        ("r 1\n..\\x 16", .unsafeFileName(line: 2)),
        ("r 1\n.. 16", .unsafeFileName(line: 2)),
        ("r 1\n- 16", .unsafeFileName(line: 2)),
        ("r 1\nhttp://h/x 16", .unsafeFileName(line: 2)),
        ("r 1\nr\u{e9}.dat 16", .unsafeFileName(line: 2)),
        ("r 3\na 16\nb 16\na 16", .signalsOfOneFileNotConsecutive(line: 4, file: "a")),
        ("r 2\na 16\na 212", .signalsOfOneFileDisagree(line: 3, file: "a", field: .format)),
        ("r 2\na 16+4\na 16", .signalsOfOneFileDisagree(line: 3, file: "a", field: .byteOffset)),
        ("r 2\na 16x600000\nb 16x600000", .outOfRange(line: 3, field: .samplesPerFrame)),
        ("r 1\rr.dat 16", .controlCharacter(line: 1)),
        ("r 1\nr.dat 16\u{1b}[2J", .controlCharacter(line: 2)),
    ])
    func malformedHeaderIsRefusedWhereItIsWrong(text: String, error: WFDBError) {
        #expect(throws: error) { try Self.parse(text) }
    }

    @Test func aHeaderBeyondTheLimitIsRefusedUnread() {
        let bytes = [UInt8](repeating: 0x23, count: WFDBLimits.headerByteCount + 1)
        #expect(throws: WFDBError.headerTooLong(byteCount: bytes.count, limit: bytes.count - 1)) {
            try WFDBHeader(parsing: bytes)
        }
    }

    @Test func errorsNameLineAndFieldAndQuoteNoText() throws {
        let error = #expect(throws: WFDBError.self) {
            try Self.parse("r 1 250 10\nr.dat 16 Smith/mV 12 0 0 0 0 John Smith\n")
        }
        #expect(error?.description == "header line 2: the ADC gain is malformed")
    }

    /// Any change of single bytes gives a header or a typed error; the test is that it comes to an end.
    @Test func noMutatedHeaderTraps() {
        let header = Array(
            "r 2 360/720(5) 10 8:26:04.5 26/10/1994\nr.dat 212x2:1+24 200(1024)/mV 11 1024 995 -22131 0 MLII\nr.dat 212x2:1+24 9\n# c\n"
                .utf8)
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("0123456789-+.:/()x eE#\n\r\t~*r".utf8) + [0, 0xff, 0xc3]
        var readable = 0
        for _ in 0..<20_000 {
            var mutated = header
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<mutated.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: mutated[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                case 1: mutated.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)], at: place)
                default: mutated.remove(at: place)
                }
            }
            if let recording = try? WFDBReader.read(
                WFDBHeader(parsing: mutated), contents: { _ in [UInt8](repeating: 1, count: 100) })
            {
                readable += 1
                #expect(recording.leads.allSatisfy { $0.samples.count <= 200 })
            }
        }
        #expect(readable > 0)
    }
}
