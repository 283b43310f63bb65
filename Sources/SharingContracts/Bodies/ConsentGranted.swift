import SharingMessages

/// A patient lets a doctor read records of a folder, for one purpose, for a time, so often, through t of n proxies.
package struct ConsentGranted: Hashable, Sendable {
    package let consent: ConsentID
    package let folder: FolderID
    package let grantee: IdentityID
    package let scope: ConsentScope
    package let purpose: Purpose
    /// The first millisecond at which access may be requested, as its first microsecond.
    package let notBefore: Timestamp
    /// The last millisecond at which access may be requested and a capsule transformed, as its first microsecond. All of
    /// it belongs to the period.
    package let notAfter: Timestamp
    /// How many accesses may be requested, 1 to 1,000,000.
    package let maximumOpens: UInt32
    /// t: how many proxies must transform, 1 to the number of proxies.
    package let threshold: Int
    /// The n proxies, ascending, 1 to 255.
    package let proxies: [IdentityID]
    /// The transaction of the proposal that this answers.
    package let proposal: TransactionID?

    /// - Parameters:
    ///   - notBefore: Whatever is in the millisecond that is meant.
    ///   - notAfter: Likewise.
    package init(
        consent: ConsentID, folder: FolderID, grantee: IdentityID, scope: ConsentScope, purpose: Purpose,
        notBefore: Timestamp, notAfter: Timestamp, maximumOpens: UInt32, threshold: Int, proxies: [IdentityID],
        proposal: TransactionID? = nil
    ) {
        self.consent = consent
        self.folder = folder
        self.grantee = grantee
        self.scope = scope
        self.purpose = purpose
        self.notBefore = Timestamp(milliseconds: notBefore.milliseconds)
        self.notAfter = Timestamp(milliseconds: notAfter.milliseconds)
        self.maximumOpens = maximumOpens
        self.threshold = threshold
        self.proxies = proxies.sorted()
        self.proposal = proposal
    }

    /// Whether the period has begun: `time` is not before the first microsecond of ``notBefore``.
    package func hasBegun(at time: Timestamp) -> Bool { time.milliseconds >= notBefore.milliseconds }

    /// Whether the period is over: `time` is after the last microsecond of ``notAfter``.
    package func hasEnded(at time: Timestamp) -> Bool { time.milliseconds > notAfter.milliseconds }
}

/// The records of a folder that a consent covers.
package enum ConsentScope: Hashable, Sendable {
    /// Every record, present and future.
    case wholeFolder
    /// 1 to 1,024 records, ascending.
    case records([RecordID])

    /// Whether `record`, known to be of the consent's folder, is covered.
    ///
    /// - Complexity: O(log n) in the number of listed records.
    package func covers(_ record: RecordID) -> Bool {
        switch self {
        case .wholeFolder: return true
        case .records(let records):
            var range = 0..<records.count
            while !range.isEmpty {
                let middle = range.lowerBound + range.count / 2
                if records[middle] == record { return true }
                range = records[middle] < record ? middle + 1..<range.upperBound : range.lowerBound..<middle
            }
            return false
        }
    }
}

extension ConsentGranted {
    init(_ wire: WireConsentGranted) throws(ContractViolation) {
        let fields = WireFields(message: "ConsentGranted")
        consent = try fields.identifier(wire.consentID, "consent_id")
        folder = try fields.identifier(wire.folderID, "folder_id")
        grantee = try fields.identifier(wire.granteeID, "grantee_id")
        scope = try fields.scope(wholeFolder: wire.wholeFolder, records: wire.recordIds)
        purpose = try fields.purpose(wire.purpose, "purpose")
        notBefore = try fields.time(milliseconds: wire.notBefore, "not_before")
        notAfter = try fields.time(milliseconds: wire.notAfter, "not_after")
        maximumOpens = try fields.bounded(wire.maximumOpens, in: 1...Limits.maximumOpens, "maximum_opens")
        proxies = try fields.identifiers(wire.proxyIds, "proxy_ids", count: 1...Limits.proxies)
        guard wire.threshold >= 1, wire.threshold <= UInt32(wire.proxyIds.count) else {
            throw fields.violation("threshold", "\(wire.threshold) of \(wire.proxyIds.count) proxies")
        }
        threshold = Int(wire.threshold)
        proposal = wire.proposalID.isEmpty ? nil : try fields.identifier(wire.proposalID, "proposal_id")
    }

    var wire: WireConsentGranted {
        var wire = WireConsentGranted()
        wire.consentID = .init(consent)
        wire.folderID = .init(folder)
        wire.granteeID = .init(grantee)
        switch scope {
        case .wholeFolder: wire.wholeFolder = true
        case .records(let records): wire.recordIds = records.map { .init($0) }
        }
        wire.purpose = purpose.code
        wire.notBefore = notBefore.milliseconds
        wire.notAfter = notAfter.milliseconds
        wire.maximumOpens = maximumOpens
        wire.threshold = UInt32(clamping: threshold)
        wire.proxyIds = proxies.map { .init($0) }
        if let proposal { wire.proposalID = .init(proposal) }
        return wire
    }
}
