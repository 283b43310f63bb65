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
}

/// Some leaves of a trail.
package struct TrailPage: Hashable, Sendable {
    /// Ascending by the leaves' indices; at most ``TrailLimits/receipts``.
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

/// A place in a trail. What is in it is the ledger's own affair: whoever has one hands it back as it is.
package struct TrailCursor: Hashable, Sendable {
    /// Characters of the text.
    package static let length = 16

    /// No leaf of the page is before this one.
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
