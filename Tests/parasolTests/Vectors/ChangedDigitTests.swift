import Foundation
import Testing

@testable import parasol

/// One changed digit anywhere in a vector file is found.
@Suite struct ChangedDigitTests {
    /// A file, and how many changes there are to try at least.
    struct Trial: Sendable {
        let file: URL
        let floor: Int
        /// Of how many values beside each other one is changed; a place in a list of `merkle` says little more than the next.
        var stride: @Sendable ([JSONValue.Step]) -> Int = { _ in 1 }
    }

    static let trials: [Trial] =
        [
            Trial(file: VectorFiles.umbral, floor: 650),
            Trial(file: VectorFiles.answers, floor: 95),
            // All kits are opened for every change.
            Trial(file: VectorFiles.recoveryKit, floor: 90) { _ in 4 },
            Trial(file: VectorFiles.devicePairing, floor: 85) { _ in 2 },
            // One digest binds each whole section, all of which is checked for every change.
            Trial(file: VectorFiles.evidence, floor: 40) { _ in 9 },
            Trial(file: VectorFiles.snapshot, floor: 20) { _ in 14 },
            Trial(file: VectorFiles.transactions, floor: 700),
            Trial(file: VectorFiles.transparencyLog, floor: 600) { $0.first == .name("merkle") ? 7 : 1 },
        ] + (VectorFiles.published.map { [Trial(file: $0, floor: 320) { _ in 2 }] } ?? [])

    /// Every value of a file, at a place drawn from a seed, in as small a file as still holds it.
    @Test(arguments: trials)
    func oneChangedDigitAnywhereIsFound(_ trial: Trial) throws {
        let value = try VectorFile(contentsOf: trial.file).value
        var generator = SplitMixGenerator(seed: 9)
        var whole: Set<[JSONValue.Step]> = []
        var changes = 0
        for (index, place) in value.leaves().enumerated() where index % trial.stride(place) == 0 {
            let name = "\(trial.file.lastPathComponent): \(place.map(\.description).joined(separator: "."))"
            // What is cut out holds as it is: else a change in it would show nothing.
            if whole.insert(Array(place.prefix(2))).inserted {
                #expect(throws: Never.self, "\(name), unchanged") {
                    try VectorFile(value.cut(around: place)).verify { _ in }
                }
            }
            let leaf = try #require(value[place])
            guard let changed = leaf.changed(using: &generator) else { continue }
            let mutated = value.replacing(place, with: changed).cut(around: place)
            #expect(throws: VectorError.self, "\(name) is not checked") {
                try VectorFile(mutated).verify { _ in }
            }
            changes += 1
        }
        #expect(changes >= trial.floor)
    }

    /// Digits anywhere in the text of a file, drawn from a seed: the layout has fractions, and one whole that binds all.
    @Test func oneChangedDigitInTheTextOfSealedRecordsIsFound() throws {
        let data = try Data(contentsOf: VectorFiles.sealedRecord)
        var generator = SplitMixGenerator(seed: 9)
        var changes = 0
        while changes < 10 {
            let place = Int.random(in: data.indices, using: &generator)
            guard let character = Unicode.Scalar(UInt32(data[place])),
                "0123456789abcdef".unicodeScalars.contains(character)
            else { continue }
            var changed = data
            changed[place] = data[place] == 0x30 ? 0x31 : 0x30
            #expect(throws: VectorError.self, "byte \(place)") { try VectorFile.verify(changed) { _ in } }
            changes += 1
        }
    }

    /// What is refused anyhow: any digit of it, and of what it is called.
    @Test func everyThirdDigitOfRefusedTransactionsCounts() throws {
        let value = try VectorFile(contentsOf: VectorFiles.transactions).value
        let refusals = try #require(value[[.name("refusals")]]?.elements)
        #expect(refusals.count == 68)
        var changes = 0
        for (index, refusal) in refusals.enumerated() {
            let place: [JSONValue.Step] = [.name("refusals"), .index(index), .name("bytes")]
            guard case .string(let text)? = refusal[[.name("bytes")]] else { continue }
            let alone = value.cut(around: place)
            for digit in stride(from: index % 3, to: text.count, by: 3) {
                let there: [JSONValue.Step] = [.name("refusals"), .index(0), .name("bytes")]
                let mutated = alone.replacing(there, with: .string(text.changingDigit(at: digit, by: 1)))
                #expect(throws: VectorError.self, "refusal \(index), digit \(digit)") {
                    try VectorFile(mutated).verify { _ in }
                }
                changes += 1
            }
        }
        #expect(changes > 1500)
    }
}
