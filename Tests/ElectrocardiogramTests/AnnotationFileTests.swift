import Testing

@testable import Electrocardiogram

struct AnnotationFileTests {
    private static func parse(_ bytes: [UInt8]) throws(WFDBError) -> ECGAnnotationSet {
        try ECGAnnotationSet(parsing: bytes, annotator: "atr")
    }

    @Test func modifiersBelongToTheAnnotationBeforeThem() throws {
        // N at 18; sub 2, chan 1, num -3, "(N" and NUL, padded; then V at 20: channel and number persist, subtype not.
        let set = try Self.parse(
            [0x12, 0x04, 0x02, 0xf4, 0x01, 0xf8, 0xfd, 0xf3, 0x03, 0xfc, 0x28, 0x4e, 0, 0, 0x02, 0x14, 0, 0])
        #expect(
            set.annotations == [
                ECGAnnotation(
                    time: 18, code: .normalBeat, subtype: 2, channel: 1, number: -3, auxiliary: Array("(N\0".utf8)),
                ECGAnnotation(time: 20, code: .ventricularPrematureBeat, channel: 1, number: -3),
            ])
        #expect(set.annotations[0].text == "(N")
        #expect(set.hasEndMarker)
    }

    @Test func longAndBackwardIntervalsComeBack() throws {
        var set = ECGAnnotationSet(annotator: "atr")
        set.annotations = [0, 1023, 2047, 100, 10_000_000_000, 1 << 53, 5].map {
            ECGAnnotation(time: $0, code: .normalBeat)
        }
        #expect(try Self.parse(set.encoded()) == set)
    }

    @Test func anIntervalWithoutAnnotationAdvancesTheClock() throws {
        #expect(try Self.parse([0x05, 0x00, 0x01, 0x04, 0, 0]).annotations.map(\.time) == [6])
    }

    @Test func metadataComesBackAndIsNoAnnotation() throws {
        var set = ECGAnnotationSet(annotator: "x", timeResolution: 62.5)
        set.definitions = [
            AnnotationDefinition(code: AnnotationCode(rawValue: 42), symbol: "hm", meaning: "looks \u{e9}trange"),
            AnnotationDefinition(code: .normalBeat, symbol: "n", meaning: ""),
        ]
        set.annotations = [ECGAnnotation(time: 3, code: AnnotationCode(rawValue: 42))]
        let again = try ECGAnnotationSet(parsing: set.encoded(), annotator: "x")
        #expect(again == set)
        #expect(again.symbol(of: AnnotationCode(rawValue: 42)) == "hm")
        #expect(again.seconds(of: again.annotations[0], samplingRate: 500) == 0.048)
    }

    @Test func everyCodeAndModifierValueComesBack() throws {
        var set = ECGAnnotationSet(annotator: "atr")
        for code in UInt8(1)...49 {
            for value: Int16 in [-512, -129, -1, 0, 1, 127, 255, 511] {
                set.annotations.append(
                    ECGAnnotation(
                        time: set.annotations.count * 7, code: AnnotationCode(rawValue: code), subtype: value,
                        channel: -1 - value, number: value / 2,
                        auxiliary: [UInt8](repeating: code, count: Int(value & 0xff))))
            }
        }
        #expect(try Self.parse(set.encoded()) == set)
    }

    @Test(arguments: [
        ([UInt8]([0x01]), AnnotationFault.oddLength, 1),
        ([0x00, 0xec, 0x01, 0x00], .truncated, 4),
        ([0x00, 0xec], .truncated, 2),
        ([0x01, 0xec, 0, 0, 0, 0], .skipWithInterval, 0),
        ([0x01, 0xf4], .modifierWithoutAnnotation, 0),
        ([0x01, 0x04, 0x01, 0x00, 0x01, 0xf4], .modifierWithoutAnnotation, 4),
        ([0x05, 0xfc, 0x41, 0x42, 0x43, 0x44], .truncated, 0),
        ([0x01, 0x04, 0xff, 0xff, 0x41, 0x42], .truncated, 2),
        ([0x01, 0xc8], .unassignedCode, 0),
        ([0x00, 0xec, 0xff, 0xff, 0x00, 0xff, 0x00, 0x04, 0, 0], .negativeTime, 6),
        ([0x01, 0x04, 0, 0, 0, 0, 0x01, 0x04], .bytesAfterEnd, 6),
    ])
    func hostileBytesGiveATypedError(bytes: [UInt8], fault: AnnotationFault, offset: Int) {
        #expect(throws: WFDBError.annotations(fault, offset: offset)) { try Self.parse(bytes) }
    }

    @Test func zerosAfterTheEndArePadding() throws {
        #expect(try Self.parse([0x01, 0x04] + [UInt8](repeating: 0, count: 510)).annotations.count == 1)
    }

    @Test(arguments: [
        ("## time resolution: 0", AnnotationFault.timeResolution), ("## time resolution: nan", .timeResolution),
        ("## time resolution: 1e99", .timeResolution), ("## annotation type definitions", .unfinishedDefinitions),
    ])
    func hostileMetadataGivesATypedError(text: String, fault: AnnotationFault) {
        var set = ECGAnnotationSet(annotator: "atr")
        set.annotations = [ECGAnnotation(time: 0, code: .note, auxiliary: Array(text.utf8))]
        let error = #expect(throws: WFDBError.self) { try Self.parse(set.encoded()) }
        guard case .annotations(fault, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func anOrdinaryNoteAtTimeZeroStaysAnAnnotation() throws {
        let set = ECGAnnotationSet(
            annotator: "qrs", annotations: [ECGAnnotation(time: 0, code: .note, auxiliary: Array("gqrs -r 100".utf8))])
        #expect(try ECGAnnotationSet(parsing: set.encoded(), annotator: "qrs") == set)
    }

    @Test func whatTheFormatCannotSayIsRefused() {
        func fault(_ annotation: ECGAnnotation) -> WFDBError? {
            do throws(WFDBError) {
                _ = try ECGAnnotationSet(annotator: "atr", annotations: [annotation]).encoded()
                return nil
            } catch { return error }
        }
        #expect(fault(ECGAnnotation(time: -1, code: .normalBeat)) == .unwritableAnnotation(index: 0, .negativeTime))
        #expect(fault(ECGAnnotation(time: .max, code: .normalBeat)) == .unwritableAnnotation(index: 0, .timeOutOfRange))
        #expect(
            fault(ECGAnnotation(time: 0, code: AnnotationCode(rawValue: 50)))
                == .unwritableAnnotation(index: 0, .codeOutOfRange))
        #expect(
            fault(ECGAnnotation(time: 0, code: .normalBeat, channel: 512))
                == .unwritableAnnotation(index: 0, .valueOutOfRange))
        #expect(
            fault(ECGAnnotation(time: 0, code: .note, auxiliary: [UInt8](repeating: 65, count: 256)))
                == .unwritableAnnotation(index: 0, .textTooLong))
    }

    /// Random bytes give a set or a typed error; and what was read can be written and read again.
    @Test func noRandomFileTraps() throws {
        var generator = SeededGenerator(seed: 5)
        var readable = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Mostly plausible codes, else hardly anything would be read at all.
            for place in stride(from: 1, to: count, by: 2) where Bool.random(using: &generator) { bytes[place] &= 0x7f }
            guard let set = try? Self.parse(bytes) else { continue }
            readable += 1
            guard let written = try? set.encoded() else { continue }
            var again = try Self.parse(written)
            again.hasEndMarker = set.hasEndMarker
            #expect(again == set)
        }
        #expect(readable > 500)
    }

    @Test func mnemonicsAreUniqueAndKnown() {
        let symbols = (UInt8(1)...49).map { AnnotationCode(rawValue: $0).symbol }
        #expect(Set(symbols).count == symbols.count)
        #expect(AnnotationCode(symbol: "V") == .ventricularPrematureBeat)
        #expect(AnnotationCode(symbol: "nothing") == nil)
        #expect(AnnotationCode.ventricularPrematureBeat.isBeat)
        #expect(!AnnotationCode.rhythmChange.isBeat)
    }
}
