import Octets
import SharingContracts
import TestKit
import Umbral

/// A scenario with one folder, one record and one consent whose keys are issued: where most access tests begin.
struct GrantedWorld {
    var scenario: SharingScenario
    let folder: SharingScenario.FolderSecrets
    let record: SharingScenario.SealedCapsule
    let terms: ConsentGranted
    let fragments: [IdentityID: VerifiedKeyFragment]

    init(
        seed: UInt64 = 1, scope: (RecordID) -> ConsentScope = { _ in .wholeFolder }, notBeforeDelay: UInt64 = 0,
        lifetime: UInt64 = 86_400_000, maximumOpens: UInt32 = 10, threshold: Int = 3
    ) throws {
        scenario = try SharingScenario(seed: seed)
        folder = try scenario.openFolder()
        record = try scenario.deposit(in: folder)
        let start = scenario.now.adding(milliseconds: notBeforeDelay)
        terms = scenario.makeConsent(
            in: folder.id, scope: scope(record.id), notBefore: start, notAfter: start.adding(milliseconds: lifetime),
            maximumOpens: maximumOpens, threshold: threshold)
        fragments = try scenario.grantAndIssue(terms, in: folder)
    }

    var consent: ConsentID { terms.consent }
    var proxies: [IdentityID] { terms.proxies }

    mutating func request() throws -> TransactionID {
        try scenario.request(record.id, under: .consent(consent))
    }

    /// The body of an access request by the grantee.
    func asking(for record: RecordID? = nil, purpose: Purpose = .treatment) -> TransactionBody {
        .accessRequested(
            AccessRequested(
                authority: .consent(consent), record: record ?? self.record.id, purpose: purpose,
                answerKey: FixedOctets()))
    }

    /// The body of a transform by the proxy at `index`, of whatever bytes.
    func transforming(_ request: TransactionID, by index: Int, answering bytes: [UInt8] = [1]) -> TransactionBody {
        .transformed(scenario.makeTransformed(request, by: proxies[index], answering: bytes))
    }

    @discardableResult
    mutating func transform(_ request: TransactionID, by index: Int) throws -> [UInt8] {
        let proxy = proxies[index]
        guard let fragment = fragments[proxy] else { throw ScenarioError.noKey(proxy.signer) }
        return try scenario.transform(request, of: record.capsule, by: proxy, with: fragment)
    }
}
