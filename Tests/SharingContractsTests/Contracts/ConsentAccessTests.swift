import Octets
import SharingContracts
import TestKit
import Testing
import Umbral

struct ConsentAccessTests {
    // MARK: AccessRequested

    @Test func aRequestSaysWhoWantsToReadWhatOnWhatGround() throws {
        var world = try GrantedWorld()
        let id = try world.request()
        let request = try #require(world.scenario.state.request(id))
        #expect(request.requester == world.terms.grantee.signer)
        #expect(request.records == [world.record.id])
        #expect(request.folder == world.folder.id)
        #expect(request.authority == .consent(world.consent))
        #expect(request.threshold == 3)
        guard case .accessRequested(let said) = world.scenario.entries.last?.transaction.body else {
            Issue.record("the last leaf is no request")
            return
        }
        #expect(request.answerKey == said.answerKey)
        #expect(world.scenario.state.requests(for: world.record.id) == [id])
        #expect(world.scenario.state.requests(in: world.folder.id) == [id])
        #expect(world.scenario.state.requests(under: world.consent) == [id])
        #expect(world.scenario.state.requests == [request])
    }

    @Test func onlyTheGranteeRequestsUnderAConsent() throws {
        var world = try GrantedWorld()
        for signer in [world.scenario.otherDoctor.signer, world.folder.id.signer, world.proxies[0].signer] {
            #expect(try world.scenario.refusal(of: world.asking(), by: [signer]) == .missingSignature)
        }
        let unknown = AccessRequested(
            authority: .consent(world.scenario.identifier()), record: world.record.id, purpose: .treatment,
            answerKey: FixedOctets())
        #expect(try world.scenario.refusal(of: .accessRequested(unknown)) == .unknownConsent)
    }

