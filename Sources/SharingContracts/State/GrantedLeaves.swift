/// A leaf that a consent lets its grantee read.
package struct GrantedLeaf: Hashable, Sendable {
    /// Its place among the consent's, which only grow.
    package let ordinal: UInt64
    /// The leaf's index in the log.
    package let index: UInt64
}

extension WorldState {
    /// More requests than these, the newest, are not looked through for one that waits.
    private static let waitingRequestsLookedAt: UInt64 = 256

    /// What a consent lets its grantee read of the folder's leaves: enough to open what it covers, and nothing else that happens there.
    ///
    /// - Rule: while it is active, the folder's opening, and the deposits of the records that it covers. While it is used up, the opening, and
    ///   the deposits of records that were asked for under it and not opened. Where the folder was erased meanwhile, its opening and its
    ///   erasure, which a directory tells whoever has the folder's identifier. Nothing before it has begun, after its time, or after it was revoked.
    /// - Parameters:
    ///   - time: Of the decision.
    ///   - start: Of a consent that was granted in an earlier leaf, only what came from this leaf on.
    ///   - end: Nothing of leaves from this one on.
    ///   - first: Only leaves from this ordinal on.
    ///   - limit: How many at most.
    /// - Returns: Ascending by ordinal.
    /// - Complexity: O(k + log n) reads, k leaves of n records.
    package func grantedLeaves(
        by id: ConsentID, at time: Timestamp, from start: UInt64, below end: UInt64, startingAt first: UInt64,
        atMost limit: Int
    ) -> [GrantedLeaf] {
        guard let consent = consent(id), consent.granted.index < end, let folder = folder(consent.terms.folder),
            let status = status(of: id, at: time)
        else { return [] }
        let isNew = consent.granted.index >= start
        var leaves: [GrantedLeaf] = []
        func add(_ ordinal: UInt64, _ index: UInt64) {
            guard ordinal >= first, index < end, isNew || index >= start, leaves.count < limit else { return }
            leaves.append(GrantedLeaf(ordinal: ordinal, index: index))
        }
        switch status {
        case .active, .usedUp: add(0, folder.opened.index)
        case .erased
        where consent.revoked == nil && consent.terms.hasBegun(at: time) && !consent.terms.hasEnded(at: time):
            add(0, folder.opened.index)
            if let erased = folder.erased { add(1, erased.index) }
            return leaves
        case .erased, .revoked, .granteeRetired, .expired, .notYetValid: return []
        }
        switch (status, consent.terms.scope) {
        case (.usedUp, _):
            for (ordinal, record) in waitingRecords(under: consent) { add(ordinal, record.deposited.index) }
        case (_, .records(let listed)):
            for (ordinal, id) in listed.enumerated() {
                if let record = record(id) { add(2 + UInt64(ordinal), record.deposited.index) }
            }
        case (_, .wholeFolder):
            var ordinal = isNew ? 0 : recordCount(in: folder.id, before: start)
            ordinal = max(ordinal, first < 2 ? 0 : first - 2)
            while leaves.count < limit, let id = record(ordinal, in: folder.id), let record = record(id),
                record.deposited.index < end
            {
                add(2 + ordinal, record.deposited.index)
                ordinal += 1
            }
        }
        return leaves
    }

    /// The records of requests that were not opened, of the newest ones under a consent. A request has as many ordinals, after two, as it
    /// may have records.
    private func waitingRecords(under consent: Consent) -> [(ordinal: UInt64, record: Record)] {
        let count = consents.requestsOfConsent.count(of: consent.id)
        let oldest = count - min(count, Self.waitingRequestsLookedAt)
        return (oldest..<count).flatMap { ordinal -> [(ordinal: UInt64, record: Record)] in
            guard let id = consents.requestsOfConsent.element(ordinal, of: consent.id), let request = request(id),
                request.opened == nil
            else { return [] }
            let first = 2 + ordinal * UInt64(Limits.requestedRecords)
            return request.records.enumerated().compactMap { place, id in
                record(id).map { (first + UInt64(place), $0) }
            }
        }
    }
}
