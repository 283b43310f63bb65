import Testing

@testable import Electrocardiogram

struct WFDBSampleIndexTests {
    /// Five frames of a skewed, two-file record, so small that every window of it can be compared.
    @Test func everyWindowEqualsTheSamePartOfTheWhole() throws {
        let header = try WFDBHeader(
            parsing: Array("r 4 100 5\na.dat 212+3 1\na.dat 212x2:2+3 1\nb.dat 16 1\nb.dat 16:1 1\n".utf8))
        let first = [7, 7, 7] + WFDBSignalFormat.format212.encode((0..<15).map { Int32($0) - 7 })
        let files = ["a.dat": first, "b.dat": WFDBSignalFormat.format16.encode((0..<10).map { Int32($0) * 100 })]
        let whole = try WFDBReader.read(header) { files[$0] }
        let index = try WFDBSampleIndex(header)
        for start in 0...6 {
            for end in start...7 {
                let window = try index.read(frames: start..<end) { range in
                    files[range.file].map { Array($0[range.bytes]) }
                }
                let expected = whole.excerpt(frames: start..<end)
                #expect(window.leads.map(\.samples) == expected.leads.map(\.samples), "\(start)..<\(end)")
            }
        }
    }

    @Test func odd212SamplesStartAtTheirPair() throws {
        let index = try WFDBSampleIndex(WFDBHeader(parsing: Array("r 1 100 1000\na.dat 212+24 1".utf8)))
        #expect(index.byteRanges(frames: 0..<1).map(\.bytes) == [24..<26])
        #expect(index.byteRanges(frames: 1..<2).map(\.bytes) == [24..<27])
        #expect(index.byteRanges(frames: 2..<3).map(\.bytes) == [27..<29])
        #expect(index.byteRanges(frames: 998..<1000).map(\.bytes) == [24 + 1497..<24 + 1500])
        #expect(index.byteRanges(frames: 5..<5).map { $0.bytes.isEmpty } == [true])
        #expect(index.byteRanges(frames: 2000..<3000).map { $0.bytes.isEmpty } == [true])
    }

    @Test func secondsBecomeFrames() throws {
        let index = try WFDBSampleIndex(WFDBHeader(parsing: Array("r 0 360 3600".utf8)))
        #expect(index.frames(fromSeconds: 1, toSeconds: 2) == 360..<720)
        #expect(index.frames(fromSeconds: 0.001, toSeconds: 0.002) == 0..<1)
        #expect(index.frames(fromSeconds: -5, toSeconds: 1e300) == 0..<3600)
        #expect(index.frames(fromSeconds: .nan, toSeconds: 1).isEmpty)
        #expect(index.frames(fromSeconds: 2, toSeconds: 1).isEmpty)
        #expect(index.frames(fromSeconds: .infinity, toSeconds: .infinity).isEmpty)
    }

    @Test func anUnknownOrImpossibleLengthIsRefused() throws {
        let header = try WFDBHeader(parsing: Array("r 1 100\na.dat 16 1".utf8))
        #expect(throws: WFDBError.lengthUnknown) { try WFDBSampleIndex(header) }
        #expect(try WFDBSampleIndex(header, frameCount: 7).frameCount == 7)
        let hostile = try WFDBHeader(parsing: Array("r 1 100 9007199254740992\na.dat 16x1048576 1".utf8))
        #expect(throws: WFDBError.lengthUnknown) { try WFDBSampleIndex(hostile) }
    }

    @Test func aShortAnswerIsRefused() throws {
        let index = try WFDBSampleIndex(WFDBHeader(parsing: Array("r 1 100 10\na.dat 16 1".utf8)))
        #expect(throws: WFDBError.truncatedFile("a.dat", neededByteCount: 8, availableByteCount: 7)) {
            try index.read(frames: 2..<4) { _ in [0, 0, 0] }
        }
        #expect(throws: WFDBError.missingFile("a.dat")) { try index.read(frames: 2..<4) { _ in nil } }
    }
}
