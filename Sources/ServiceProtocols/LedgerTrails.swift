package import SharingContracts

/// Where a party reads the leaves that concern it, each with its proof, without reading the ledger.
package protocol LedgerTrails: Sendable {
    /// The next leaves of a signer's trail, in order; nil where the ledger does not know the signer.
    ///
    /// Which leaves are in a trail, `LeafSubjects.parties` says. Nothing in the answer is to be believed before it is verified; and that no leaf
    /// was left out is the ledger's word, for a log proves only what is in it.
    ///
    /// - Parameter cursor: Where the page before ended; nil for the beginning.
    func trail(of signer: SignerID, from cursor: TrailCursor?) async throws(LedgerError) -> TrailPage?

    /// What the consents that name a grantee let it read now: `WorldState.grantedLeaves` says what that is. Nil where the ledger does not know
    /// the grantee.
    ///
    /// A grantee comes here with its own name only, and what it has read stays its own. Nothing in the answer is to be believed before it is
    /// verified, and that it is all is the ledger's word.
    ///
    /// - Parameters:
    ///   - start: Of consents that were granted in an earlier leaf, only what came from this leaf on; 0 for all.
    ///   - cursor: Where the page before, of the same `start`, ended; nil for the beginning.
    /// - Returns: Leaves in no order; one may come more than once, for two consents.
    func granted(
        to grantee: SignerID, from start: UInt64, at cursor: TrailCursor?
    ) async throws(LedgerError) -> TrailPage?
}

/// Some leaves of a trail.
package struct TrailPage: Hashable, Sendable {
    /// Ascending by the leaves' indices in a signer's own trail; at most ``TrailLimits/receipts``.
    package let receipts: [Receipt]
    /// Where the next page begins; nil at the end of the trail.
    package let next: TrailCursor?
    /// A final checkpoint, a signed note, below which the ledger says that the trail has no other leaf.
    package let checkpoint: [UInt8]

    package init(receipts: [Receipt], next: TrailCursor?, checkpoint: [UInt8]) {
        self.receipts = receipts
        self.next = next
        self.checkpoint = checkpoint
    }
}

/// A place in a trail. In a signer's own it is the index of a leaf, so that whoever has read all below a checkpoint goes on at its size. Otherwise
/// what is in it is the ledger's own affair: whoever has one hands it back as it is.
package struct TrailCursor: Hashable, Sendable {
    /// Characters of the text.
    package static let length = 16

    /// In a signer's own trail: no leaf of the page is before this one.
    package let position: UInt64

    package init(position: UInt64) { self.position = position }

    /// Reads what ``text`` wrote; nil for anything else.
    package init?(text: String) {
        guard text.utf8.count == Self.length, let position = UInt64(text, radix: 16) else { return nil }
        self.init(position: position)
        guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
    }

    package var text: String {
        let digits = String(position, radix: 16)
        return String(repeating: "0", count: Self.length - digits.utf8.count) + digits
    }
}

/// Bounds of what is answered at once.
package enum TrailLimits {
    /// Each costs a path of hashes to read.
    package static let receipts = 64
    /// Leaves and proofs; one alone may be longer.
    package static let bytes = 1 << 20
}
