import Octets
import Testing

@testable import Secp256k1

@Suite struct LinearCombinationTests {
    private func byHand(_ a: PublicScalar, _ point: Point, _ b: PublicScalar) throws -> Point {
        try point.multiplied(byPublic: a).adding(Point.generator(times: b))
    }

    @Test func agreesWithTheParts() throws {
        var generator = SeededGenerator(seed: 20)
        var parities: Set<UInt8> = []
        for _ in 0..<60 {
            let a = Scalar.random(using: &generator).revealed()
            let b = Scalar.random(using: &generator).revealed()
            let base = Point.generator(times: Scalar.random(using: &generator))
            parities.insert(base.compressed[0])
            for (left, right) in [(a, b), (a.negated(), b), (a, b.negated()), (a.negated(), b.negated())] {
                let expected = try byHand(left, base, right)
                #expect(try Point.linearCombination(left, base, right) == expected)
                #expect(try Point.sumOfParts(left, base, right) == expected)
                #expect(try Point.linearCombination(left, base.negated(), right) == byHand(left.negated(), base, right))
            }
        }
        #expect(parities == [2, 3])
    }

    @Test func agreesAtTheEdges() throws {
        let one = PublicScalar.one
        let edges = [one, one.negated(), try PublicScalar(2), try PublicScalar(2).negated()]
        let bases = [Point.generator, .generator.negated(), Point.generator(times: try PublicScalar(7))]
        for a in edges {
            for b in edges {
                for base in bases {
                    let expected = try? byHand(a, base, b)
                    #expect((try? Point.linearCombination(a, base, b)) == expected)
                    #expect((try? Point.sumOfParts(a, base, b)) == expected)
                }
            }
        }
    }

    @Test func partsThatCancelGiveInfinity() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<20 {
            let k = Scalar.random(using: &generator).revealed()
            let a = Scalar.random(using: &generator).revealed()
            let base = Point.generator(times: k)
            let cancelling = a.multiplied(by: k).negated()
            #expect(throws: Secp256k1Error.infinity) { try Point.linearCombination(a, base, cancelling) }
            #expect(throws: Secp256k1Error.infinity) { try Point.sumOfParts(a, base, cancelling) }
        }
    }

    @Test func pointsWhoseCoordinateIsNoScalarWork() throws {
        // The first points with n <= x < p: about one in 2^128 of all, but easy to find from that end.
        var found = 0
        for offset in UInt8(0)..<40 {
            var x = try [UInt8](hexadecimal: Edge.order)
            x[31] += offset
            for prefix in [UInt8(2), 3] {
                guard let base = try? Point(compressed: [prefix] + x) else { continue }
                found += 1
                #expect(throws: Secp256k1Error.scalarOutOfRange) { try PublicScalar(bigEndian: x) }
                let a = try PublicScalar(UInt64(offset) + 3)
                let b = try PublicScalar(11).negated()
                #expect(try Point.linearCombination(a, base, b) == byHand(a, base, b))
            }
        }
        #expect(found >= 10)
    }

    @Test func pointsAddOnTheCurveAsItsEquationSays() throws {
        // An independent check of the library's sums: the chord through two points, by field arithmetic of our own.
        var generator = SeededGenerator(seed: 22)
        for _ in 0..<10 {
            let p = Point.generator(times: Scalar.random(using: &generator))
            let q = Point.generator(times: Scalar.random(using: &generator))
            let (px, py) = affine(p)
            let (qx, qy) = affine(q)
            let slope = (qy + -py) * (qx + -px).inverse
            let x = slope * slope + -px + -qx
            let y = slope * (px + -x) + -py
            #expect(try p.adding(q).compressed.bytes == [y.isOdd ? 3 : 2] + x.bigEndian)
        }
    }

    private func affine(_ point: Point) -> (PrimeFieldElement, PrimeFieldElement) {
        let bytes = point.compressed.bytes
        let x = PrimeFieldElement(reducing: Array(bytes.dropFirst()))
        let y = (x * x * x + PrimeFieldElement(7)).squareRoot
        return (x, y.isOdd == (bytes[0] == 3) ? y : -y)
    }
}
