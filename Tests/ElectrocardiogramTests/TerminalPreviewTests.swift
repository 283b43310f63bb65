import Testing

@testable import Electrocardiogram

struct TerminalPreviewTests {
    private static func lead(_ samples: [Int32], name: String = "II") -> ECGRecording {
        ECGRecording(
            name: "r", samplingRate: 100, frameCount: samples.count,
            leads: [ECGLead(name: name, gain: 100, format: .format16, samples: samples)])
    }

    private static func lines(_ recording: ECGRecording, _ change: (inout TerminalPreview) -> Void = { _ in })
        -> [String]
    {
        var preview = TerminalPreview()
        change(&preview)
        return preview.text(of: recording).split(separator: "\n").map(String.init)
    }

    @Test func aLeadIsLabelledWithNameUnitAndScale() throws {
        let lines = Self.lines(Self.lead((0..<400).map { Int32($0 % 100) - 25 }))
        #expect(lines.count == 5)
        #expect(lines[0] == "0.00 s to 4.00 s of 4.00 s, 100 Hz")
        #expect(lines[1].hasPrefix("   0.74 \u{2502}"))
        #expect(lines[2].hasPrefix("     II \u{2502}"))
        #expect(lines[3].hasPrefix("     mV \u{2502}"))
        #expect(lines[4].hasPrefix("  -0.25 \u{2502}"))
        #expect(lines.dropFirst().allSatisfy { $0.unicodeScalars.count == 80 })
    }

    @Test func aSquareWaveIsDrawnDotByDot() {
        // 142 dot columns of one sample each: low, then high.
        let lines = Self.lines(Self.lead([Int32](repeating: 0, count: 71) + [Int32](repeating: 100, count: 71))) {
            $0.rowsPerLead = 3
        }
        let rows = lines.dropFirst().map { Array($0.unicodeScalars.dropFirst(9)) }
        #expect(rows[0].prefix(35).allSatisfy { $0 == "\u{2800}" })
        #expect(rows[2].prefix(35).allSatisfy { $0 == "\u{28c0}" })
        #expect(rows[0].suffix(35).allSatisfy { $0 == "\u{2809}" })
        #expect(rows[2].suffix(35).allSatisfy { $0 == "\u{2800}" })
        // The edge is one unbroken vertical line.
        #expect(rows[1][35] != "\u{2800}")
    }

    @Test func aGapIsBlank() {
        var samples = [Int32](repeating: 5, count: 142)
        for index in 40..<80 { samples[index] = -32768 }
        let row = Array(Self.lines(Self.lead(samples))[1].unicodeScalars.dropFirst(9))
        #expect(row[20..<40].allSatisfy { $0 == "\u{2800}" })
        #expect(row[..<20].allSatisfy { $0 != "\u{2800}" })
        #expect(row[40...].allSatisfy { $0 != "\u{2800}" })
        #expect(Self.lines(Self.lead([-32768, -32768])).contains { $0.contains("no valid samples") })
    }

    @Test func noControlCharacterReachesTheTerminal() {
        let text = Self.lines(Self.lead([1, 2, 3], name: "\u{1b}[2J\u{9b}X")).joined()
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || 0x7f...0x9f ~= $0.value })
        #expect(text.contains("[2JX"))
    }

    @Test func printableTextGivesNoOrders() {
        #expect(TerminalText.printable("a\u{1b}[2J\u{7f}b\u{9b}31m\r\nc\u{202e}d\u{2066}é心\t") == "a[2Jb31mcdé心")
    }

    @Test func printableJSONSaysTheSame() throws {
        let json = "{\n  \"name\" : \"a\u{9b}b\u{7f}\u{202e}é\\u0007\"\n}"
        let printable = TerminalText.printable(json: json)
        #expect(printable == "{\n  \"name\" : \"a\\u009bb\\u007f\\u202eé\\u0007\"\n}")
    }

    @Test func anyOptionsGiveLinesOfTheWidth() {
        for (width, rows, start, duration) in [
            (-5, 0, -1.0, 1e9), (30, 3, 1e300, 1), (200, 100, .nan, .nan), (5000, 4, 0.5, 0.001), (80, 4, 0, .infinity),
        ] {
            let lines = Self.lines(Self.lead((0..<50).map { Int32($0) })) {
                $0.width = width
                $0.rowsPerLead = rows
                $0.start = start
                $0.duration = duration
                $0.leads = [-1, 0, 7]
            }
            #expect(lines.dropFirst().allSatisfy { $0.unicodeScalars.count <= max(30, min(width, 1000)) })
        }
    }
}
