import Octets
import Testing

@testable import Secp256k1

@Suite struct PointTests {
    /// k and k·G for the first few k, n - 1 and a 128-bit one; the values are in every list of test vectors for the
    /// curve.
    static let multiplesOfGenerator = [
        ("1", "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        ("2", "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"),
        ("3", "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"),
        ("4", "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13"),
        ("5", "022f8bde4d1a07209355b4a7250a5c5128e88b84bddc619ab7cba8d569b240efe4"),
        ("6", "03fff97bd5755eeea420453a14355235d382f6472f8568a18b2f057a1460297556"),
        ("7", "025cbdf0646e5db4eaa398f365f2ea7a0e3d419b7e0330e39ce92bddedcac4f9bc"),
        ("8", "022f01e5e15cca351daff3843fb70f3c2f0a1bdd05e5af888a67784ef3e10a2a01"),
        ("9", "03acd484e2f0c7f65309ad178a9f559abde09796974c57e714c35f110dfc27ccbe"),
        ("a", "03a0434d9e47f3c86235477c7b1ae6ae5d3442d49b1943c2b752a68e2a47e247c7"),
        (Edge.orderMinusOne, "0379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
    ]

    @Test(arguments: multiplesOfGenerator)
    func knownMultiplesOfTheGenerator(_ k: String, _ expected: String) throws {
        let padded = String(repeating: "0", count: 64 - k.count) + k
        let k = try scalar(padded)
        #expect(Point.generator(times: k).description == expected)
        #expect(Point.generator(times: Scalar(k)).description == expected)
        #expect(Point.generator.multiplied(by: Scalar(k)).description == expected)
        #expect(Point.generator.multiplied(byPublic: k).description == expected)
        #expect(
            Point.generator.sharedSecret(times: Scalar(k))
                == SecretOctets(copying: try point(expected).compressed.bytes))
    }

    @Test func encodingRoundTrips() throws {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<100 {
            let drawn = Point.generator(times: Scalar.random(using: &generator))
            let encoded = drawn.compressed
            #expect(try Point(compressed: encoded.bytes) == drawn)
            #expect(try Point(encoded) == drawn)
            #expect(unsafe drawn.withCompressedBytes { unsafe Array($0) } == encoded.bytes)
            #expect(drawn.hashValue == (try Point(encoded)).hashValue)
            let other = [encoded[0] ^ 1] + encoded.bytes.dropFirst()
            #expect(try Point(compressed: other) == drawn.negated())
            #expect(drawn.negated() != drawn)
        }
    }

    @Test func infinityIsRefused() throws {
        #expect(throws: Secp256k1Error.infinity) { try Point(compressed: [0x00]) }
        #expect(throws: Secp256k1Error.infinity) { try Point(compressed: [UInt8](repeating: 0, count: 33)) }
    }

    @Test(arguments: [0, 1, 32, 34, 64, 65, 66])
    func otherLengthsAreRefused(_ count: Int) {
        let bytes = [UInt8](repeating: 2, count: count)
        #expect(throws: Secp256k1Error.wrongLength(expected: 33, actual: count)) { try Point(compressed: bytes) }
    }

    @Test(arguments: (UInt8.min...UInt8.max).filter { ![0, 2, 3].contains($0) })
    func otherPrefixesAreRefused(_ prefix: UInt8) {
        let bytes = [prefix] + Point.generator.compressed.bytes.dropFirst()
        #expect(throws: Secp256k1Error.notCompressed(prefix: prefix)) { try Point(compressed: bytes) }
    }

    @Test func theUncompressedGeneratorIsRefused() throws {
        let uncompressed = try [UInt8](
            hexadecimal: "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
        #expect(throws: Secp256k1Error.wrongLength(expected: 33, actual: 65)) { try Point(compressed: uncompressed) }
    }

    @Test(arguments: [Edge.prime, Edge.largest, Edge.zero, String(repeating: "0", count: 63) + "5"], [0x02, 0x03])
    func coordinatesThatNoPointHasAreRefused(_ x: String, _ prefix: UInt8) throws {
        let bytes = [prefix] + (try [UInt8](hexadecimal: x))
        #expect(throws: Secp256k1Error.notOnCurve) { try Point(compressed: bytes) }
    }

    @Test func coordinatesNotBelowThePrimeAreRefusedEvenWhereTheirRemainderIsAPoint() throws {
        // x = 1 is a point's, so x = p + 1, the same number modulo p, must be refused for its size alone.
        _ = try Point(compressed: [2] + [UInt8](hexadecimal: String(repeating: "0", count: 63) + "1"))
        let bytes = [2] + (try [UInt8](hexadecimal: Edge.prime.dropLast() + "0"))
        #expect(bytes.last == 0x20)
        let same = [2] + (try [UInt8](hexadecimal: Edge.prime.dropLast(2) + "30"))
        #expect(throws: Secp256k1Error.notOnCurve) { try Point(compressed: same) }
    }

    @Test func halfOfAllCoordinatesArePoints() {
        var generator = SeededGenerator(seed: 11)
        var accepted = 0
        for _ in 0..<400 {
            let x = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            guard let found = try? Point(compressed: [0x02] + x) else { continue }
            #expect(found.compressed.bytes == [0x02] + x)
            accepted += 1
        }
        #expect((150...250).contains(accepted))
    }

    @Test func pointsFormAGroup() throws {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<40 {
            let a = Point.generator(times: Scalar.random(using: &generator))
            let b = Point.generator(times: Scalar.random(using: &generator))
            let c = Point.generator(times: Scalar.random(using: &generator))
            #expect(try a.adding(b) == b.adding(a))
            #expect(try a.adding(b).adding(c) == a.adding(b.adding(c)))
            #expect(try a.adding(a) == a.multiplied(byPublic: PublicScalar(2)))
            #expect(try a.adding(b).subtracting(b) == a)
            #expect(throws: Secp256k1Error.infinity) { try a.adding(a.negated()) }
            #expect(throws: Secp256k1Error.infinity) { try a.subtracting(a) }
            #expect(a.negated().negated() == a)
            #expect(a.negated() == a.multiplied(by: Scalar(.one).negated()))
        }
    }

    @Test func multiplicationDistributesAndItsKindsAgree() throws {
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<25 {
            let base = Point.generator(times: Scalar.random(using: &generator))
            let j = Scalar.random(using: &generator)
            let k = Scalar.random(using: &generator)
            #expect(base.multiplied(by: k) == base.multiplied(byPublic: k.revealed()))
            #expect(
                try base.multiplied(by: j.adding(k)) == base.multiplied(by: j).adding(base.multiplied(by: k)))
            #expect(base.multiplied(by: j).multiplied(by: k) == base.multiplied(by: j.multiplied(by: k)))
            #expect(base.multiplied(by: k).multiplied(by: k.inverted()) == base)
            #expect(
                base.sharedSecret(times: k)
                    == SecretOctets(copying: base.multiplied(by: k).compressed.bytes))
            #expect(ScratchScalar.with(k) { $0.multiplying(base) } == base.multiplied(by: k))
            #expect(Point.generator(times: k.revealed()) == Point.generator(times: k))
        }
    }

