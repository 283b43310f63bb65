import Secp256k1

/// The fragments of one opening, sorted into those that may count and those that may not.
///
/// A repeated identifier is not yet a fault of the second: a liar may have taken an honest proxy's identifier and been
/// faster. Which of them is right is known only after verification.
struct FragmentSorting {
    private let fragments: [CapsuleFragment]
    /// Why a fragment may not count, by index.
    private var faults: [Int: UmbralError] = [:]

    init(_ fragments: [CapsuleFragment], precursor: EncodedPoint) {
        self.fragments = fragments
        for (index, fragment) in fragments.enumerated() where fragment.precursor != precursor {
            faults[index] = .foreignGrant
        }
    }

    /// Whether all fragments are of one grant and no two of the same identifier. Quadratic, and for the few fragments of
    /// a threshold faster than a set.
    static func areDistinct(_ fragments: [CapsuleFragment], of precursor: EncodedPoint) -> Bool {
        fragments.indices.allSatisfy { index in
            fragments[index].precursor == precursor
                && fragments[..<index].allSatisfy { !$0.id.matches(fragments[index].id) }
        }
    }

    /// The first faultless fragment of each identifier.
    var distinct: [Int] {
        var seen: Set<ShareSet> = []
        return fragments.indices.filter {
            faults[$0] == nil && seen.insert(ShareSet(ids: [fragments[$0].id])).inserted
        }
    }

    /// Verifies every fragment that may still count.
    mutating func verify(_ check: (CapsuleFragment) throws(UmbralError) -> CapsuleFragment) {
        for index in fragments.indices where faults[index] == nil {
            do { _ = try check(fragments[index]) } catch { faults[index] = error }
        }
    }

    /// What has been found wrong, with repeats of an identifier that has a faultless fragment already.
    var rejected: [RejectedFragment] {
        let counted = Set(distinct)
        return fragments.indices.compactMap { index in
            if let fault = faults[index] {
                return RejectedFragment(index: index, id: fragments[index].id, reason: fault)
            }
            guard !counted.contains(index) else { return nil }
            return RejectedFragment(index: index, id: fragments[index].id, reason: .repeatedIdentifier)
        }
    }
}
