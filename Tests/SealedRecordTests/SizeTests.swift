import Octets
import Testing

@testable import SealedRecord

@Suite struct SizeTests {
    @Test func padmeIsThePapersFunctionAboveTheFloor() throws {
        let expected: [(UInt64, UInt64)] = [
            (0, 4096), (1, 4096), (4096, 4096), (4097, 4352), (9_000, 9_216), (65_536, 65_536), (65_537, 67_584),
            (1_950_143, 1_966_080), (1 << 40, 1 << 40),
        ]
        for (length, padded) in expected { #expect(try PaddingPolicy.padme.paddedByteCount(length) == padded) }
        for policy in PaddingPolicy.allCases {
            #expect(refusal { try policy.paddedByteCount((1 << 40) + 1) } == .bodyTooLong((1 << 40) + 1))
        }
    }

    @Test func padmeIsMonotonicIdempotentAndCheap() throws {
        var generator = SeededGenerator(seed: 7)
        var previous: (UInt64, UInt64) = (0, 0)
        let lengths = (0..<5000).map { _ in
            UInt64.random(in: 0...(1 << UInt64.random(in: 12...40, using: &generator)), using: &generator)
        }
        for length in lengths.sorted() {
            let padded = try PaddingPolicy.padme.paddedByteCount(length)
            #expect(padded >= length && padded >= previous.1)
            #expect(try PaddingPolicy.padme.paddedByteCount(padded) == padded)
            #expect(length < 4096 || Double(padded) <= 1.12 * Double(length))
            previous = (length, padded)
        }
    }

    @Test func sizeClassesArePowersOfTwo() throws {
        #expect(SizeClass(containerByteCount: 0) == nil)
        #expect(SizeClass(containerByteCount: 1024) == nil)
        #expect(SizeClass(containerByteCount: 1259)?.exponent == 11)
        #expect(SizeClass(containerByteCount: 2048)?.exponent == 11)
        #expect(SizeClass(containerByteCount: 2049)?.exponent == 12)
        #expect(SizeClass(containerByteCount: .max) == nil)
        for exponent in SizeClass.exponents {
            let size = try #require(SizeClass(exponent: exponent))
            #expect(SizeClass(containerByteCount: size.byteBound) == size)
            #expect(SizeClass(containerByteCount: size.byteBound - 1) == size)
            #expect(SizeClass(containerByteCount: size.byteBound + 1) != size)
        }
        #expect(SizeClass(exponent: 10) == nil)
        #expect(SizeClass(exponent: 42) == nil)
        // The largest container that a header can describe has a class.
        let largest = SealedRecordLayout(segmentExponent: 10, metadataByteCount: 1 << 20, bodyByteCount: 1 << 40)
        #expect(SizeClass(containerByteCount: largest.containerByteCount)?.exponent == 41)
    }

    @Test func commitmentsHideAndBind() throws {
        let sample = try Sample(bodyByteCount: 100)
        let other = try Sample(bodyByteCount: 100, seed: 2)
        let blinding = try CiphertextCommitment.blinding(header: sample.header, seed: sample.seed)
        let digest = RecordDigest.of(sample.container)
        let count = UInt64(sample.container.count)
        let commitment = CiphertextCommitment(containerDigest: digest, containerByteCount: count, blinding: blinding)
        #expect(commitment.digest != digest)
        let foreign = try CiphertextCommitment.blinding(header: other.header, seed: other.seed)
        let others = [
            CiphertextCommitment(containerDigest: digest, containerByteCount: count, blinding: foreign),
            CiphertextCommitment(containerDigest: digest, containerByteCount: count + 1, blinding: blinding),
            CiphertextCommitment(
                containerDigest: RecordDigest.of(other.container), containerByteCount: count, blinding: blinding),
        ]
        for other in others { #expect(other != commitment) }
        #expect(refusal { try CiphertextCommitment.blinding(header: sample.header, seed: other.seed) } == .keyRefused)
    }
}
