import Crypto
import Octets
import Testing

@testable import P256Verification

struct PrecomputedKeyTests {
    private func changed(_ signature: FixedOctets<64>, bit: Int) throws -> FixedOctets<64> {
        var bytes = signature.bytes
        bytes[bit / 8] ^= 1 << (bit % 8)
        return try FixedOctets(bytes)
    }

    @Test(arguments: 0..<3)
    func acceptsWhatSwiftCryptoAcceptsAndNothingElse(_ number: Int) throws {
        let key = try TestKey(number)
        let table = try #require(PrecomputedKey(compressed: key.compressed))
        for round in 0..<64 {
            let digest = SHA256.hash(data: Array("message \(round)".utf8))
            let octets = try FixedOctets<32>(Array(digest))
            let signature = try key.signature(on: "message \(round)")
            #expect(table.isValid(signature, for: octets) == true)
            for bit in [round, 64 + 3 * round, 256 + round, 511 - round] {
                let other = try changed(signature, bit: bit)
                let parsed = try P256.Signing.ECDSASignature(rawRepresentation: other.bytes)
                let verdict = key.secret.publicKey.isValidSignature(parsed, for: digest)
                #expect(!verdict)
                #expect(table.isValid(other, for: octets) == verdict)
            }
            let elsewhere = try FixedOctets<32>(Array(SHA256.hash(data: Array("other \(round)".utf8))))
            #expect(table.isValid(signature, for: elsewhere) == false)
        }
    }

    @Test func aTableIsOfItsKeyAlone() throws {
        let table = try #require(PrecomputedKey(compressed: TestKey(0).compressed))
        let digest = try FixedOctets<32>(Array(SHA256.hash(data: Array("message".utf8))))
        #expect(try table.isValid(TestKey(1).signature(on: "message"), for: digest) == false)
    }

    @Test func whatIsNoPointHasNoTable() throws {
        for first in [UInt8(0), 1, 4, 5, 0xff] {
            var bytes = try TestKey(0).compressed.bytes
            bytes[0] = first
            #expect(try PrecomputedKey(compressed: FixedOctets(bytes)) == nil)
        }
        #expect(try PrecomputedKey(compressed: FixedOctets([2] + [UInt8](repeating: 0xff, count: 32))) == nil)
        #expect(PrecomputedKey(compressed: FixedOctets()) == nil)
    }
}
