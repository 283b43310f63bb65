import Octets
import SharingContracts
import TestKit
import Testing

@testable import ParasolClient

struct RecoveryKitTests {
    private let profile = Profile(kind: .patient, displayName: "Beatriz")

    private func kit(_ threshold: Int, of shares: Int, seed: UInt64 = 1) throws -> (RecoveryKit, [RecoveryShare]) {
        var generator = SeededGenerator(seed: seed)
        return try RecoveryKit.make(of: profile, threshold: threshold, shares: shares, using: &generator)
    }

    private func failure(_ body: () throws -> Void) -> RecoveryError? {
        do { try body() } catch { return error as? RecoveryError }
        return nil
    }

    @Test func everySetOfEnoughSharesOpensAndNoSmallerOne() throws {
        for count in 2...5 {
            for threshold in 2...count {
                let (made, shares) = try kit(threshold, of: count)
                let kit = try RecoveryKit(file: made.file)
                for mask in 1..<(1 << count) {
                    let chosen = (0..<count).filter { mask >> $0 & 1 == 1 }.map { shares[$0] }
                    if chosen.count >= threshold {
                        #expect(try kit.open(with: chosen.reversed()).displayName == "Beatriz")
                    } else {
                        #expect(
                            failure { _ = try kit.open(with: chosen) }
                                == .tooFewShares(have: chosen.count, threshold: threshold))
                    }
                }
            }
        }
    }

    @Test func oneHolderAloneIsNeverEnough() {
        for (threshold, shares) in [(1, 3), (0, 2), (4, 3), (2, 17), (1, 1)] {
            #expect(failure { _ = try kit(threshold, of: shares) } == .counts(threshold: threshold, shares: shares))
        }
    }

    @Test func sharesGoThroughPaper() throws {
        let (kit, shares) = try kit(2, of: 3)
        let printed = shares.map { "Parasol\nKeep this.\nshare: \($0.digits)\n" }
        let read = try printed.map { try RecoveryShare(text: $0) }
        #expect(try kit.open(with: [read[2], read[0]]).kind == .patient)
        #expect(try RecoveryShare(text: shares[1].digits.uppercased()).index == 2)
    }

    @Test func everyMistypedDigitIsSeen() throws {
        let (_, shares) = try kit(2, of: 2)
        let digits = Array(shares[0].digits)
        for place in digits.indices where digits[place] != " " {
            var changed = digits
            changed[place] = digits[place] == "0" ? "1" : "0"
            #expect(failure { _ = try RecoveryShare(text: String(changed)) } == .mistypedShare)
        }
        for text in [
            "", "share:", "share: zz", String(repeating: "0", count: 82), String(repeating: "a", count: 5_000),
        ] {
            #expect(failure { _ = try RecoveryShare(text: text) } != nil)
        }
    }

    @Test func aShareThatWasNotHandedOutIsNamed() throws {
        let (kit, shares) = try kit(2, of: 3)
        let forged = RecoveryShare(kit: kit.identifier, index: 2, value: shares[0].value)
        #expect(failure { _ = try kit.open(with: [shares[0], forged]) } == .wrongShare(index: 2))
        let (_, others) = try self.kit(2, of: 3, seed: 2)
        #expect(failure { _ = try kit.open(with: [shares[0], others[1]]) } == .foreignShare(index: 2))
        #expect(failure { _ = try kit.open(with: [shares[0], shares[0]]) } == .repeatedShare(index: 1))
    }

    @Test func noChangedByteOfAKitOpens() throws {
        let (kit, shares) = try kit(2, of: 2)
        let file = kit.file
        for place in stride(from: 0, to: file.count, by: file.count > 2_000 ? 7 : 1) {
            var changed = file
            changed[place] ^= 0x20
            #expect(
                failure {
                    let kit = try RecoveryKit(file: changed)
                    _ = try kit.open(with: shares)
                } != nil, "byte \(place)")
        }
        for end in [0, 7, 9, 10, 42, 75, file.count - 1] {
            #expect(failure { _ = try RecoveryKit(file: Array(file[..<end])).open(with: shares) } != nil)
        }
    }

    @Test func nothingOfAShareIsShown() throws {
        let (_, shares) = try kit(2, of: 2)
        let digits = shares[0].digits.filter { $0 != " " }
        let value = String(digits.dropFirst(12).prefix(16))
        #expect(!"\(shares[0])".contains(value))
        #expect(!String(reflecting: shares[0]).contains(value))
    }
}
