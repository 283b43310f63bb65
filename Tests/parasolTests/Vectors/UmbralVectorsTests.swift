import Foundation
import Testing

@testable import parasol

/// The vector files hold, and a change anywhere in them is found.
@Suite struct UmbralVectorsTests {
    /// Our own file, and the published one where it lies beside the repository, with the number of their cases.
    private static let files: [(name: String, value: JSONValue, count: Int)] = {
        let found = [(VectorFiles.umbral, 49)] + (VectorFiles.published.map { [($0, 48)] } ?? [])
        return found.map { url, count in
            do {
                return (url.path(percentEncoded: false), try VectorFile(contentsOf: url).value, count)
            } catch { preconditionFailure("\(url): \(error)") }
        }
    }()

    @Test func filesHoldWithOneLineACase() throws {
        for file in Self.files {
            var lines: [String] = []
            #expect(try VectorFile(file.value).verify { lines.append($0) } == lines.count)
            #expect(lines.count == file.count)
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

    @Test func anItemOfAnUnknownNameIsRefused() throws {
        for file in Self.files {
            let place: [JSONValue.Step] = [.name("robustness"), .name("items"), .index(1), .name("what")]
            #expect(throws: VectorError.self) {
                try VectorFile(file.value.replacing(place, with: .string("something new"))).verify { _ in }
            }
        }
    }

    @Test func ourOwnFileHasEveryChangeThatIsKnown() throws {
        let items = try #require(Self.files[0].value[[.name("robustness"), .name("items")]]?.elements)
        let names = Set(items.compactMap { $0[[.name("what")]] })
        for object in [UmbralObject.capsule, .capsuleFragment, .keyFragment] {
            for change in UmbralChange.all(of: object) { #expect(names.contains(.string(change.what))) }
        }
        #expect(items.count == 22)
    }
}
