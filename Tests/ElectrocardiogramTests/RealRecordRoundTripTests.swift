import Testing

@testable import Electrocardiogram

@Suite(.needsSharedRecordings)
struct RealRecordRoundTripTests {
    /// Signal files come back byte for byte, apart from bytes after the last frame, which no header describes.
    @Test(arguments: ReferenceValuesTests.recordPaths())
    func writingGivesBackTheSignalFilesAndTheRecord(path: String) throws {
        let recording = try SharedRecordings.record(path)
        let originals = try SharedRecordings.files(in: path.split(separator: "/").dropLast().joined(separator: "/"))
        let files = try WFDBWriter.files(of: recording)
        for name in Set(recording.leads.compactMap(\.signalFile)) {
            let written = try #require(files[name])
            #expect(originals[name]?.starts(with: written) == true)
        }
        var again = try WFDBReader.read("\(recording.name).hea", in: files)
        var original = recording
        again.notices = []
        original.notices = []
        // A header without a checksum gains one, and an uncalibrated gain of "missing" becomes 0: both mean the same.
        for index in original.leads.indices where original.leads[index].declaredChecksum == nil {
            again.leads[index].declaredChecksum = nil
        }
        #expect(again == original)
    }

    @Test(arguments: [
        "mitdb/100.atr", "mitdb/100.qrs", "annotations/1003.atr", "annotations/12726.anI",
        "annotations/huge.qrs", "annotations/03700181.sqrs",
    ])
    func annotationFilesComeBackByteForByte(name: String) throws {
        let bytes = try SharedRecordings.bytes("wfdb/\(name)")
        let set = try ECGAnnotationSet(parsing: bytes, annotator: "atr")
        #expect(try set.encoded() == bytes)
    }

    @Test func aRecordMovesFromFormat212To16AndBack() throws {
        let recording = try SharedRecordings.record("wfdb/multisegment/fixed1/v102s_1")
        let wide = try WFDBWriter.files(of: recording, named: "wide", storage: .singleFile(.format16))
        let narrow = try WFDBWriter.files(
            of: WFDBReader.read("wide.hea", in: wide), named: "narrow", storage: .singleFile(.format212))
        #expect(narrow["narrow.dat"] == (try SharedRecordings.bytes("wfdb/multisegment/fixed1/v102s.dat")))
    }

    @Test(arguments: [0..<1, 1..<2, 7..<4000, 331_000..<331_777, 649_990..<650_000])
    func aWindowReadFromItsBytesEqualsTheWhole(frames: Range<Int>) throws {
        for path in ["wfdb/mitdb/100", "wfdb/mitdb/100skew"] {
            let whole = try SharedRecordings.record(path)
            let data = try SharedRecordings.bytes("wfdb/mitdb/100.dat")
            let header = try WFDBHeader(parsing: SharedRecordings.bytes(path + ".hea"))
            let index = try WFDBSampleIndex(header)
            let window = try index.read(frames: frames) { Array(data[$0.bytes]) }
            #expect(window.frameCount == frames.count)
            for (lead, part) in zip(whole.leads, window.leads) {
                for (offset, frame) in frames.enumerated() {
                    guard part.sample(at: offset) == lead.sample(at: frame) else {
                        Issue.record("\(path) \(lead.name) frame \(frame)")
                        return
                    }
                }
            }
        }
    }

    /// Recorded with rounding to 5 microvolts or so: the relation holds to a few steps of a microvolt.
    @Test(arguments: ["wfdb/ptbxl/00001_lr", "wfdb/cinc2021/JS20000", "wfdb/cinc2021/E07500", "wfdb/cinc2021/HR06000"])
    func limbLeadsOfRealRecordsAreConsistent(path: String) throws {
        let deviations = try SharedRecordings.record(path).limbLeadDeviations()
        #expect(deviations.map(\.lead) == [.leadIII, .aVR, .aVL, .aVF])
        for deviation in deviations {
            #expect(deviation.largestSteps <= 5, "\(deviation)")
            #expect(deviation.compared >= 1000)
        }
    }

    @Test func aSwappedElectrodeIsFound() throws {
        var recording = try SharedRecordings.record("wfdb/ptbxl/00001_lr")
        let first = recording.leads[0].samples
        recording.leads[0].samples = first.map { -$0 }
        #expect(recording.limbLeadDeviations().allSatisfy { $0.largestSteps > 100 })
    }
}
