import Foundation
import Testing

@testable import parasol

/// The shipped files that our code makes are what their seed makes.
@Suite struct VectorGeneratorTests {
    private func shipped(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

    @Test func theSeedMakesTheShippedUmbralFile() throws {
        var generator = UmbralVectorGenerator(seed: 1)
        let text = try generator.file().text
        #expect(try text == shipped(VectorFiles.umbral))
        var other = UmbralVectorGenerator(seed: 2)
        let file = try other.file()
        #expect(file.text != text)
        #expect(try VectorFile(json: Data(file.text.utf8)).verify { _ in } == 49)
    }

    @Test func theSeedAndTheSignaturesMakeTheShippedTransactions() throws {
        let signatures = try KnownSignatures(of: VectorFile(contentsOf: VectorFiles.transactions))
        let text = try TransactionVectorGenerator.file(seed: 1, signatures: signatures).text
        #expect(try text == shipped(VectorFiles.transactions))
    }

    /// Everything that no signature is in follows from the seed alone.
    @Test func theSeedMakesTheShippedTransactionsButForTheSignatures() throws {
        let shipped = try VectorFile(contentsOf: VectorFiles.transactions).value
        let made = try TransactionVectorGenerator.file(seed: 1, signatures: .none)
        #expect(made.text != shipped.text)
        let leaves = try #require(made[[.name("leaves")]]?.elements)
        #expect(leaves.count == 54)
        for index in leaves.indices {
            for field in ["type", "sequencedAt", "transaction", "signatureInputSHA256"] {
                let place: [JSONValue.Step] = [.name("leaves"), .index(index), .name(field)]
                #expect(made[place] == shipped[place])
            }
        }
        for section in ["about", "format", "origin", "capsuleDigests", "fragmentDigests"] {
            #expect(made[[.name(section)]]?.canonicalText == shipped[[.name(section)]]?.canonicalText)
        }
    }

    /// Another seed makes another ledger, in which all holds, and in which the signatures of the shipped one fit nowhere.
    @Test func anotherSeedMakesOtherTransactions() throws {
        let signatures = try KnownSignatures(of: VectorFile(contentsOf: VectorFiles.transactions))
        let file = try TransactionVectorGenerator.file(seed: 2, signatures: signatures)
        var lines = 0
        #expect(try VectorFile(json: Data(file.text.utf8)).verify { _ in lines += 1 } == 125)
        #expect(lines == 125)
    }

    @Test func everyTypeOfTransactionOccurs() throws {
        let leaves = try #require(
            try VectorFile(contentsOf: VectorFiles.transactions).value[[.name("leaves")]]?.elements)
        #expect(Set(leaves.compactMap { $0[[.name("type")]] }).count == 18)
    }

    /// RFC 8785's own example of strings, and its rule for names.
    @Test func boundObjectsAreDigestedInCanonicalForm() {
        let value = JSONValue.members(
            ("text", .string("\u{20ac}$\u{0F}\u{0a}A'\u{42}\u{22}\u{5c}\\\"/")),
            ("list", .array([.integer(1), .bool(true)])))
        #expect(
            value.canonicalText
                == #"{"list":[1,true],"text":"€$\u000f\nA'B\"\\\\\"/"}"#)
        let bound = BoundObject.making(("b", .string("\t\u{08}\u{0C}\r\u{7f}")), ("a", .integer(-1)))
        // printf '{"a":-1,"b":"\\t\\b\\f\\r\177"}' | sha256sum
        #expect(
            bound[[.name("sha256")]]
                == .string("186ce089b7a337fc50d24c83802ae0556f449c905198f5c936ad28d2a6d96be0"))
    }
}
