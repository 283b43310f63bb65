/// A granted consent, as the ledger knows it now.
package struct Consent: Hashable, Sendable {
    /// What the patient signed.
    package let terms: ConsentGranted
    package let granted: LedgerEvent
    /// The commitments to its key fragments, once they are issued.
    package internal(set) var keys: KeysIssued?
    package internal(set) var issued: LedgerEvent?
    package internal(set) var revoked: LedgerEvent?
    /// How many records were requested under it, each as often as it was: at most the terms' ``ConsentGranted/maximumOpens``.
    /// In which requests: ``WorldState/requests(under:)``.
    package internal(set) var usedOpens: UInt32 = 0
    /// How many of the requests wait for each proxy: neither opened nor answered by it. Zero is left out.
    package internal(set) var waiting: [IdentityID: UInt32] = [:]
    /// Which proxies say that they destroyed their fragments.
    package internal(set) var destructions: [IdentityID: Destruction] = [:]

    package var id: ConsentID { terms.consent }
    package var opensLeft: UInt32 { terms.maximumOpens > usedOpens ? terms.maximumOpens - usedOpens : 0 }
    package var isUsedUp: Bool { opensLeft == 0 }
}

extension Consent {
    /// Counts a request for some records, which waits for every proxy.
    mutating func countRequest(of records: Int) {
        usedOpens &+= UInt32(clamping: records)
        for proxy in terms.proxies { waiting[proxy, default: 0] &+= 1 }
    }

    /// Takes note that one request waits for `proxy` no more.
    mutating func endWait(for proxy: IdentityID) {
        guard let count = waiting[proxy] else { return }
        waiting[proxy] = count > 1 ? count - 1 : nil
    }
}

/// A holder's statement that it destroyed what it held.
package struct Destruction: Hashable, Sendable {
    package let reason: DestructionReason
    package let event: LedgerEvent
}

/// Whether a consent lets its grantee ask for access, and why not. The first that applies, from the top.
package enum ConsentStatus: String, Hashable, Sendable, CaseIterable {
    /// The folder is erased.
    case erased
    /// The patient took it back.
    case revoked
    /// The grantee's identity is retired.
    case granteeRetired
    /// Its last millisecond has passed.
    case expired
    /// Its first millisecond has not come.
    case notYetValid
    /// As many accesses are requested as it allows. Those can still be transformed.
    case usedUp
    case active
}
