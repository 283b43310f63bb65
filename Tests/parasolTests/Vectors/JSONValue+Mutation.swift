@testable import parasol

extension JSONValue {
    enum Step: Hashable, CustomStringConvertible {
        case name(String)
        case index(Int)

        var description: String {
            switch self {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }
    }

    var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    var elements: [JSONValue] {
        guard case .array(let values) = self else { return [] }
        return values
    }

    subscript(_ place: [Step]) -> JSONValue? {
        guard let step = place.first else { return self }
        let rest = Array(place.dropFirst())
        switch step {
        case .name(let name): return members.first { $0.name == name }?.value[rest]
        case .index(let index): return elements.indices.contains(index) ? elements[index][rest] : nil
        }
    }

    func replacing(_ place: [Step], with value: JSONValue) -> JSONValue {
        guard let step = place.first else { return value }
        let rest = Array(place.dropFirst())
        switch step {
        case .name(let name):
            return .object(
                members.map {
                    $0.name == name ? Member(name: name, value: $0.value.replacing(rest, with: value)) : $0
                })
        case .index(let index):
            return .array(elements.enumerated().map { $0 == index ? $1.replacing(rest, with: value) : $1 })
        }
    }

    /// The places of all texts, numbers and truths.
    func leaves(_ place: [Step] = []) -> [[Step]] {
        switch self {
        case .object(let members): members.flatMap { $0.value.leaves(place + [.name($0.name)]) }
        case .array(let values): values.enumerated().flatMap { $1.leaves(place + [.index($0)]) }
        default: [place]
        }
    }

    /// A small file of what `place` is about, so that a thousand changes take seconds: its own section, with the one case
    /// that matters and the note that speaks of it.
    func cut(around place: [Step]) -> JSONValue {
        switch Array(place.prefix(2)) {
        case [.name("cases"), place.dropFirst().first]:
            return .members(("cases", .array([self[Array(place.prefix(2))]].compactMap(\.self))))
        case [.name("robustness"), .name("context_case_index")]:
            return .object(members.filter { ["robustness", "cases"].contains($0.name) })
        case [.name("robustness"), .name("items")], [.name("note")]:
            let context: [Step] = [.name("robustness"), .name("context_case_index")]
            guard case .integer(let index)? = self[context], let one = self[[.name("cases"), .index(index)]] else {
                return self
            }
            let kept = JSONValue.object(members.filter { ["note", "robustness", "cases"].contains($0.name) })
            return kept.replacing(context, with: .integer(0)).replacing([.name("cases")], with: .array([one]))
        case [.name("leaves"), place.dropFirst().first]:
            guard case .index(let index)? = place.dropFirst().first else { return self }
            return only(["origin", "leaves"]).prefixing("leaves", index + 1)
        case [.name("refusals"), place.dropFirst().first]:
            return .members(("refusals", .array([self[Array(place.prefix(2))]].compactMap(\.self))))
        default: return only(Self.companions[place.first?.description ?? ""] ?? [place.first?.description ?? ""])
        }
    }

    /// What a section is checked against, or what has to be there for something to be checked.
    private static let companions: [String: [String]] = [
        "cosignatures": ["keys", "cosignatures"],
        "about": ["about", "policies", "refusals", "evidence", "state_roots"],
        "format": ["format", "refusals"], "origin": ["origin", "leaves"],
        "capsuleDigests": ["origin", "leaves", "capsuleDigests"],
        "fragmentDigests": ["origin", "leaves", "fragmentDigests"],
    ]

    private func only(_ names: [String]) -> JSONValue { .object(members.filter { names.contains($0.name) }) }

    private func prefixing(_ name: String, _ count: Int) -> JSONValue {
        guard let list = self[[.name(name)]]?.elements else { return self }
        return replacing([.name(name)], with: .array(Array(list.prefix(count))))
    }

    /// The value with one digit different, or one letter where a text has no digit; nil for a text of neither.
    func changed(using generator: inout some RandomNumberGenerator) -> JSONValue? {
        switch self {
        case .integer(let number): return .integer(number + 1)
        case .bool(let truth): return .bool(!truth)
        case .string(let text):
            let isHexadecimal = text.allSatisfy { $0.isHexDigit }
            let digits = text.indices.filter { isHexadecimal || text[$0].isASCII && text[$0].isNumber }
            let places = digits.isEmpty ? text.indices.filter { text[$0].isASCII && text[$0].isLetter } : digits
            guard let place = places.randomElement(using: &generator) else { return nil }
            let offset = text.distance(from: text.startIndex, to: place)
            if digits.isEmpty { return .string(text.replacingLetter(at: offset)) }
            return .string(
                text.changingDigit(at: offset, by: isHexadecimal ? 1 + Int.random(in: 0..<15, using: &generator) : 1))
        default: return nil
        }
    }
}

extension String {
    func replacingLetter(at offset: Int) -> String {
        var characters = Array(self)
        characters[offset] = characters[offset] == "x" ? "y" : "x"
        return String(characters)
    }

    /// The text with the hexadecimal digit at `offset` some steps further round, a decimal one staying decimal for one step.
    func changingDigit(at offset: Int, by steps: Int) -> String {
        var characters = Array(self)
        guard let value = characters[offset].hexDigitValue else { return self }
        let base = steps == 1 && value < 10 ? 10 : 16
        characters[offset] = Array("0123456789abcdef")[(value + steps) % base]
        return String(characters)
    }
}
