import Octets
import Testing

@testable import Secp256k1

@Suite struct HashToCurveTests {
    /// RFC 9380, appendix J.8.1: messages and points (x with y's parity before it).
    static let published = [
        ("", "03c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb1346"),
        ("abc", "023377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b"),
        ("abcdef0123456789", "02bac54083f293f1fe08e4a70137260aa90783a5cb84d3f35848b324d0674b0e3a"),
        (
            "q128_" + String(repeating: "q", count: 128),
            "03e2167bc785333a37aa562f021f1e881defb853839babf52a7f72b102e41890e9"
        ),
        (
            "a512_" + String(repeating: "a", count: 512),
            "02e3c8d35aaaf0b9b647e88a0a0a7ee5d5bed5ad38238152e4e6fd8c1f8cb7c998"
        ),
    ]

    @Test(arguments: published)
    func agreesWithThePublishedVectors(_ message: String, _ expected: String) throws {
        let tag = Array("QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_".utf8)
        let hashed = try HashToCurve.secp256k1XMDSHA256SSWURO(
            message: Array(message.utf8), domainSeparationTag: tag)
        #expect(hashed.description == expected)
    }

    @Test func umbralsSecondGeneratorIsReproduced() throws {
        let second = try HashToCurve.secp256k1XMDSHA256SSWURO(
            message: Array("POINT_U".utf8), domainSeparationTag: Array("PARAMETERS".utf8))
        #expect(second.description == "03079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cd")
    }

    @Test(arguments: [0, 256, 1000])
    func tagsOfOtherLengthsAreRefused(_ count: Int) {
        #expect(throws: Secp256k1Error.domainSeparationTag(count: count)) {
            try HashToCurve.secp256k1XMDSHA256SSWURO(
                message: [], domainSeparationTag: [UInt8](repeating: 65, count: count))
        }
    }

    /// RFC 9380, appendix K.1.
    @Test func expandedMessagesAgreeWithThePublishedVectors() throws {
        let tag = Array("QUUX-V01-CS02-with-expander-SHA256-128".utf8)
        #expect(
            try HashToCurve.expandMessage([], tag, count: 32).hexadecimal
                == "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235")
        #expect(
            try HashToCurve.expandMessage(Array("abc".utf8), tag, count: 32).hexadecimal
                == "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615")
        #expect(try HashToCurve.expandMessage([], tag, count: 128).count == 128)
    }

    @Test func fieldElementsBehave() {
        let seven = PrimeFieldElement(7)
        #expect((seven * seven.inverse).bigEndian == PrimeFieldElement(1).bigEndian)
        #expect((seven + -seven).isZero)
        #expect(PrimeFieldElement(0).inverse.isZero)
        #expect(PrimeFieldElement(0).bigEndian == [UInt8](repeating: 0, count: 32))
        #expect(PrimeFieldElement(-1).bigEndian.hexadecimal == Edge.primeMinusOne)
        #expect(!PrimeFieldElement(-1).isSquare)
        #expect(
            PrimeFieldElement(49).squareRoot.bigEndian == seven.bigEndian
                || PrimeFieldElement(49).squareRoot.bigEndian == (-seven).bigEndian)
    }
}
