import Crypto
import Octets
import Testing

@testable import Secp256k1

@Suite struct ScalarTests {
    @Test(arguments: [Edge.zero, Edge.order, Edge.orderPlusOne, Edge.prime, Edge.largest])
    func zeroAndNumbersFromTheOrderOnAreRefused(_ text: String) throws {
        let bytes = try [UInt8](hexadecimal: text)
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try Scalar(bigEndian: bytes) }
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try Scalar(SecretOctets(copying: bytes)) }
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try PublicScalar(bigEndian: bytes) }
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try PublicScalar(FixedOctets<32>(bytes)) }
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func otherLengthsAreRefused(_ count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        let error = Secp256k1Error.wrongLength(expected: 32, actual: count)
        #expect(throws: error) { try Scalar(bigEndian: bytes) }
        #expect(throws: error) { try Scalar(SecretOctets(copying: bytes)) }
        #expect(throws: error) { try PublicScalar(bigEndian: bytes) }
    }

    @Test func theGreatestScalarIsMinusOne() throws {
        let greatest = try scalar(Edge.orderMinusOne)
        #expect(greatest == PublicScalar.one.negated())
        #expect(Scalar(greatest) == Scalar(.one).negated())
        #expect(greatest.multiplied(by: greatest) == .one)
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try greatest.adding(.one) }
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try Scalar(greatest).adding(Scalar(.one)) }
    }

    @Test func encodingRoundTrips() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<50 {
            let secret = Scalar.random(using: &generator)
            let revealed = secret.revealed()
            #expect(try PublicScalar(revealed.bigEndian) == revealed)
            #expect(try Scalar(bigEndian: revealed.bigEndian.bytes) == secret)
            #expect(try Scalar(secret.secretOctets) == secret)
            #expect(Scalar(revealed) == secret)
            #expect(unsafe secret.withUnsafeBytes { unsafe Array($0) } == revealed.bigEndian.bytes)
        }
    }

    @Test func smallNumbersReckonAsIntegers() throws {
        for left in UInt64(1)...12 {
            for right in UInt64(1)...12 {
                let a = try PublicScalar(left)
                let b = try PublicScalar(right)
                #expect(try a.adding(b) == PublicScalar(left + right))
                #expect(a.multiplied(by: b) == (try PublicScalar(left * right)))
                if left > right { #expect(try a.subtracting(b) == PublicScalar(left - right)) }
                if left == right { #expect(throws: Secp256k1Error.scalarOutOfRange) { try a.subtracting(b) } }
            }
        }
        #expect(try PublicScalar(.max) == scalar(String(repeating: "0", count: 48) + "ffffffffffffffff"))
        #expect(throws: Secp256k1Error.scalarOutOfRange) { try PublicScalar(0) }
    }

    @Test func scalarsFormAField() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<100 {
            let a = Scalar.random(using: &generator)
            let b = Scalar.random(using: &generator)
            let c = Scalar.random(using: &generator)
            #expect(try a.adding(b) == b.adding(a))
            #expect(a.multiplied(by: b) == b.multiplied(by: a))
            #expect(try a.adding(b).adding(c) == a.adding(b.adding(c)))
            #expect(a.multiplied(by: b).multiplied(by: c) == a.multiplied(by: b.multiplied(by: c)))
            #expect(try a.adding(b).multiplied(by: c) == a.multiplied(by: c).adding(b.multiplied(by: c)))
            #expect(a.negated().negated() == a)
            #expect(throws: Secp256k1Error.scalarOutOfRange) { try a.adding(a.negated()) }
            #expect(a.multiplied(by: b.revealed()) == a.multiplied(by: b))
        }
    }

    @Test func bothInversionsInvertAndAgree() throws {
        var generator = SeededGenerator(seed: 3)
        var values = [PublicScalar.one, .one.negated(), try PublicScalar(2), try PublicScalar(2).negated()]
        // Inverses with leading zero bytes, whose encoding must be padded.
        values += try (1...20).map { try PublicScalar($0).inverted() }
        for _ in 0..<100 { values.append(Scalar.random(using: &generator).revealed()) }
        for value in values {
            let constantTime = Scalar(value).inverted()
            #expect(constantTime.multiplied(by: Scalar(value)) == Scalar(.one))
            #expect(value.inverted() == constantTime.revealed())
            #expect(value.inverted().multiplied(by: value) == .one)
            #expect(value.inverted().inverted() == value)
        }
        #expect(try PublicScalar(3).inverted().inverted() == PublicScalar(3))
    }

    @Test func digestsMapToOneMoreThanTheirRemainder() throws {
        // h mod (n - 1) + 1 at the edges of both ranges.
        let cases = [
            (Edge.zero, String(repeating: "0", count: 63) + "1"),
            (String(repeating: "0", count: 63) + "1", String(repeating: "0", count: 63) + "2"),
            ("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413f", Edge.orderMinusOne),
            (Edge.orderMinusOne, String(repeating: "0", count: 63) + "1"),
            (Edge.order, String(repeating: "0", count: 63) + "2"),
            (Edge.largest, "000000000000000000000000000000014551231950b75fc4402da1732fc9bec0"),
        ]
        for (digest, expected) in cases {
            let bytes = try [UInt8](hexadecimal: digest)
            let mapped = unsafe bytes.withUnsafeBytes { unsafe PublicScalar(mapping: $0) }
            let secret = unsafe bytes.withUnsafeBytes { unsafe Scalar(mapping: $0) }
            #expect(mapped.bigEndian.hexadecimal == expected)
            #expect(secret.revealed() == mapped)
        }
    }

    @Test func randomScalarsDifferAndAreInRange() {
        let drawn = Set((0..<200).map { _ in Scalar.random().revealed() })
        #expect(drawn.count == 200)
    }

    @Test func seededScalarsRepeat() {
        var first = SeededGenerator(seed: 4)
        var second = SeededGenerator(seed: 4)
        #expect(Scalar.random(using: &first) == Scalar.random(using: &second))
    }

    @Test func outOfRangeDrawsAreDrawnAgain() {
        /// All ones for one scalar's worth of draws, then ones.
        struct HighThenOne: RandomNumberGenerator {
            var draws = 0
            mutating func next() -> UInt64 {
                draws += 1
                return draws <= 4 ? .max : 1
            }
        }
        var generator = HighThenOne()
        _ = Scalar.random(using: &generator)
        #expect(generator.draws == 8)
    }

    @Test func proofResponsesAreNoncePlusChallengeTimesSecret() throws {
        var generator = SeededGenerator(seed: 5)
        let nonce = Scalar.random(using: &generator)
        let secret = Scalar.random(using: &generator)
        let challenge = Scalar.random(using: &generator).revealed()
        #expect(
            try nonce.response(to: challenge, provingKnowledgeOf: secret)
                == nonce.revealed().adding(challenge.multiplied(by: secret.revealed())))
        let cancelling = secret.multiplied(by: challenge).negated()
        #expect(throws: Secp256k1Error.scalarOutOfRange) {
            try cancelling.response(to: challenge, provingKnowledgeOf: secret)
        }
    }

    @Test func scratchReckonsInPlaceAndLeavesItsSourceAlone() throws {
        var generator = SeededGenerator(seed: 6)
        let a = Scalar.random(using: &generator)
        let before = a.revealed()
        let b = Scalar.random(using: &generator)
        let result = try ScratchScalar.with(a) { scratch throws(Secp256k1Error) in
            scratch.multiply(by: b)
            try scratch.add(b)
            scratch.negate()
            scratch.invert()
            try scratch.add(PublicScalar.one)
            return scratch.scalar()
        }
        let byHand = try a.multiplied(by: b).adding(b).negated().inverted().adding(Scalar(.one))
        #expect(result == byHand)
        #expect(a.revealed() == before)
        let set = ScratchScalar.with(a) { scratch in
            scratch.set(b)
            return scratch.revealed()
        }
        #expect(set == b.revealed())
    }

    @Test func scratchStaysInRangeAfterASumOfZero() {
        let remainder = ScratchScalar.with(Scalar(.one)) { scratch in
            #expect(throws: Secp256k1Error.scalarOutOfRange) { try scratch.add(PublicScalar.one.negated()) }
            return scratch.revealed()
        }
        #expect(remainder == .one)
    }

    @Test func nothingIsLeftOnceTheLastReferenceGoes() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Scalar.byteCount, alignment: 16)
        defer { unsafe memory.deallocate() }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xa5)
        var first: Scalar? = unsafe Scalar(borrowing: memory)
        var second = first
        #expect(first?.revealed().bigEndian.bytes == [UInt8](repeating: 0xa5, count: 32))
        first = nil
        #expect(unsafe memory.allSatisfy { $0 == 0xa5 }, "another reference still needs the bytes")
        #expect(second != nil)
        second = nil
        #expect(unsafe memory.allSatisfy { $0 == 0 }, "the secret outlived its last reference")
    }

    @Test func secretsPrintNothing() throws {
        let secret = try Scalar(bigEndian: [UInt8](hexadecimal: Edge.orderMinusOne))
        for text in ["\(secret)", String(reflecting: secret), "\([secret])"] {
            #expect(!text.contains("ff") && !text.contains("255"))
            #expect(text.contains("Scalar(secret)"))
        }
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("0x"))
    }
}