    @Test(arguments: 1...12)
    func sumsOfManyAgreeWithSumsOfTwo(_ count: Int) throws {
        var generator = SeededGenerator(seed: 14)
        let points = (0..<count).map { _ in Point.generator(times: Scalar.random(using: &generator)) }
        let oneByOne = try points.dropFirst().reduce(points[0]) { try $0.adding($1) }
        #expect(try Point.sum(points) == oneByOne)
        let negatives = points.map { $0.negated() }
        #expect(throws: Secp256k1Error.infinity) { try Point.sum(points + negatives) }
        #expect(try Point.sum(points + negatives + [Point.generator]) == .generator)
    }

    /// SEC 2's generator with both coordinates, and the sign of y where a point is negated.
    @Test func theUncompressedEncodingHasBothCoordinates() {
        let x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        let y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
        #expect(Point.generator.uncompressed.hexadecimal == "04" + x + y)
        let negated = Point.generator.negated().uncompressed.hexadecimal
        #expect(negated == "04" + x + "b7c52588d95c3b9aa25b0403f1eef75702e84bb7597aabe663b82f6f04ef2777")
    }

    @Test func largeSumsAreAllowed() throws {
        let many = [Point](repeating: .generator, count: 300)
        #expect(try Point.sum(many) == Point.generator(times: PublicScalar(300)))
    }

    @Test func aSumOfNothingIsRefused() {
        #expect(throws: Secp256k1Error.noPoints) { try Point.sum([]) }
    }

    @Test func errorsSayWhatIsWrong() {
        #expect("\(Secp256k1Error.notCompressed(prefix: 5))".contains("05"))
        #expect("\(Secp256k1Error.wrongLength(expected: 33, actual: 65))".contains("65"))
        let all: [Secp256k1Error] = [
            .scalarOutOfRange, .infinity, .notOnCurve, .signatureOutOfRange, .highS, .noPoints,
            .domainSeparationTag(count: 0), .notCompressed(prefix: 4), .wrongLength(expected: 1, actual: 2),
        ]
        #expect(Set(all.map(\.description)).count == all.count)
    }
}