    @Test func accessNeedsIssuedKeys() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let record = try scenario.deposit(in: folder)
        let terms = scenario.makeConsent(in: folder.id)
        try scenario.submit(.consentGranted(terms))
        let body = AccessRequested(
            authority: .consent(terms.consent), record: record.id, purpose: .treatment, answerKey: FixedOctets())
        #expect(try scenario.refusal(of: .accessRequested(body)) == .keysNotIssued)
    }

    @Test func accessIsBoundToRecordFolderAndPurpose() throws {
        var world = try GrantedWorld(scope: { .records([$0]) })
        let uncovered = try world.scenario.deposit(in: world.folder).id
        let elsewhere = try world.scenario.deposit(in: try world.scenario.openFolder()).id
        #expect(try world.scenario.refusal(of: world.asking(for: uncovered)) == .recordNotCovered)
        #expect(try world.scenario.refusal(of: world.asking(for: elsewhere)) == .recordNotInFolder)
        #expect(try world.scenario.refusal(of: world.asking(for: world.scenario.identifier())) == .unknownRecord)
        #expect(try world.scenario.refusal(of: world.asking(purpose: .research)) == .purposeMismatch)
        #expect(try world.scenario.refusal(of: world.asking()) == nil)
    }

    @Test func aConsentToTheWholeFolderCoversLaterRecords() throws {
        var world = try GrantedWorld()
        let later = try world.scenario.deposit(in: world.folder).id
        #expect(try world.scenario.refusal(of: world.asking(for: later)) == nil)
    }

    @Test func accessIsBoundToThePeriodToTheMicrosecond() throws {
        var world = try GrantedWorld(notBeforeDelay: 3_600_000, lifetime: 1000)
        let (first, last) = (world.terms.notBefore.milliseconds * 1000, world.terms.notAfter.milliseconds * 1000)
        for (time, expected) in [
            (first - 1, ContractViolation.Code.consentNotYetValid), (first, nil), (last, nil), (last + 999, nil),
            (last + 1000, .consentExpired),
        ] {
            world.scenario.now = Timestamp(microseconds: time)
            #expect(try world.scenario.refusal(of: world.asking()) == expected)
        }
    }

    @Test func aPeriodIsSaidInMillisecondsWhateverTheClockOfWhoSaysIt() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder().id
        let start = scenario.now.adding(microseconds: 1)
        let terms = scenario.makeConsent(
            in: folder, notBefore: start, notAfter: start.adding(milliseconds: 1000).adding(microseconds: 998))
        #expect(terms.notBefore == scenario.now)
        #expect(terms.notAfter == scenario.now.adding(milliseconds: 1000))
        try scenario.submit(.consentGranted(terms))
        #expect(scenario.state.consent(terms.consent)?.terms == terms)
    }

    @Test func accessesAreCounted() throws {
        var world = try GrantedWorld(maximumOpens: 2)
        let first = try world.request()
        _ = try world.request()
        #expect(world.scenario.state.status(of: world.consent, at: world.scenario.now) == .usedUp)
        #expect(try world.scenario.refusal(of: world.asking()) == .consentUsedUp)
        // What was requested in time is still answered.
        #expect(try world.scenario.refusal(of: world.transforming(first, by: 0)) == nil)
    }

    @Test func aRevokedConsentGivesNoAccess() throws {
        var world = try GrantedWorld()
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        #expect(try world.scenario.refusal(of: world.asking()) == .consentRevoked)
    }

    @Test func aRetiredGranteeGetsNoAccess() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.terms.grantee)))
        #expect(try world.scenario.refusal(of: world.asking()) == .identityRetired)
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 0)) == .granteeRetired)
        #expect(world.scenario.state.status(of: world.consent, at: world.scenario.now) == .granteeRetired)
    }

    // MARK: The owner's own access

    @Test func theOwnerReadsThroughTheKeyService() throws {
        var world = try GrantedWorld()
        let request = try world.scenario.request(world.record.id, under: .folder(world.folder.id))
        #expect(world.scenario.state.request(request)?.requester == world.folder.id.signer)
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 0)) == .notATransformer)
        let byService = world.scenario.makeTransformed(request, by: world.scenario.keyService, answering: [1])
        #expect(try world.scenario.refusal(of: .transformed(byService)) == nil)
        for answer in [[1], [2]] as [[UInt8]] {
            let again = world.scenario.makeTransformed(request, by: world.scenario.keyService, answering: answer)
            #expect(try world.scenario.refusal(of: .transformed(again)) == .alreadyTransformed)
        }
        #expect(try world.scenario.refusal(of: .recordOpened(RecordOpened(request: request))) == nil)
    }

    @Test func aRetiredKeyServiceAnswersNobody() throws {
        var world = try GrantedWorld()
        let request = try world.scenario.request(world.record.id, under: .folder(world.folder.id))
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.scenario.keyService)))
        let body = world.scenario.makeTransformed(request, by: world.scenario.keyService, answering: [1])
        #expect(try world.scenario.refusal(of: .transformed(body)) == .identityRetired)
    }

    @Test func onlyTheOwnerRequestsInTheFoldersName() throws {
        var world = try GrantedWorld()
        let folder = world.folder.id
        let body = AccessRequested(
            authority: .folder(folder), record: world.record.id, purpose: .patientRequested, answerKey: FixedOctets())
        for signer in [world.terms.grantee.signer, world.scenario.keyService.signer] {
            #expect(try world.scenario.refusal(of: .accessRequested(body), by: [signer]) == .missingSignature)
        }
        let treatment = AccessRequested(
            authority: .folder(folder), record: world.record.id, purpose: .treatment, answerKey: FixedOctets())
        #expect(try world.scenario.refusal(of: .accessRequested(treatment)) == .purposeMismatch)
        let nowhere = AccessRequested(
            authority: .folder(world.scenario.identifier()), record: world.record.id, purpose: .patientRequested,
            answerKey: FixedOctets())
        #expect(try world.scenario.refusal(of: .accessRequested(nowhere), by: [folder.signer]) == .unknownFolder)
        let nothing = AccessRequested(
            authority: .folder(folder), record: world.scenario.identifier(), purpose: .patientRequested,
            answerKey: FixedOctets())
        #expect(try world.scenario.refusal(of: .accessRequested(nothing)) == .unknownRecord)
        let elsewhere = try world.scenario.deposit(in: try world.scenario.openFolder()).id
        let foreign = AccessRequested(
            authority: .folder(folder), record: elsewhere, purpose: .patientRequested, answerKey: FixedOctets())
        #expect(try world.scenario.refusal(of: .accessRequested(foreign)) == .recordNotInFolder)
    }

    // MARK: Transformed

    @Test func onlyTheConsentsProxiesTransformAndEachOnce() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        let outsider = try world.scenario.enroll(.proxy, by: world.scenario.members[0])
        for transformer in [outsider, world.scenario.keyService, world.terms.grantee] {
            let body = world.scenario.makeTransformed(request, by: transformer, answering: [1])
            #expect(try world.scenario.refusal(of: .transformed(body)) == .notATransformer)
        }
        let unknown = world.scenario.makeTransformed(world.scenario.identifier(), by: world.proxies[0], answering: [1])
        #expect(try world.scenario.refusal(of: .transformed(unknown)) == .unknownRequest)
        let body = world.transforming(request, by: 0)
        #expect(try world.scenario.refusal(of: body, by: [world.proxies[1].signer]) == .missingSignature)
        #expect(try world.scenario.refusal(of: body) == nil)
        #expect(try world.scenario.refusal(of: body) == .alreadyTransformed)
        #expect(
            try world.scenario.refusal(of: world.transforming(request, by: 0, answering: [2])) == .alreadyTransformed)
        #expect(world.scenario.state.request(request)?.transforms.map(\.transformer) == [world.proxies[0]])
    }

    @Test func revokedConsentStopsTheNextTransform() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        try world.transform(request, by: 0)
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        for index in 1..<5 {
            #expect(try world.scenario.refusal(of: world.transforming(request, by: index)) == .consentRevoked)
        }
    }

    @Test func anExpiredConsentStopsTheNextTransform() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        world.scenario.now = world.terms.notAfter.adding(microseconds: 999)
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 0)) == nil)
        world.scenario.now = world.terms.notAfter.adding(microseconds: 1000)
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 1)) == .consentExpired)
    }

    @Test func aRetiredProxyDoesNotTransform() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.proxies[0])))
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 0)) == .identityRetired)
    }

    // MARK: RecordOpened, RecordExported

    @Test func openingNeedsAsManyTransformsAsTheThreshold() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        let opened = TransactionBody.recordOpened(RecordOpened(request: request))
        for index in 0..<3 {
            #expect(try world.scenario.refusal(of: opened) == .notEnoughTransforms)
            try world.transform(request, by: index)
        }
        #expect(try world.scenario.refusal(of: opened, by: [world.proxies[0].signer]) == .missingSignature)
        #expect(try world.scenario.refusal(of: opened) == nil)
        #expect(world.scenario.state.request(request)?.opened != nil)
        #expect(try world.scenario.refusal(of: opened) == .alreadyOpened)
        let unknown = RecordOpened(request: world.scenario.identifier())
        #expect(try world.scenario.refusal(of: .recordOpened(unknown)) == .unknownRequest)
    }

    @Test func exportingNeedsAnOpenedRecord() throws {
        var world = try GrantedWorld(threshold: 1)
        let request = try world.request()
        let exported = TransactionBody.recordExported(RecordExported(request: request))
        try world.transform(request, by: 0)
        #expect(try world.scenario.refusal(of: exported) == .notOpened)
        try world.scenario.submit(.recordOpened(RecordOpened(request: request)))
        #expect(try world.scenario.refusal(of: exported, by: [world.folder.id.signer]) == .missingSignature)
        #expect(try world.scenario.refusal(of: exported) == nil)
        #expect(world.scenario.state.request(request)?.exported != nil)
        #expect(try world.scenario.refusal(of: exported) == .alreadyExported)
        let unknown = RecordExported(request: world.scenario.identifier())
        #expect(try world.scenario.refusal(of: .recordExported(unknown)) == .unknownRequest)
    }

    @Test func aRetiredDoctorReportsNothing() throws {
        var world = try GrantedWorld(threshold: 1)
        let request = try world.request()
        try world.transform(request, by: 0)
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.terms.grantee)))
        #expect(try world.scenario.refusal(of: .recordOpened(RecordOpened(request: request))) == .identityRetired)
    }

    @Test func whatHappenedIsReportedEvenAfterRevocationAndErasure() throws {
        var world = try GrantedWorld(threshold: 1)
        let request = try world.request()
        try world.transform(request, by: 0)
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        #expect(try world.scenario.refusal(of: .recordOpened(RecordOpened(request: request))) == nil)
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        #expect(try world.scenario.refusal(of: .recordExported(RecordExported(request: request))) == nil)
    }
}
