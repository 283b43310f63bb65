import SharingContracts
import TestKit
import Testing
import Umbral

struct ConsentEndingTests {
    private func destroying(_ world: GrantedWorld, _ reason: DestructionReason, by index: Int = 0) -> TransactionBody {
        .fragmentsDestroyed(
            FragmentsDestroyed(holder: world.proxies[index], target: .consent(world.consent), reason: reason))
    }

    private func destroyingShare(_ world: GrantedWorld, _ reason: DestructionReason = .erased) -> TransactionBody {
        .fragmentsDestroyed(
            FragmentsDestroyed(holder: world.scenario.keyService, target: .folder(world.folder.id), reason: reason))
    }

    /// Requests, and has every proxy answer.
    private func use(_ world: inout GrantedWorld) throws {
        let request = try world.request()
        for index in world.proxies.indices { try world.scenario.submit(world.transforming(request, by: index)) }
    }

    @Test func noReasonHoldsWhileAConsentIsActive() throws {
        var world = try GrantedWorld()
        for reason in DestructionReason.allCases {
            #expect(try world.scenario.refusal(of: destroying(world, reason)) == .destructionNotDue)
        }
    }

    @Test(arguments: DestructionReason.allCases)
    func exactlyTheTrueReasonIsAccepted(truth: DestructionReason) throws {
        var world = try GrantedWorld(maximumOpens: 1)
        switch truth {
        case .revoked: try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        case .expired: world.scenario.now = world.terms.notAfter.adding(milliseconds: 1)
        case .usedUp: try use(&world)
        case .erased: try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        }
        for reason in DestructionReason.allCases where reason != truth {
            #expect(try world.scenario.refusal(of: destroying(world, reason)) == .destructionNotDue)
        }
        #expect(try world.scenario.refusal(of: destroying(world, truth)) == nil)
        #expect(try world.scenario.refusal(of: destroying(world, truth)) == .alreadyDestroyed)
        let consent = try #require(world.scenario.state.consent(world.consent))
        #expect(consent.destructions[world.proxies[0]]?.reason == truth)
        #expect(consent.destructions.count == 1)
    }

    @Test func expiryIsToTheMicrosecond() throws {
        var world = try GrantedWorld()
        for microseconds in [0, 999] as [UInt64] {
            world.scenario.now = world.terms.notAfter.adding(microseconds: microseconds)
            #expect(try world.scenario.refusal(of: destroying(world, .expired)) == .destructionNotDue)
        }
        world.scenario.now = world.terms.notAfter.adding(microseconds: 1000)
        #expect(try world.scenario.refusal(of: destroying(world, .expired)) == nil)
    }

    @Test func whatIsRevokedAndExpiredIsDestroyedForEitherReason() throws {
        var world = try GrantedWorld()
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        world.scenario.now = world.terms.notAfter.adding(milliseconds: 1)
        #expect(try world.scenario.refusal(of: destroying(world, .revoked, by: 0)) == nil)
        #expect(try world.scenario.refusal(of: destroying(world, .expired, by: 1)) == nil)
        #expect(try world.scenario.refusal(of: destroying(world, .usedUp, by: 2)) == .destructionNotDue)
        #expect(try world.scenario.refusal(of: destroying(world, .erased, by: 2)) == .destructionNotDue)
        let reasons = world.scenario.state.destructionReasons(of: world.consent, at: world.scenario.now)
        #expect(reasons == [.revoked, .expired])
    }

    @Test func aRetiredHolderDoesNotReportADestruction() throws {
        var world = try GrantedWorld()
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.proxies[0])))
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.scenario.keyService)))
        #expect(try world.scenario.refusal(of: destroying(world, .revoked)) == .identityRetired)
        #expect(try world.scenario.refusal(of: destroyingShare(world)) == .identityRetired)
    }

    @Test func onlyAHolderSaysThatItDestroyed() throws {
        var world = try GrantedWorld()
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        for stranger in [world.scenario.keyService, world.terms.grantee] {
            let body = FragmentsDestroyed(holder: stranger, target: .consent(world.consent), reason: .revoked)
            #expect(try world.scenario.refusal(of: .fragmentsDestroyed(body)) == .notAHolder)
        }
        #expect(
            try world.scenario.refusal(of: destroying(world, .revoked), by: [world.proxies[1].signer])
                == .missingSignature)
        let unknown = FragmentsDestroyed(
            holder: world.proxies[0], target: .consent(world.scenario.identifier()), reason: .revoked)
        #expect(try world.scenario.refusal(of: .fragmentsDestroyed(unknown)) == .unknownConsent)
    }

    @Test func whoDestroyedItsFragmentDoesNotTransformAnyMore() throws {
        var world = try GrantedWorld(maximumOpens: 1)
        let request = try world.request()
        for index in 0..<3 { try world.transform(request, by: index) }
        try world.scenario.submit(.recordOpened(RecordOpened(request: request)))
        try world.scenario.submit(destroying(world, .usedUp, by: 3))
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 3)) == .fragmentDestroyed)
        #expect(try world.scenario.refusal(of: world.transforming(request, by: 4)) == nil)
    }

    @Test func theKeyServiceDestroysItsShareOfAnErasedFolderOnly() throws {
        var world = try GrantedWorld()
        #expect(try world.scenario.refusal(of: destroyingShare(world)) == .destructionNotDue)
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        #expect(try world.scenario.refusal(of: destroyingShare(world, .revoked)) == .destructionNotDue)
        let byProxy = FragmentsDestroyed(
            holder: world.proxies[0], target: .folder(world.folder.id), reason: .erased)
        #expect(try world.scenario.refusal(of: .fragmentsDestroyed(byProxy)) == .notAHolder)
        let unknown = FragmentsDestroyed(
            holder: world.scenario.keyService, target: .folder(world.scenario.identifier()), reason: .erased)
        #expect(try world.scenario.refusal(of: .fragmentsDestroyed(unknown)) == .unknownFolder)
        #expect(try world.scenario.refusal(of: destroyingShare(world)) == nil)
        #expect(world.scenario.state.folder(world.folder.id)?.shareDestroyed != nil)
        #expect(try world.scenario.refusal(of: destroyingShare(world)) == .alreadyDestroyed)
    }

    @Test func statusesComeInTheirOrder() throws {
        var world = try GrantedWorld(maximumOpens: 1)
        func status() -> ConsentStatus? { world.scenario.state.status(of: world.consent, at: world.scenario.now) }
        #expect(status() == .active)
        _ = try world.request()
        #expect(status() == .usedUp)
        world.scenario.now = world.terms.notAfter.adding(milliseconds: 1)
        #expect(status() == .expired)
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.terms.grantee)))
        #expect(status() == .granteeRetired)
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        #expect(status() == .revoked)
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        #expect(status() == .erased)
        #expect(world.scenario.state.status(of: world.scenario.identifier(), at: world.scenario.now) == nil)
    }
}
