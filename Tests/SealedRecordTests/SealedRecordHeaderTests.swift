import Octets
import Testing

@testable import SealedRecord

@Suite struct SealedRecordHeaderTests {
    private func changed(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
        var bytes = try Sample(bodyByteCount: 5).header.bytes
        change(&bytes)
        return bytes
    }

    @Test func parsesWhatItWrites() throws {
        for suite in SealedRecordSuite.allCases {
            let header = try Sample(bodyByteCount: 1025, suite: suite).header
            #expect(header.bytes.count == SealedRecordFormat.headerByteCount)
            #expect(header.committed.count == SealedRecordFormat.committedByteCount)
            #expect(try SealedRecordHeader(parsing: header.bytes) == header)
        }
    }

    @Test func eachFieldOutsideItsRangeIsNamed() throws {
        for suite: UInt8 in [0, 3, 255] {
            let bytes = try changed { $0[9] = suite }
            #expect(refusal { try SealedRecordHeader(parsing: bytes) } == .unknownSuite(suite))
        }
        for exponent: UInt8 in [0, 9, 21, 32, 63, 64, 255] {
            let bytes = try changed { $0[10] = exponent }
            #expect(refusal { try SealedRecordHeader(parsing: bytes) } == .segmentSize(exponent: exponent))
        }
        let reserved = try changed { $0[11] = 1 }
        #expect(refusal { try SealedRecordHeader(parsing: reserved) } == .reserved(1))
        for length: UInt32 in [0, 1, 512, 1023, 1025, 1 << 21, 1 << 31, .max] {
            let bytes = try changed { bytes in
                for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
            }
            #expect(refusal { try SealedRecordHeader(parsing: bytes) } == .metadataLength(length))
        }
        for length: UInt64 in [(1 << 40) + 1, 1 << 63, .max] {
            let bytes = try changed { bytes in
                for index in 0..<8 { bytes[16 + index] = UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * index)) }
            }
            #expect(refusal { try SealedRecordHeader(parsing: bytes) } == .bodyTooLong(length))
        }
    }

    /// A source that claims any length and counts what is asked of it.
    private final class ClaimingSource: ByteSource {
        let front: [UInt8]
        let byteCount: UInt64
        var asked = 0
        init(_ front: [UInt8], claiming byteCount: UInt64) {
            self.front = front
            self.byteCount = byteCount
        }
        func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
            asked += count
            for index in 0..<count { output.append(index < front.count ? front[index] : 0) }
        }
    }

    @Test func hugeLengthsCostNothing() throws {
        // The largest lengths a header may say, with and without a source that seems to have them.
        let bytes = try changed { bytes in
            bytes[10] = 20
            bytes.replaceSubrange(12..<24, with: [0, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
        }
        let layout = try SealedRecordHeader(parsing: bytes).layout
        #expect(layout.segmentCount == 1 << 20)
        #expect(layout.containerByteCount == 203 + (1 << 20) + 16 + (1 << 40) + (16 << 20))
        let seed = try Sample(bodyByteCount: 5).seed
        let short = ClaimingSource(bytes, claiming: 1 << 20)
        #expect(
            refusal { try SealedRecordReader(short, seed: seed) }
                == .truncated(expected: layout.containerByteCount, actual: 1 << 20))
        #expect(short.asked == 203)
        let endless = ClaimingSource(bytes, claiming: layout.containerByteCount)
        #expect(refusal { try SealedRecordReader(endless, seed: seed) } == .keyRefused)
        #expect(endless.asked == 203)
    }

    @Test func aSourceThatGivesTooLittleIsNotBelieved() throws {
        final class Stingy: ByteSource {
            let byteCount: UInt64 = 5000
            func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
                output.append(0)
            }
        }
        let seed = try Sample(bodyByteCount: 5).seed
        #expect(
            refusal { try SealedRecordReader(Stingy(), seed: seed) }
                == .storage(.wrongAmount(expected: 203, actual: 1)))
    }

    @Test(arguments: [0, 1, 1023, 1024, 1025, 2048, 5000] as [UInt64])
    func theLayoutCoversTheContainerExactlyOnce(body: UInt64) {
        let layout = SealedRecordLayout(segmentExponent: 10, metadataByteCount: 2048, bodyByteCount: body)
        var position = layout.metadata.upperBound
        var plain: UInt64 = 0
        for index in 0..<layout.segmentCount {
            #expect(layout.sealed(segment: index)?.lowerBound == position)
            #expect(layout.plaintext(ofSegment: index)?.lowerBound == plain)
            position = layout.sealed(segment: index)?.upperBound ?? 0
            plain = layout.plaintext(ofSegment: index)?.upperBound ?? 0
        }
        #expect(position == layout.containerByteCount)
        #expect(plain == body)
        #expect(layout.sealed(segment: layout.segmentCount) == nil)
        for offset in 0..<body {
            let holding = layout.segments(holding: offset..<offset + 1)
            #expect(holding.count == 1)
            #expect(layout.plaintext(ofSegment: holding.lowerBound)?.contains(offset) == true)
        }
        #expect(layout.segments(holding: 0..<body) == 0..<(body == 0 ? 0 : layout.segmentCount))
    }
}
