import SharingContracts
import TestKit
import Testing
import Umbral

struct ConsentGrantingTests {
    // MARK: ConsentGranted

    @Test func aGrantedConsentIsKnownAndActive() throws {
        let world = try GrantedWorld()
        let consent = try #require(world.scenario.state.consent(world.consent))
        #expect(consent.terms == world.terms)
        #expect(world.scenario.state.consents(in: world.folder.id) == [world.consent])
        #expect(world.scenario.state.allConsents == [consent])
        #expect(world.scenario.state.status(of: world.consent, at: world.scenario.now) == .active)
    }

    @Test func onlyTheFolderGrants() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let other = try scenario.openFolder()
        let terms = scenario.makeConsent(in: folder.id)
        for signer in [scenario.keyService.signer, scenario.doctor.signer, other.id.signer] {
            #expect(try scenario.refusal(of: .consentGranted(terms), by: [signer]) == .missingSignature)
        }
        let nowhere = scenario.makeConsent(in: scenario.identifier())
        #expect(try scenario.refusal(of: .consentGranted(nowhere), by: [folder.id.signer]) == .unknownFolder)
    }

    @Test func aConsentIsGrantedOnce() throws {
        var world = try GrantedWorld()
        #expect(try world.scenario.refusal(of: .consentGranted(world.terms)) == .consentTaken)
    }

    @Test func theGranteeIsAnActiveDoctor() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let toAuditor = scenario.makeConsent(in: folder.id, to: scenario.auditor)
        #expect(try scenario.refusal(of: .consentGranted(toAuditor)) == .wrongRole)
        let toNobody = scenario.makeConsent(in: folder.id, to: scenario.identifier())
        #expect(try scenario.refusal(of: .consentGranted(toNobody)) == .unknownIdentity)
        try scenario.submit(.identityRetired(IdentityRetired(identity: scenario.doctor)))
        #expect(try scenario.refusal(of: .consentGranted(scenario.makeConsent(in: folder.id))) == .identityRetired)
    }

    @Test func listedRecordsAreInTheFolder() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let other = try scenario.openFolder()
        let foreign = try scenario.deposit(in: other).id
        let own = try scenario.deposit(in: folder).id
        let unknown = scenario.makeConsent(in: folder.id, scope: .records([scenario.identifier()]))
        #expect(try scenario.refusal(of: .consentGranted(unknown)) == .unknownRecord)
        let mixed = scenario.makeConsent(in: folder.id, scope: .records([own, foreign].sorted()))
        #expect(try scenario.refusal(of: .consentGranted(mixed)) == .recordNotInFolder)
        #expect(
            try scenario.refusal(of: .consentGranted(scenario.makeConsent(in: folder.id, scope: .records([own]))))
                == nil)
    }

    @Test func thePeriodEndsLaterAndWithinTenYears() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder().id
        let now = scenario.now
        let tenYears = Limits.consentMilliseconds
        for (notBefore, notAfter) in [
            (now.adding(milliseconds: 2), now.adding(milliseconds: 1)),
            (Timestamp(milliseconds: 1), Timestamp(milliseconds: 2)), (now, now),
            (now, now.adding(milliseconds: tenYears + 1)),
        ] {
            let terms = scenario.makeConsent(in: folder, notBefore: notBefore, notAfter: notAfter)
            #expect(try scenario.refusal(of: .consentGranted(terms)) == .badConsentPeriod)
        }
        let longest = scenario.makeConsent(
            in: folder, notBefore: now, notAfter: now.adding(milliseconds: tenYears))
        #expect(try scenario.refusal(of: .consentGranted(longest)) == nil)
        let lateNow = scenario.now
        let shortest = scenario.makeConsent(
            in: folder, notBefore: lateNow, notAfter: lateNow.adding(milliseconds: 1))
        #expect(try scenario.refusal(of: .consentGranted(shortest)) == nil)
    }

    /// The millisecond in which a consent is granted cannot be its last one, whichever microsecond of it that is.
    @Test func thePeriodGoesOnAfterTheMillisecondOfTheGrant() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder().id
        let start = scenario.now
        for microseconds in [0, 1, 999] as [UInt64] {
            scenario.now = start.adding(microseconds: microseconds)
            let over = scenario.makeConsent(in: folder, notBefore: start, notAfter: start)
            #expect(try scenario.refusal(of: .consentGranted(over)) == .badConsentPeriod)
        }
        let next = scenario.makeConsent(in: folder, notBefore: start, notAfter: start.adding(milliseconds: 1))
        #expect(try scenario.refusal(of: .consentGranted(next)) == nil)
    }

    @Test func proxiesAreActiveProxies() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder().id
        let withDoctor = scenario.makeConsent(in: folder, threshold: 1, proxies: [scenario.doctor])
        #expect(try scenario.refusal(of: .consentGranted(withDoctor)) == .wrongRole)
        let withNobody = scenario.makeConsent(in: folder, threshold: 1, proxies: [scenario.identifier()])
        #expect(try scenario.refusal(of: .consentGranted(withNobody)) == .unknownIdentity)
        try scenario.submit(.identityRetired(IdentityRetired(identity: scenario.proxies[4])))
        #expect(try scenario.refusal(of: .consentGranted(scenario.makeConsent(in: folder))) == .identityRetired)
    }

    @Test func proxiesBelongToAsManyMembersAsTheThreshold() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder().id
        let member = try #require(scenario.state.identity(scenario.proxies[0])?.member)
        let sister = try scenario.enroll(.proxy, by: member)
        let proxies = [scenario.proxies[0], sister]
        let dependent = scenario.makeConsent(in: folder, threshold: 2, proxies: proxies)
        #expect(try scenario.refusal(of: .consentGranted(dependent)) == .proxiesNotIndependent)
        let single = scenario.makeConsent(in: folder, threshold: 1, proxies: proxies)
        #expect(try scenario.refusal(of: .consentGranted(single)) == nil)
        let mixed = scenario.makeConsent(in: folder, threshold: 2, proxies: proxies + [scenario.proxies[1]])
        #expect(try scenario.refusal(of: .consentGranted(mixed)) == nil)
    }

    // MARK: KeysIssued

    @Test func keysAreIssuedByBothHoldersTogether() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let terms = scenario.makeConsent(in: folder.id)
        try scenario.submit(.consentGranted(terms))
        let body = TransactionBody.keysIssued(try scenario.makeIssue(of: terms, in: folder).body)
        #expect(try scenario.refusal(of: body, by: [scenario.keyService.signer]) == .missingSignature)
        #expect(try scenario.refusal(of: body, by: [folder.id.signer]) == .missingSignature)
        #expect(try scenario.refusal(of: body) == nil)
        #expect(try scenario.refusal(of: body) == .keysAlreadyIssued)
    }

    @Test func keysNeedAConsent() throws {
        var world = try GrantedWorld()
        let keys = try #require(world.scenario.state.consent(world.consent)?.keys)
        let body = KeysIssued(
            consent: world.scenario.identifier(), precursor: world.scenario.newPublicKey(), fragments: keys.fragments)
        #expect(try world.scenario.refusal(of: .keysIssued(body)) == .unknownConsent)
    }

    @Test func thereIsOneFragmentForEachProxyInOrder() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let terms = scenario.makeConsent(in: folder.id, proxies: Array(scenario.proxies.dropLast()))
        try scenario.submit(.consentGranted(terms))
        let body = try scenario.makeIssue(of: terms, in: folder).body
        let fewer = KeysIssued(
            consent: body.consent, precursor: body.precursor, fragments: Array(body.fragments.dropLast()))
        #expect(try scenario.refusal(of: .keysIssued(fewer)) == .fragmentsMismatch)
        let last = FragmentCommitment(
            proxy: scenario.proxies[4], fragment: try scenario.octets(), commitment: scenario.newPublicKey())
        let more = KeysIssued(consent: body.consent, precursor: body.precursor, fragments: body.fragments + [last])
        #expect(try scenario.refusal(of: .keysIssued(more)) == .fragmentsMismatch)
        let other = KeysIssued(
            consent: body.consent, precursor: body.precursor, fragments: body.fragments.dropLast() + [last])
        #expect(try scenario.refusal(of: .keysIssued(other)) == .fragmentsMismatch)
    }

    @Test func aPrecursorIsUsedOnce() throws {
        var world = try GrantedWorld()
        let used = try #require(world.scenario.state.consent(world.consent)?.keys?.precursor)
        let terms = world.scenario.makeConsent(in: world.folder.id)
        try world.scenario.submit(.consentGranted(terms))
        let body = try world.scenario.makeIssue(of: terms, in: world.folder).body
        for precursor in [used, world.folder.signer.verifyingKey] {
            let again = KeysIssued(consent: body.consent, precursor: precursor, fragments: body.fragments)
            #expect(try world.scenario.refusal(of: .keysIssued(again)) == .keyTaken)
        }
    }

    @Test func keysAreIssuedAheadOfTimeButNotAfterTheEnd() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let start = scenario.now.adding(milliseconds: 3_600_000)
        let terms = scenario.makeConsent(
            in: folder.id, notBefore: start, notAfter: start.adding(milliseconds: 1000))
        try scenario.submit(.consentGranted(terms))
        #expect(scenario.state.status(of: terms.consent, at: scenario.now) == .notYetValid)
        let body = TransactionBody.keysIssued(try scenario.makeIssue(of: terms, in: folder).body)
        var late = scenario
        late.now = terms.notAfter.adding(milliseconds: 1)
        #expect(try late.refusal(of: body) == .consentExpired)
        var revoked = scenario
        try revoked.submit(.consentRevoked(ConsentRevoked(consent: terms.consent)))
        #expect(try revoked.refusal(of: body) == .consentRevoked)
        var retired = scenario
        try retired.submit(.identityRetired(IdentityRetired(identity: terms.grantee)))
        #expect(try retired.refusal(of: body) == .granteeRetired)
        var unserved = scenario
        try unserved.submit(.identityRetired(IdentityRetired(identity: unserved.keyService)))
        #expect(try unserved.refusal(of: body) == .identityRetired)
        #expect(try scenario.refusal(of: body) == nil)
    }

    // MARK: ConsentRevoked

    @Test func aConsentIsRevokedOnceByItsFolder() throws {
        var world = try GrantedWorld()
        let body = TransactionBody.consentRevoked(ConsentRevoked(consent: world.consent))
        #expect(try world.scenario.refusal(of: body, by: [world.terms.grantee.signer]) == .missingSignature)
        let unknown = ConsentRevoked(consent: world.scenario.identifier())
        #expect(try world.scenario.refusal(of: .consentRevoked(unknown)) == .unknownConsent)
        #expect(try world.scenario.refusal(of: body) == nil)
        #expect(world.scenario.state.consent(world.consent)?.revoked != nil)
        #expect(try world.scenario.refusal(of: body) == .consentRevoked)
    }
}
