import Foundation
import Testing

@testable import parasol

/// The vector files hold, and a change anywhere in them is found.
@Suite struct UmbralVectorsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Our own file, and the published one where it lies beside the repository.
    private static let files: [(name: String, value: JSONValue)] = {
        let shared =
            ProcessInfo.processInfo.environment["PARASOL_SHARED"].map { URL(filePath: $0) }
            ?? root.appending(path: "../shared")
        let published = shared.appending(path: "reference/vectors/umbral.json")
        var urls = [root.appending(path: "Vectors/umbral.json")]
        if FileManager.default.fileExists(atPath: published.path(percentEncoded: false)) {
            urls.append(published)
        } else {
            print("skipping the published vectors: no file \(published.path(percentEncoded: false))")
        }
        return urls.map { url in
            do {
                return (url.path(percentEncoded: false), try VectorFile(json: Data(contentsOf: url)).value)
            } catch { preconditionFailure("\(url): \(error)") }
        }
    }()

    @Test func filesHoldWithOneLineACase() throws {
        for file in Self.files {
            var lines: [String] = []
            #expect(try VectorFile(file.value).verify { lines.append($0) } == lines.count)
            #expect(lines.count == 48)
        }
    }

    @Test func everySectionHoldsWithoutTheOthers() throws {
        for file in Self.files {
            for section in ["params", "factory", "signatures", "cases", "robustness"] {
                let alone = try #require(file.value[[.name(section)]])
                let value = JSONValue.object([JSONValue.Member(name: section, value: alone)])
                #expect(try VectorFile(value).verify { _ in } > 0)
            }
        }
    }

    /// One digit of every value of the file, at a place drawn from a seed, and every truth and every number.
    @Test func oneChangedDigitAnywhereIsFound() throws {
        var generator = SplitMixGenerator(seed: 9)
        for file in Self.files {
            var changes = 0
            for place in file.value.leaves() {
                guard let leaf = file.value[place], let changed = leaf.changed(using: &generator) else { continue }
                let mutated = file.value.replacing(place, with: changed).cut(around: place)
                let name = place.map(\.description).joined(separator: ".")
                #expect(throws: VectorError.self, "\(file.name): \(name) is not checked") {
                    try VectorFile(mutated).verify { _ in }
                }
                changes += 1
            }
            #expect(changes > 600)
        }
    }

    /// Every third digit of a robustness item that is refused anyhow, where only its name says what it should be.
    @Test func digitsOfRefusedItemsCount() throws {
        for file in Self.files {
            let items = try #require(file.value[[.name("robustness"), .name("items")]]?.elements)
            let places = items.indices.filter { items[$0][[.name("type")]] == .string("capsule") }
            for index in places {
                let place: [JSONValue.Step] = [.name("robustness"), .name("items"), .index(index), .name("bytes")]
                guard case .string(let text)? = file.value[place] else { continue }
                // The capsule alone needs no case, and takes a twentieth of the time.
                let section = try #require(file.value[[.name("robustness")]])
                let alone = JSONValue.object([JSONValue.Member(name: "robustness", value: section)])
                for digit in stride(from: index % 3, to: text.count, by: 3) {
                    let mutated = alone.replacing(place, with: .string(text.changingDigit(at: digit, by: 1)))
                    #expect(throws: VectorError.self, "item \(index), digit \(digit)") {
                        try VectorFile(mutated).verify { _ in }
                    }
                }
            }
        }
    }

    @Test func missingAndUnknownFieldsAndWrongTypesAreNamed() throws {
        let file = Self.files[0].value
        let first: [JSONValue.Step] = [.name("cases"), .index(0)]
        func failure(_ value: JSONValue) -> VectorError? {
            do throws(VectorError) {
                _ = try VectorFile(value).verify { _ in }
                return nil
            } catch { return error }
        }
        let fields = try #require(file[first]?.members)
        for (index, field) in fields.enumerated() where field.name != "derived" {
            var fewer = fields
            fewer.remove(at: index)
            #expect(
                failure(file.replacing(first, with: .object(fewer)))
                    == VectorError(path: "cases[0].\(field.name)", kind: .missing))
        }
        let more = JSONValue.object(fields + [JSONValue.Member(name: "extra", value: .bool(true))])
        #expect(
            failure(file.replacing(first, with: more)) == VectorError(path: "cases[0].extra", kind: .unknownField))
        #expect(
            failure(file.replacing(first + [.name("capsule")], with: .integer(1)))
                == VectorError(path: "cases[0].capsule", kind: .wrongType(expected: "a text")))
        #expect(
            failure(file.replacing(first + [.name("threshold")], with: .integer(.min)))?.path == "cases[0].threshold")
        #expect(failure(.members(("sections", .array([]))))?.kind == .unknownField)
        #expect(failure(.object([]))?.kind == .nothingToCheck)
        for index in [-1, 16, Int.max] {
            let place: [JSONValue.Step] = [.name("robustness"), .name("context_case_index")]
            #expect(
                failure(file.replacing(place, with: .integer(index)))?.path == "robustness.context_case_index")
        }
        for json in ["", "{", "null", "[1.5]", "{\"cases\": null}", "{\"params\": 1e400}", "\"text\""] {
            #expect(throws: VectorError.self) { try VectorFile(json: Data(json.utf8)).verify { _ in } }
        }
    }

    @Test func theSameSeedMakesTheShippedFile() throws {
        var generator = UmbralVectorGenerator(seed: 1)
        let text = try generator.file().text
        let shipped = try String(contentsOf: Self.root.appending(path: "Vectors/umbral.json"), encoding: .utf8)
        #expect(text == shipped)
        var other = UmbralVectorGenerator(seed: 2)
        let file = try other.file()
        #expect(file.text != text)
        #expect(try VectorFile(json: Data(file.text.utf8)).verify { _ in } == 48)
    }
}
