import Octets

/// Lists of identifiers that grow without bound, one for each owner: a row an element, so that appending costs the same
/// however long the list is.
struct StateList<Owner: IdentifierKind, Element: IdentifierKind>: Hashable, Sendable {
    private var counts: StateTable<Identifier<Owner>, UInt64>
    private var elements: StateTable<Place, Identifier<Element>>

    /// One element's row: the owner, then the ordinal in 64 bits.
    private struct Place: StateRowKey {
        let owner: Identifier<Owner>
        let ordinal: UInt64

        var rowName: [UInt8] {
            var writer = OctetWriter(reservingCapacity: 24)
            writer.write(owner.bytes)
            writer.writeBigEndian(ordinal)
            return writer.bytes
        }
    }

    init(counts: StateTag, elements: StateTag, _ backing: StateBacking?) {
        self.counts = StateTable(counts, backing)
        self.elements = StateTable(elements, backing)
    }

    /// An owner's list in the order in which it grew.
    ///
    /// - Complexity: O(n) reads in its length.
    subscript(owner: Identifier<Owner>) -> [Identifier<Element>] {
        var list: [Identifier<Element>] = []
        for ordinal in 0..<(counts[owner] ?? 0) {
            let place = Place(owner: owner, ordinal: ordinal)
            guard let element = elements[place] else {
                elements.backing?.note("row \(elements.stateKey(place)) is missing")
                return []
            }
            list.append(element)
        }
        return list
    }

    /// How many elements an owner's list has.
    func count(of owner: Identifier<Owner>) -> UInt64 { counts[owner] ?? 0 }

    /// One element of an owner's list; nil behind its end.
    func element(_ ordinal: UInt64, of owner: Identifier<Owner>) -> Identifier<Element>? {
        elements[Place(owner: owner, ordinal: ordinal)]
    }

    mutating func append(_ element: Identifier<Element>, to owner: Identifier<Owner>) {
        let count = counts[owner] ?? 0
        elements.set(element, for: Place(owner: owner, ordinal: count))
        counts.set(count &+ 1, for: owner)
    }

    var parts: [any StateStored] { [counts, elements] }

    mutating func take(_ step: SettlementStep) {
        counts.take(step)
        elements.take(step)
    }
}
