import Crypto
import Octets
import Testing

@testable import Secp256k1

@Suite struct SignatureTests {
    private let message = Array("Sample of a message".utf8)

    private func key(_ seed: UInt64) -> Scalar {
        var generator = SeededGenerator(seed: seed)
        return Scalar.random(using: &generator)
    }

    /// RFC 6979 over secp256k1 and SHA-256, as published in the test suites of several libraries.
    static let deterministic = [
        (
            "0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"
        ),
        (
            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
            "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0"
                + "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5"
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000001",
            "All those moments will be lost in time, like tears in rain. Time to die...",
            "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
                + "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21"
        ),
    ]

    @Test(arguments: deterministic)
    func plainSignaturesAreThoseOfRFC6979(_ key: String, _ message: String, _ expected: String) throws {
        let key = try Scalar(bigEndian: [UInt8](hexadecimal: key))
        let signature = try Signature.sign(Array(message.utf8), with: key, entropy: nil)
        #expect(signature.description == expected)
        #expect(signature.verifies(Array(message.utf8), for: .generator(times: key)))
    }

    @Test func signaturesVerifyForTheirMessageAndKeyOnly() throws {
        for seed in UInt64(0)..<20 {
            let key = key(seed)
            let signature = Signature.sign(message, with: key)
            let publicKey = Point.generator(times: key)
            #expect(signature.verifies(message, for: publicKey))
            #expect(!signature.verifies(message + [0], for: publicKey))
            #expect(!signature.verifies(message, for: publicKey.negated()))
            #expect(!signature.verifies(message, for: .generator))
            #expect(try Signature(compact: signature.compact.bytes) == signature)
        }
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let key = key(30)
        let publicKey = Point.generator(times: key)
        let signature = try Signature.sign(message, with: key, entropy: nil)
        for bit in 0..<512 {
            var bytes = signature.compact.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let changed = try? Signature(compact: bytes) else { continue }
            #expect(!changed.verifies(message, for: publicKey))
        }
    }

    @Test func freshEntropyGivesOtherSignatures() throws {
        let key = key(31)
        let signatures = Set((0..<8).map { _ in Signature.sign(message, with: key) })
        #expect(signatures.count == 8)
        let entropy = SecretOctets(copying: [UInt8](repeating: 7, count: 32))
        let hedged = try Signature.sign(message, with: key, entropy: entropy)
        #expect(try Signature.sign(message, with: key, entropy: entropy) == hedged)
        #expect(try Signature.sign(message, with: key, entropy: nil) != hedged)
    }

    @Test(arguments: [0, 31, 33])
    func entropyOfAnotherLengthIsRefused(_ count: Int) {
        let entropy = SecretOctets(copying: [UInt8](repeating: 7, count: count))
        #expect(throws: Secp256k1Error.wrongLength(expected: 32, actual: count)) {
            try Signature.sign(message, with: key(32), entropy: entropy)
        }
    }

    @Test func highSIsRefused() throws {
        for seed in UInt64(40)..<60 {
            let bytes = Signature.sign(message, with: key(seed)).compact.bytes
            let s = try PublicScalar(bigEndian: bytes.suffix(32))
            let other = Array(bytes.prefix(32)) + s.negated().bigEndian.bytes
            #expect(throws: Secp256k1Error.highS) { try Signature(compact: other) }
        }
    }

    @Test func theBoundOfLowSIsHalfTheOrder() throws {
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let half = try [UInt8](hexadecimal: "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")
        let above = try [UInt8](hexadecimal: "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1")
        #expect(try Signature(compact: one + half).compact.bytes == one + half)
        #expect(throws: Secp256k1Error.highS) { try Signature(compact: one + above) }
    }

    @Test(arguments: [Edge.zero, Edge.order, Edge.orderPlusOne, Edge.largest])
    func numbersOutOfRangeAreRefused(_ text: String) throws {
        let bad = try [UInt8](hexadecimal: text)
        let good = [UInt8](repeating: 1, count: 32)
        #expect(throws: Secp256k1Error.signatureOutOfRange) { try Signature(compact: bad + good) }
        #expect(throws: Secp256k1Error.signatureOutOfRange) { try Signature(compact: good + bad) }
    }

    @Test(arguments: [0, 63, 65, 72])
    func otherLengthsAreRefused(_ count: Int) {
        #expect(throws: Secp256k1Error.wrongLength(expected: 64, actual: count)) {
            try Signature(compact: [UInt8](repeating: 1, count: count))
        }
    }

    @Test func recoveryParityIsThatOfTheNoncePoint() throws {
        var parities: Set<Bool> = []
        for seed in UInt64(70)..<90 {
            let key = key(seed)
            let publicKey = Point.generator(times: key)
            let signature = Signature.sign(message, with: key)
            let recovered: Bool? = signature.recoveryParity(message: message, key: publicKey)
            let parity = try #require(recovered as Bool?)
            parities.insert(parity)
            // R = s^-1 * (z*G + r*Q), so that its encoding can be compared.
            let compact = signature.compact.bytes
            let r = try PublicScalar(bigEndian: compact.prefix(32))
            let inverse = try PublicScalar(bigEndian: compact.suffix(32)).inverted()
            let z = try PublicScalar(bigEndian: Array(SHA256.hash(data: message)))
            let nonce = try Point.linearCombination(
                r.multiplied(by: inverse), publicKey, z.multiplied(by: inverse))
            #expect(nonce.compressed.bytes == [parity ? 3 : 2] + compact.prefix(32))
            #expect(signature.recoveryParity(message: message + [1], key: publicKey) == nil)
            #expect(signature.recoveryParity(message: message, key: publicKey.negated()) == nil)
        }
        #expect(parities == [true, false])
    }

    @Test func anyCollectionOfBytesCanBeSigned() throws {
        let key = key(91)
        let signature = try Signature.sign(message, with: key, entropy: nil)
        #expect(try Signature.sign(message[...], with: key, entropy: nil) == signature)
        #expect(try Signature.sign(message.reversed().reversed(), with: key, entropy: nil) == signature)
        #expect(signature.verifies(message.reversed().lazy.reversed(), for: .generator(times: key)))
    }
}
