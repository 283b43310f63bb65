import SharingContracts
import TestKit
import Testing
import Umbral

/// When the fragments of a used-up consent may go: not while one of its requests may still need them.
struct UsedUpDestructionTests {
    private func destroying(_ world: GrantedWorld, by index: Int) -> TransactionBody {
        .fragmentsDestroyed(
            FragmentsDestroyed(holder: world.proxies[index], target: .consent(world.consent), reason: .usedUp))
    }

    private func isDue(_ world: GrantedWorld) -> Bool {
        world.scenario.state.destructionReasons(of: world.consent, at: world.scenario.now).contains(.usedUp)
    }

    private func open(_ request: TransactionID, in world: inout GrantedWorld) throws {
        try world.scenario.submit(.recordOpened(RecordOpened(request: request)))
    }

    @Test func aLiarAmongThresholdManyDoesNotLockTheDoctorOut() throws {
        var world = try GrantedWorld(maximumOpens: 1, threshold: 2)
        let request = try world.request()
        try world.scenario.submit(world.transforming(request, by: 0, answering: [6, 6, 6]))
        try world.transform(request, by: 1)
        // As many transforms as opening needs, one of them rubbish: the third proxy is needed.
        #expect(try world.scenario.refusal(of: destroying(world, by: 2)) == .destructionNotDue)
        #expect(!isDue(world))
        try world.transform(request, by: 2)
        #expect(!isDue(world))
        try open(request, in: &world)
        #expect(isDue(world))
        #expect(try world.scenario.refusal(of: destroying(world, by: 3)) == nil)
    }

    @Test func itIsDueOnceEveryProxyHasAnswered() throws {
        var world = try GrantedWorld(maximumOpens: 1)
        let request = try world.request()
        for index in 0..<4 {
            try world.scenario.submit(world.transforming(request, by: index))
            #expect(try world.scenario.refusal(of: destroying(world, by: index)) == .destructionNotDue)
        }
        try world.scenario.submit(world.transforming(request, by: 4))
        for index in 0..<5 { #expect(try world.scenario.refusal(of: destroying(world, by: index)) == nil) }
    }

    @Test func everyCountedRequestCounts() throws {
        var world = try GrantedWorld(maximumOpens: 2, threshold: 1)
        let first = try world.request()
        try world.transform(first, by: 0)
        try open(first, in: &world)
        // Opened, and more may be asked for.
        #expect(!isDue(world))
        let second = try world.request()
        #expect(!isDue(world))
        try world.transform(second, by: 4)
        #expect(!isDue(world))
        // An answer to the opened request does not stand for one to the other.
        for index in 1..<5 { try world.transform(first, by: index) }
        #expect(!isDue(world))
        try open(second, in: &world)
        #expect(isDue(world))
    }

    @Test func aProxyThatCannotAnswerAnyMoreIsNotWaitedFor() throws {
        var world = try GrantedWorld(maximumOpens: 1)
        let request = try world.request()
        for index in 0..<4 { try world.scenario.submit(world.transforming(request, by: index)) }
        #expect(!isDue(world))
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.proxies[4])))
        #expect(isDue(world))
    }

    @Test func theOwnersOwnRequestsAreNotCounted() throws {
        var world = try GrantedWorld(maximumOpens: 1, threshold: 1)
        let own = try world.scenario.request(world.record.id, under: .folder(world.folder.id))
        let request = try world.request()
        try world.transform(request, by: 0)
        try open(request, in: &world)
        #expect(isDue(world))
        let answer = world.scenario.makeTransformed(own, by: world.scenario.keyService, answering: [1])
        try world.scenario.submit(.transformed(answer))
        try open(own, in: &world)
        #expect(isDue(world))
    }

    @Test func aConsentThatWasNeverGrantedGivesNoReason() throws {
        var world = try GrantedWorld()
        let unknown: ConsentID = world.scenario.identifier()
        #expect(world.scenario.state.destructionReasons(of: unknown, at: world.scenario.now).isEmpty)
    }
}
