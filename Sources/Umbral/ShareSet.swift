import Octets

/// Key fragments in a certain order, as the key under which their coefficients are kept.
struct ShareSet: Hashable, Sendable {
    let ids: [KeyFragmentIdentifier]

    static func == (lhs: ShareSet, rhs: ShareSet) -> Bool {
        lhs.ids.count == rhs.ids.count && zip(lhs.ids, rhs.ids).allSatisfy { $0.matches($1) }
    }

    func hash(into hasher: inout Hasher) {
        for id in ids { unsafe id.withOctets { unsafe hasher.combine(bytes: $0) } }
    }
}
