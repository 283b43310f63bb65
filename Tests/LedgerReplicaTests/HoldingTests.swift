import LedgerReplica
import SharingContracts
import TestKit
import Testing

/// What holders of fragments and shares make of the ledger's state.
struct HoldingTests {
    private func granted() throws -> (scenario: SharingScenario, terms: ConsentGranted, folder: FolderID) {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let terms = scenario.makeConsent(in: folder.id)
        try scenario.submit(.consentGranted(terms))
        return (scenario, terms, folder.id)
    }

    @Test func whatWasNeverGrantedPermitsNothing() throws {
        var scenario = try SharingScenario()
        let unknown: ConsentID = scenario.identifier()
        #expect(scenario.state.transformRefusal(of: unknown, at: scenario.now) == .unknown)
        #expect(scenario.state.issuanceRefusal(of: unknown, at: scenario.now) == .unknown)
        #expect(scenario.state.destructionReason(of: unknown, at: scenario.now) == nil)
    }

    @Test func anActiveConsentPermitsBothAndNoDestruction() throws {
        let (scenario, terms, _) = try granted()
        #expect(scenario.state.transformRefusal(of: terms.consent, at: scenario.now) == nil)
        #expect(scenario.state.issuanceRefusal(of: terms.consent, at: scenario.now) == nil)
        #expect(scenario.state.destructionReason(of: terms.consent, at: scenario.now) == nil)
    }

    /// The status says that the grantee is retired; the fragments are not kept for ever because of that.
    @Test func aRetiredGranteesFragmentsGoWhenTheConsentExpires() throws {
        var (scenario, terms, _) = try granted()
        try scenario.submit(.identityRetired(IdentityRetired(identity: terms.grantee)))
        #expect(scenario.state.transformRefusal(of: terms.consent, at: scenario.now) == .granteeRetired)
        #expect(scenario.state.destructionReason(of: terms.consent, at: scenario.now) == nil)
        let last = terms.notAfter.adding(microseconds: 999)
        #expect(scenario.state.destructionReason(of: terms.consent, at: last) == nil)
        #expect(scenario.state.destructionReason(of: terms.consent, at: last.adding(microseconds: 1)) == .expired)
    }

    @Test func ofSeveralReasonsTheWeightiestIsGiven() throws {
        var (scenario, terms, folder) = try granted()
        let late = terms.notAfter.adding(milliseconds: 1)
        try scenario.submit(.consentRevoked(ConsentRevoked(consent: terms.consent)))
        #expect(scenario.state.destructionReason(of: terms.consent, at: late) == .revoked)
        try scenario.submit(.folderErased(FolderErased(folder: folder)))
        #expect(scenario.state.destructionReason(of: terms.consent, at: late) == .erased)
        #expect(scenario.state.issuanceRefusal(of: terms.consent, at: late) == .erased)
    }
}
