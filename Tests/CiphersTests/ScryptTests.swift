import Octets
import Testing

@testable import Ciphers

@Suite struct ScryptTests {
    /// RFC 7914, section 12 (its fourth case needs 1 GiB, which ``ScryptCost`` refuses).
    @Test(arguments: [
        (
            "", "", 4, 1, 1,
            """
            77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
            fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906
            """
        ),
        (
            "password", "NaCl", 10, 8, 16,
            """
            fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
            2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
            """
        ),
        (
            "pleaseletmein", "SodiumChloride", 14, 8, 1,
            """
            7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
            d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
            """
        ),
    ])
    func publishedVectorsHold(passphrase: String, salt: String, n: Int, r: Int, p: Int, key: String) throws {
        let derived = try Scrypt.derive(
            from: SecretOctets(copying: Array(passphrase.utf8)), salt: Array(salt.utf8),
            cost: ScryptCost(exponent: n, blockSize: r, parallelism: p), count: 64)
        #expect(plain(derived).hexadecimal == key)
    }

    @Test func costsOfAHostileFileAreRefusedBeforeAnyWork() {
        let refused: [(Int, Int, Int, ScryptCost.Flaw)] = [
            (0, 8, 1, .exponent(0)), (25, 1, 1, .exponent(25)), (.max, 8, 1, .exponent(.max)),
            (-1, 8, 1, .exponent(-1)),
            (10, 0, 1, .blockSize(0)), (10, 33, 1, .blockSize(33)), (10, .max, 1, .blockSize(.max)),
            (10, 8, 0, .parallelism(0)), (10, 8, 17, .parallelism(17)),
            (19, 8, 1, .memory(byteCount: 512 << 20)), (24, 32, 16, .memory(byteCount: 64 << 30)),
        ]
        for (exponent, blockSize, parallelism, flaw) in refused {
            #expect(
                caught { try ScryptCost(exponent: exponent, blockSize: blockSize, parallelism: parallelism) }
                    == .scryptCost(flaw))
        }
        #expect(throws: Never.self) { try ScryptCost(exponent: 18, blockSize: 8, parallelism: 1) }
    }

    @Test(arguments: [-1, 0, 1025]) func outputsOutsideTheBoundAreRefused(count: Int) throws {
        let cost = try ScryptCost(exponent: 1, blockSize: 1, parallelism: 1)
        let passphrase = SecretOctets(copying: [1])
        #expect(
            caught { try Scrypt.derive(from: passphrase, salt: [], cost: cost, count: count) }
                == .tooLong(count: count, bound: 1024))
    }

    @Test func theRecommendedCostIsWithinTheBounds() throws {
        #expect(try ScryptCost(exponent: 17, blockSize: 8, parallelism: 1) == .recommended)
    }
}
