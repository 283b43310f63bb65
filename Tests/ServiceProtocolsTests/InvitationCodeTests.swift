import Octets
import Testing

@testable import ServiceProtocols

@Suite struct InvitationCodeTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 31)
        }
    }

    private func codes(_ count: Int = 64) -> [InvitationCode] {
        var generator = Generator(state: 1)
        return (0..<count).map { _ in .random(using: &generator) }
    }

    @Test func aCodeIsReadAsItIsSpelled() throws {
        for code in codes() {
            #expect(try InvitationCode(typed: code.spelled) == code)
            #expect(try InvitationCode(bytes: unsafe code.secret.withUnsafeBytes { unsafe Array($0) }) == code)
        }
    }

    /// As an independent implementation spells them.
    @Test func knownCodesAreSpelledSo() throws {
        let zeros = try InvitationCode(bytes: [UInt8](repeating: 0, count: 16))
        #expect(zeros.spelled == "000-000-000-000-000-000-000-000-000")
        let counted = try InvitationCode(bytes: (0..<16).map { UInt8($0 + 2) })
        #expect(counted.spelled == "020-C20-A1G-710-4GM-2RC-1M7-0Y4-0HV")
    }

    @Test func aCodeIsReadHoweverItIsTyped() throws {
        for code in codes() {
            let sloppy = code.spelled.lowercased().map { character in
                switch character {
                case "1": "l"
                case "0": "o"
                case "-": " "
                default: String(character)
                }
            }.joined()
            #expect(try InvitationCode(typed: sloppy) == code)
            #expect(try InvitationCode(typed: code.spelled.filter { $0 != "-" }) == code)
        }
    }

    @Test func aMistypedSymbolIsNoticed() throws {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZU*~$= é")
        for code in codes(4) {
            let symbols = Array(code.spelled.filter { $0 != "-" })
            for place in symbols.indices {
                for symbol in alphabet where symbol != symbols[place] {
                    var typed = symbols
                    typed[place] = symbol
                    #expect(throws: InvitationCodeError.self) { try InvitationCode(typed: String(typed)) }
                }
            }
        }
    }

    @Test func twoSymbolsThatChangedPlacesAreNoticed() throws {
        for code in codes(8) {
            let symbols = Array(code.spelled.filter { $0 != "-" })
            for (first, second) in symbols.indices.flatMap({ one in symbols.indices.map { (one, $0) } })
            where second > first && second < symbols.count - 1 && symbols[first] != symbols[second] {
                var typed = symbols
                typed.swapAt(first, second)
                #expect(throws: InvitationCodeError.self) { try InvitationCode(typed: String(typed)) }
            }
        }
    }

    @Test func aTruncatedCodeIsNone() throws {
        let symbols = codes(1)[0].spelled.filter { $0 != "-" }
        for count in 0..<symbols.count {
            #expect(throws: InvitationCodeError.length(count)) { try InvitationCode(typed: symbols.prefix(count)) }
        }
        #expect(throws: InvitationCodeError.length(28)) { try InvitationCode(typed: symbols + "0") }
        #expect(throws: InvitationCodeError.length(15)) { try InvitationCode(bytes: [UInt8](repeating: 0, count: 15)) }
    }

    @Test func whatCodesAreNeverHasIsNotRead() throws {
        // The remainder by 37 of 32 to 35 has a check symbol that shells read otherwise.
        for value in UInt8(32)...35 {
            let bytes = [UInt8](repeating: 0, count: 15) + [value]
            #expect(throws: InvitationCodeError.check) { try InvitationCode(bytes: bytes) }
        }
        #expect(try InvitationCode(bytes: [UInt8](repeating: 0, count: 15) + [36]).spelled.hasSuffix("14U"))
    }

    @Test func aCodeIsNotPrinted() {
        let code = codes(1)[0]
        let texts = ["\(code)", String(reflecting: code), String(describing: [code])]
        for text in texts { #expect(!text.contains(code.spelled) && text.contains("secret")) }
        #expect(Mirror(reflecting: code).children.isEmpty)
    }
}
