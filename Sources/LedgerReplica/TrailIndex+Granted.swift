internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import SharingContracts

/// What consents let their grantees read: nothing of it is kept but which consents name whom. Whether and what they let be read is
/// decided in the ledger's state, anew for each page.
extension TrailIndex {
    /// Consents that are looked at while the ledger does nothing else.
    private static let batchConsents = 256

    /// A leaf that is granted, and where it is in all that is granted to somebody.
    struct GrantedItem {
        let place: GrantedPlace
        let index: UInt64
    }

    /// What may be read from a place on, one leaf more than a page has.
    func grantedLeaves(
        to grantee: SignerID, from start: UInt64, below end: UInt64, at place: GrantedPlace
    ) async throws(LedgerError) -> [GrantedItem] {
        let limit = TrailLimits.receipts + 1
        let clock = clock
        var found: [GrantedItem] = []
        var first = place
        while found.count < limit {
            let consents = try await consents(of: grantee, from: first.consent, below: end)
            let (begin, missing) = (first, limit - found.count)
            do {
                found += try await ledger.read { state in
                    let now = max(clock.now(), state.lastSequencedAt ?? clock.now())
                    var items: [GrantedItem] = []
                    for (offset, consent) in consents.enumerated() where items.count < missing {
                        let ordinal = begin.consent + UInt64(offset)
                        items += state.grantedLeaves(
                            by: consent, at: now, from: start, below: end, startingAt: offset == 0 ? begin.leaf : 0,
                            atMost: missing - items.count
                        ).map { GrantedItem(place: GrantedPlace(consent: ordinal, leaf: $0.ordinal), index: $0.index) }
                    }
                    return items
                }
            } catch { throw error as? LedgerError ?? .storage("\(error)") }
            guard consents.count == Self.batchConsents else { break }
            first = GrantedPlace(consent: first.consent + UInt64(Self.batchConsents), leaf: 0)
        }
        return found
    }

    /// A grantee's consents in the order they were granted, from the one on before which `ordinal` others were.
    private func consents(
        of grantee: SignerID, from ordinal: UInt64, below end: UInt64
    ) async throws(LedgerError) -> [ConsentID] {
        guard let end = Int64(exactly: end) else { return [] }
        do {
            return try await store.read { store in
                try store.rows(
                    "SELECT consent FROM granted WHERE grantee = ? AND position < ? ORDER BY position LIMIT ? OFFSET ?",
                    [
                        .blob(grantee.bytes), .integer(end), .integer(Int64(Self.batchConsents)),
                        .integer(Int64(ordinal)),
                    ]
                ).map { ConsentID(try FixedOctets(try $0.bytes("consent"))) }
            }
        } catch { throw .storage("the index of trails: \(error)") }
    }

    static func insertGrant(_ transaction: Transaction, at position: UInt64, in store: StoreTransaction) throws {
        guard case .consentGranted(let body) = transaction.body else { return }
        _ = try store.execute(
            "INSERT OR REPLACE INTO granted (grantee, position, consent) VALUES (?, ?, ?)",
            [.blob(body.grantee.bytes), .integer(Int64(position)), .blob(body.consent.bytes)])
    }

    /// Whether a leaf is of a kind that grantees read. A wrong row shows nobody another.
    static func mayBeGranted(_ receipt: Receipt) -> Bool {
        switch (try? LedgerEntry(serialized: receipt.entry))?.transaction.body {
        case .folderOpened, .folderErased, .recordDeposited: true
        default: false
        }
    }
}

/// A place in what is granted to somebody: the consent, by how many came before it, and the leaf's ordinal among the consent's.
struct GrantedPlace: Hashable {
    /// Below 2^24.
    let consent: UInt64
    /// Below 2^40.
    let leaf: UInt64

    init(consent: UInt64, leaf: UInt64) {
        self.consent = consent
        self.leaf = leaf
    }

    /// The beginning for nil.
    init(_ cursor: TrailCursor?) {
        let position = cursor?.position ?? 0
        self.init(consent: position >> 40, leaf: position & (1 << 40 - 1))
    }

    var cursor: TrailCursor { TrailCursor(position: consent << 40 | leaf) }
}
