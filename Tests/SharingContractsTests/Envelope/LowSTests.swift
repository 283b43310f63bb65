import Crypto
import Octets
import SharingContracts
import TestKit
import Testing

@testable import SharingContracts

struct LowSTests {
    private func bigEndian(_ last: UInt8) -> [UInt8] { [UInt8](repeating: 0, count: 31) + [last] }

    @Test func halfTheOrderIsTheHighestLowS() throws {
        #expect(LowS.isLow(LowS.halfOrder[...]))
        var above = LowS.halfOrder
        above[31] += 1
        #expect(!LowS.isLow(above[...]))
        // (n - 1)/2 + 1 and (n - 1)/2 add up to n.
        #expect(LowS.lowered(above[...]) == LowS.halfOrder)
    }

    /// Half the order, and one bit of it more or less in each byte: whatever r is.
    @Test func theSecondHalfOfASignatureAloneSaysWhetherItIsLow() throws {
        for r in [UInt8(0), 0xff] {
            let half = [UInt8](repeating: r, count: 32) + LowS.halfOrder
            #expect(LowS.isLow(inSignature: try FixedOctets(half)))
            for index in 0..<256 {
                var other = half
                other[32 + index / 8] ^= 1 << UInt8(index % 8)
                #expect(LowS.isLow(inSignature: try FixedOctets(other)) == LowS.isLow(other[32...]))
            }
        }
    }

    @Test func loweringIsNegationModuloTheOrder() {
        #expect(LowS.lowered(bigEndian(7)[...]) == bigEndian(7))
        var high = LowS.order
        high[31] -= 1
        #expect(LowS.lowered(high[...]) == bigEndian(1))
        #expect(LowS.lowered(LowS.order[...]) == nil)
        #expect(LowS.lowered([UInt8](repeating: 0xff, count: 32)[...]) == nil)
    }

    @Test func bothTwinsVerifyInTheLibraryAndOnlyTheLowOneHere() throws {
        var generator = SeededGenerator(seed: 3)
        let key = try P256.Signing.PrivateKey(
            rawRepresentation: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let message: [UInt8] = [1, 2, 3]
        let signer = try SignerID([UInt8](repeating: 1, count: 16))
        let raw = Array(try key.signature(for: message).rawRepresentation)
        let low = try TransactionSignature(signer: signer, normalizing: raw).signature.bytes
        #expect(LowS.isLow(low[32...]))
        // n - s by schoolbook subtraction, independent of the code under test only in its direction.
        var twin = LowS.order
        var borrow = 0
        for index in (0..<32).reversed() {
            let value = Int(twin[index]) - Int(low[32 + index]) - borrow
            twin[index] = UInt8((value + 256) % 256)
            borrow = value < 0 ? 1 : 0
        }
        let high = low[..<32] + twin
        for signature in [low, Array(high)] {
            let parsed = try P256.Signing.ECDSASignature(rawRepresentation: signature)
            #expect(key.publicKey.isValidSignature(parsed, for: message))
        }
        #expect(try TransactionSignature(signer: signer, normalizing: Array(high)).signature.bytes == low)
        #expect(
            try code { try TransactionSignature(signer: signer, signature: try FixedOctets(Array(high))) } == .highS)
    }

    @Test(arguments: [0, 63, 65]) func aSignatureHasSixtyFourBytes(count: Int) throws {
        let signer = try SignerID([UInt8](repeating: 1, count: 16))
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(try code { try TransactionSignature(signer: signer, normalizing: bytes) } == .malformedField)
    }
}
