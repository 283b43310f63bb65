import Testing

@testable import Electrocardiogram

/// Broken and hostile files that other readers crash on, hang on or believe.
@Suite(.needsSharedRecordings)
struct MalformedRecordsTests {
    @Test(arguments: [
        ("wfdb_absolute_path", WFDBError.unsafeFileName(line: 2)),
        ("wfdb_binary_header", .controlCharacter(line: 1)),
        ("wfdb_empty_dat", .truncatedFile("r.dat", neededByteCount: 24000, availableByteCount: 0)),
        ("wfdb_empty_header", .missingRecordLine),
        ("wfdb_fs_zero", .outOfRange(line: 1, field: .samplingFrequency)),
        ("wfdb_missing_dat", .missingFile("r.dat")),
        ("wfdb_nsig_huge", .outOfRange(line: 1, field: .signalCount)),
        ("wfdb_nsig_too_many", .missingSignalLines(expected: 13, found: 12)),
        ("wfdb_nul_in_header", .controlCharacter(line: 2)),
        ("wfdb_truncated_dat", .truncatedFile("r.dat", neededByteCount: 24000, availableByteCount: 12001)),
        ("wfdb_unknown_format", .unknownFormat(line: 2, format: "99")),
        ("wfdb_url_datfile", .unsafeFileName(line: 2)),
    ])
    func brokenRecordGivesATypedError(name: String, error: WFDBError) throws {
        let files = try SharedRecordings.files(in: "malformed/derived/\(name)")
        #expect(throws: error) { try WFDBReader.read("r.hea", in: files) }
    }

    @Test func crlfIsReadLikeLF() throws {
        let recording = try WFDBReader.read(
            "r.hea", in: SharedRecordings.files(in: "malformed/derived/wfdb_crlf_ok"))
        let original = try SharedRecordings.record("wfdb/ptbxl/00001_lr")
        #expect(recording.leads.map(\.samples) == original.leads.map(\.samples))
        #expect(recording.leads.map(\.name) == original.leads.map(\.name))
        #expect(recording.notices.isEmpty)
    }

    @Test func aWrongChecksumIsReportedAndTheRecordRead() throws {
        let recording = try WFDBReader.read(
            "r.hea", in: SharedRecordings.files(in: "malformed/derived/wfdb_bad_checksum"))
        #expect(recording.notices == [.checksumMismatch(lead: 0, declared: 1509, computed: 1508)])
    }

    @Test func aZeroGainIsReadAsUncalibrated() throws {
        let recording = try WFDBReader.read(
            "r.hea", in: SharedRecordings.files(in: "malformed/derived/wfdb_gain_zero"))
        #expect(recording.leads.allSatisfy { !$0.isCalibrated && $0.gain == 200 })
        #expect(recording.notices == (0..<12).map { .uncalibrated(lead: $0) })
    }

    @Test(arguments: [
        ("wfdb-c/237s.hea", WFDBError.multiSegmentNotYetSupported(segments: 4)),
        ("wfdb-c/237s1.hea", .missingFile("237s1.dat")),
        ("wfdb-c/237s2.hea", .missingFile("237s2.dat")),
        ("wfdb-c/8.hea", .formatNotYetSupported(line: 5, format: "8")),
        ("wfdb-c/multi.hea", .multiSegmentNotYetSupported(segments: 3)),
        ("wfdb-c/null.hea", .formatNotYetSupported(line: 2, format: "0")),
        ("wfdb-c/tape_512.hea", .unsafeFileName(line: 5)),
        ("wfdb-c/udb_100z.hea", .malformedField(line: 1, field: .segmentCount)),
        ("wfdb-missing-segment/3269321_0001.hea", .formatNotYetSupported(line: 2, format: "80")),
        ("wfdb-missing-segment/3269321_0002.hea", .formatNotYetSupported(line: 2, format: "80")),
        ("wfdb-missing-segment/3269321_layout.hea", .formatNotYetSupported(line: 2, format: "0")),
        ("wfdb-missing-segment/p000878-2137-10-26-16-57.hea", .multiSegmentNotYetSupported(segments: 36)),
    ])
    func peersTroubleMakersGiveATypedError(path: String, error: WFDBError) throws {
        let header = try SharedRecordings.bytes("malformed/from-peers/\(path)")
        #expect(throws: error) { try WFDBReader.read("x.hea", in: ["x.hea": header]) }
    }

    @Test(arguments: [
        ("atr_aux_len_past_end.atr", WFDBError.annotations(.truncated, offset: 2)),
        ("atr_truncated_midword.atr", .annotations(.oddLength, offset: 1001)),
    ])
    func brokenAnnotationsGiveATypedError(name: String, error: WFDBError) throws {
        let bytes = try SharedRecordings.bytes("malformed/derived/\(name)")
        #expect(throws: error) { try ECGAnnotationSet(parsing: bytes, annotator: "atr") }
    }

    @Test func aMissingEndMarkerIsReported() throws {
        let bytes = try SharedRecordings.bytes("malformed/derived/atr_no_eof_marker.atr")
        var recording = ECGRecording(name: "r", samplingRate: 360, frameCount: 0, leads: [])
        try recording.add(annotationFile: bytes, annotator: "atr")
        #expect(recording.annotations[0].annotations.count == 2274)
        #expect(recording.notices == [.missingEndMarker(annotator: "atr")])
    }

    @Test(arguments: ["310derive", "311derive", "3000003_0003", "binformats", "flacformats", "mixedsignals"])
    func otherFormatsAreRefusedByName(name: String) throws {
        let files = try SharedRecordings.files(in: "wfdb/formats")
        let error = #expect(throws: WFDBError.self) { try WFDBReader.read("\(name).hea", in: files) }
        guard case .formatNotYetSupported(_, let format) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("signal format \(format) is not supported yet") == true)
    }
}
