import Foundation
import Testing

@testable import Electrocardiogram

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct ECGSheetTests {
    /// Every text and path of a sheet, through an XML parser, so that a malformed document fails here.
    private final class Elements: NSObject, XMLParserDelegate {
        var texts: [String] = []
        var paths: [(style: String, data: String)] = []
        var root: [String: String] = [:]
        private var current: String?

        init(_ svg: String) throws {
            super.init()
            let parser = XMLParser(data: Data(svg.utf8))
            parser.delegate = self
            #expect(parser.parse())
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            switch name {
            case "svg": root = attributes
            case "path": paths.append((attributes["class"] ?? "", attributes["d"] ?? ""))
            case "text": current = ""
            default: break
            }
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { current? += string }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            guard name == "text", let text = current else { return }
            texts.append(text)
            current = nil
        }

        /// The runs of the traces, in millimetres.
        var traces: [[(x: Double, y: Double)]] {
            var runs: [[(x: Double, y: Double)]] = []
            for (style, data) in paths where style == "trace" {
                for run in data.split(separator: "M") {
                    var x = 0.0
                    var y = 0.0
                    var points: [(x: Double, y: Double)] = []
                    for pair in run.split(separator: "l") {
                        let numbers = pair.split(separator: " ").compactMap { Double($0) }
                        x += numbers[0] / 100
                        y += numbers[1] / 100
                        points.append((x, y))
                    }
                    runs.append(points)
                }
            }
            return runs
        }
    }

    private static func square(rate: Double = 500, seconds: Int = 20) -> ECGRecording {
        // 1 mV for 0.2 s in every second, as a calibration generator gives.
        let samples = (0..<Int(rate) * seconds).map { index -> Int32 in
            Double(index).truncatingRemainder(dividingBy: rate) < rate / 5 ? 1000 : 0
        }
        let lead = ECGLead(name: "II", gain: 1000, format: .format16, samples: samples)
        return ECGRecording(name: "Secret Name", samplingRate: rate, frameCount: samples.count, leads: [lead])
    }

    @Test func thePageIsA4InMillimetres() throws {
        let elements = try Elements(ECGSheet.svg(of: Self.square()))
        #expect(elements.root["width"] == "297mm")
        #expect(elements.root["height"] == "210mm")
        #expect(elements.root["viewBox"] == "0 0 297 210")
    }

    @Test(arguments: PaperSpeed.allCases, PaperGain.allCases)
    func aKnownSignalIsDrawnToScale(speed: PaperSpeed, gain: PaperGain) throws {
        var options = SheetOptions()
        options.speed = speed
        options.gain = gain
        let elements = try Elements(ECGSheet.svg(of: Self.square(), options))
        let trace = try #require(elements.traces.first)
        let low = try #require(trace.map(\.y).max())
        let high = try #require(trace.map(\.y).min())
        #expect(abs(low - high - gain.millimetresPerMillivolt) <= 0.011)
        // Rising edges are one second apart.
        let edges = zip(trace, trace.dropFirst()).filter { $0.y - $1.y > gain.rawValue / 2 }.map(\.1.x)
        for (left, right) in zip(edges, edges.dropFirst()) {
            #expect(abs(right - left - speed.millimetresPerSecond) <= 0.021)
        }
        #expect(edges.count >= 4)
        #expect(elements.texts.contains { $0.contains("mm/s") && $0.contains("\(shortest(gain.rawValue)) mm/mV") })
    }

    @Test func theGridHasLinesEveryMillimetreAndThickOnesEveryFive() throws {
        let elements = try Elements(ECGSheet.svg(of: Self.square()))
        func lines(_ style: String) -> Int {
            elements.paths.filter { $0.style == style }.map { $0.data.count { $0 == "M" } }.reduce(0, +)
        }
        #expect(lines("bold") == 265 / 5 + 1 + 165 / 5 + 1)
        #expect(lines("fine") == 265 + 1 + 165 + 1 - lines("bold"))
    }

    @Test func eachRowHasACalibrationPulseOfOneMillivoltAnd200Milliseconds() throws {
        let elements = try Elements(ECGSheet.svg(of: .synthesized(frameCount: 5000)))
        let pulses = elements.paths.filter { $0.style == "mark" && $0.data.contains("v-10.00h5.00v10.00") }
        #expect(pulses.count == 1)
        #expect(pulses[0].data.count { $0 == "M" } == 4)
    }

    @Test func twelveLeadsAreConsecutiveSlicesAboveARhythmStrip() throws {
        let recording = try ECGRecording.synthesized(frameCount: 5000)
        let plan = try SheetPlan(recording, SheetOptions())
        #expect(
            plan.panels.map(\.label) == [
                "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6", "II",
            ])
        #expect(plan.panels.map(\.row) == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 3])
        #expect(plan.panels.map(\.start) == [0, 0, 0, 2.5, 2.5, 2.5, 5, 5, 5, 7.5, 7.5, 7.5, 0])
        #expect(plan.panels.map(\.end) == [2.5, 2.5, 2.5, 5, 5, 5, 7.5, 7.5, 7.5, 10, 10, 10, 10])
        let elements = try Elements(ECGSheet.svg(of: recording))
        #expect(elements.traces.count == 13)
        // Three lead changes in each of three rows, two strokes each.
        #expect(elements.paths.contains { $0.style == "mark" && $0.data.count { $0 == "M" } == 18 })
    }

    @Test func cabreraTurnsAVROver() throws {
        var options = SheetOptions()
        options.limbOrder = .cabrera
        let plan = try SheetPlan(.synthesized(frameCount: 5000), options)
        #expect(plan.panels.prefix(6).map(\.label) == ["aVL", "I", "\u{2212}aVR", "II", "aVF", "III"])
        #expect(plan.panels.map(\.isInverted) == [false, false, true] + [Bool](repeating: false, count: 10))
    }

    @Test func aGapStaysAGap() throws {
        var recording = Self.square()
        for index in 1000..<1500 { recording.leads[0].samples[index] = -32768 }
        let runs = try Elements(ECGSheet.svg(of: recording)).traces
        #expect(runs.count == 2)
        let left = SheetGeometry.traceLeft(.mm25)
        #expect(abs(try #require(runs[0].last).x - (left + 50)) < 0.1)
        #expect(abs(try #require(runs[1].first).x - (left + 75)) < 0.1)
    }

    @Test func aDenseTraceKeepsEveryPeak() throws {
        // One sample in ten thousand is high: an every-k-th reduction would lose nearly all of them.
        let samples = (0..<1_000_000).map { Int32($0 % 10_000 == 4321 ? 1000 : 0) }
        let lead = ECGLead(name: "II", gain: 1000, format: .format16, samples: samples)
        let runs = TraceReduction.runs(of: lead, in: 0..<samples.count, samplesPerColumn: 400)
        let points = try #require(runs.first)
        #expect(points.count { $0.sample == 1000 } == 100)
        #expect(points.count <= 4 * 2500)
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.index < $1.index })
    }

    @Test func theSheetBeginsWhereItIsAskedTo() throws {
        var options = SheetOptions()
        options.start = 12.4
        let texts = try Elements(ECGSheet.svg(of: Self.square(), options)).texts
        #expect(texts.contains("12.4 s to 20.0 s of 20.0 s"))
        #expect(texts.contains("13 s"))
        for start in [-1, 20, .nan, .infinity] {
            options.start = start
            #expect(throws: SheetError.startOutsideRecording) { try ECGSheet.svg(of: Self.square(), options) }
        }
    }

    @Test func theSheetNamesNobody() throws {
        var recording = Self.square()
        recording.comments = ["Secret Comment"]
        recording.startDate = CalendarDate(year: 1999, month: 12, day: 31)
        let svg = try ECGSheet.svg(of: recording)
        #expect(!svg.contains("Secret") && !svg.contains("1999"))
    }

    @Test func hostileNamesStayText() throws {
        var recording = Self.square()
        recording.leads[0].name = "</text><script>alert(1)</script>\u{0}\u{8}&\"'"
        let elements = try Elements(ECGSheet.svg(of: recording))
        #expect(elements.texts.contains("</text><script>alert(1)</script>&\"'"))
    }

    @Test func whatLimitsTheReadingIsPrinted() throws {
        var recording = Self.square()
        recording.leads.append(
            ECGLead(name: "ABP", unit: "mmHg", gain: 1, format: .format16, samples: recording.leads[0].samples))
        recording.leads[0].isCalibrated = false
        recording.leads[0].adcResolution = 11
        recording.leads[0].samples[3] = 1023
        recording.leads[0].samples[600] = 30_000
        recording.notices = [.checksumMismatch(lead: 0, declared: 1, computed: 2)]
        let texts = try Elements(ECGSheet.svg(of: recording)).texts
        let notes = try #require(texts.first { $0.hasPrefix("UNCALIBRATED") })
        for fact in ["DAMAGED", "converter saturated: II", "leaves the paper: II", "no voltages, not shown: 1"] {
            #expect(notes.contains(fact))
        }
    }

    /// A header may state any rate and gain within the limits, and annotations at any time: drawing must still end.
    @Test(arguments: [1e-6, 0.016, 1e7], [1e-100, -1e100])
    func extremeRecordsAreDrawnOrRefused(rate: Double, gain: Double) throws {
        let samples = (0..<2000).map { Int32($0 % 7) - 3 }
        let lead = ECGLead(name: "II", gain: gain, baseline: .min, format: .format16, samples: samples)
        var recording = ECGRecording(name: "r", samplingRate: rate, frameCount: samples.count, leads: [lead])
        recording.annotations = [
            ECGAnnotationSet(
                annotator: "atr", annotations: [ECGAnnotation(time: 1 << 53, code: .normalBeat)], timeResolution: 1e-6)
        ]
        var options = SheetOptions()
        options.annotator = "atr"
        options.start = recording.duration / 2
        _ = try Elements(ECGSheet.svg(of: recording, options))
        _ = TerminalPreview().text(of: recording)
        #expect(recording.excerpt(frames: 1000..<2000).frameCount == 1000)
    }

    @Test func withoutAVoltageThereIsNoSheet() {
        var recording = Self.square()
        recording.leads[0].unit = "mmHg"
        #expect(throws: SheetError.noVoltageLead) { try ECGSheet.svg(of: recording) }
        var options = SheetOptions()
        options.layout = .threeByFour
        #expect(throws: SheetError.leadMissing(.leadI)) { try ECGSheet.svg(of: Self.square(), options) }
    }

    @Test(arguments: [("uV", 1_000_000.0), ("V", 1.0), ("mv", 1000)])
    func microvoltsAndVoltsAreDrawnAtTheSameScale(unit: String, stepsPerVolt: Double) throws {
        var recording = Self.square()
        let millivolt = try #require(
            ECGLead(name: "", unit: unit, gain: 1, format: .format16, samples: []).millivoltsPerUnit)
        recording.leads[0].unit = unit
        recording.leads[0].gain = 1000 * millivolt
        #expect(
            try Elements(ECGSheet.svg(of: recording)).traces.first?.count
                == Elements(ECGSheet.svg(of: Self.square())).traces.first?.count)
        let ys = try #require(Elements(ECGSheet.svg(of: recording)).traces.first).map(\.y)
        #expect(abs((ys.max() ?? 0) - (ys.min() ?? 0) - 10) < 0.011)
    }

    @Test func beatsAreMarkedWhereTheyAre() throws {
        var recording = Self.square()
        recording.annotations = [
            ECGAnnotationSet(
                annotator: "atr",
                annotations: [
                    ECGAnnotation(time: 500, code: .ventricularPrematureBeat),
                    ECGAnnotation(time: 9000, code: .atrialPrematureBeat),
                ])
        ]
        var options = SheetOptions()
        #expect(try !Elements(ECGSheet.svg(of: recording, options)).texts.contains("V"))
        options.annotator = "atr"
        let texts = try Elements(ECGSheet.svg(of: recording, options)).texts
        #expect(texts.contains("V") && !texts.contains("A"))
    }
}
