import SharingContracts
import TestKit
import Testing

struct StoredStateTests {
    @Test(arguments: 1...6) func aStateOverAStoreDecidesAsOneInMemory(seed: Int) throws {
        let history = try RandomHistory(seed: UInt64(seed))
        #expect(history.attempts.contains { $0.refusal != nil })
        try replay(history.attempts, of: history.scenario, seed: UInt64(seed))
    }

    @Test func theWholeStoryIsTheSameOverAStore() throws {
        let scenario = try WholeStory().scenario
        let attempts = scenario.entries.map { RandomHistory.Attempt(entry: $0, refusal: nil) }
        for seed in 1...4 { try replay(attempts, of: scenario, seed: UInt64(seed)) }
    }

    /// Settles, reopens and goes back at random points; every decision must be that of the state in memory.
    private func replay(_ attempts: [RandomHistory.Attempt], of scenario: SharingScenario, seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let store = RowStore()
        var stored = try WorldState(origin: scenario.origin, store: store)
        var memory = WorldState(origin: scenario.origin)
        var (next, settled, discards) = (0, 0, 0)
        // What a settlement that is under way began with.
        var begun: (state: WorldState, next: Int)?
        while next < attempts.count {
            let attempt = attempts[next]
            #expect(try code { try stored.apply(attempt.entry) } == attempt.refusal)
            #expect(try code { try memory.apply(attempt.entry) } == attempt.refusal)
            next += 1
            switch Int.random(in: 0..<16, using: &chance) {
            case 12...13 where begun == nil:
                stored.beginSettling()
                memory.beginSettling()
                begun = (stored, next)
            case 14:
                // Leaves go on to be applied while the store has the rows already.
                if let begun { store.write(try begun.state.settlingRows) }
            case 15:
                guard let settlement = begun else { break }
                #expect(try stored.settlingRows == settlement.state.settlingRows)
                store.write(try settlement.state.settlingRows)
                stored.finishSettling()
                memory.finishSettling()
                #expect(try stored.settlingRows.isEmpty)
                #expect(try stored.changes == memory.changes)
                (begun, settled) = (nil, settlement.next)
            case 0...2 where begun == nil:
                #expect(try stored.changes == memory.changes)
                store.write(try stored.changes)
                stored.settle()
                memory.settle()
                #expect(try stored.changes.isEmpty)
                settled = next
            case 3 where begun == nil:
                store.write(try stored.changes)
                stored = try WorldState(origin: scenario.origin, store: store)
                memory.settle()
                settled = next
            case 4 where discards < 40 && begun == nil:
                stored.discardChanges()
                memory.discardChanges()
                next = settled
                discards += 1
            default: break
            }
        }
        try expectEqual(stored, memory)
        store.write(try stored.settlingRows)
        stored.finishSettling()
        memory.finishSettling()
        #expect(memory == scenario.state)
        #expect(memory.hashValue == scenario.state.hashValue)
        store.write(try stored.changes)
        stored.settle()
        #expect(try store.rows == scenario.state.allRows)
        try expectEqual(try WorldState(origin: scenario.origin, store: store), scenario.state)
    }

    private func expectEqual(_ stored: WorldState, _ memory: WorldState) throws {
        #expect(try stored.allRows == memory.allRows)
        #expect(stored.entryCount == memory.entryCount)
        #expect(stored.lastSequencedAt == memory.lastSequencedAt)
        #expect(stored.founding == memory.founding)
        #expect(stored.identities == memory.identities)
        #expect(stored.folders == memory.folders)
        #expect(stored.allConsents == memory.allConsents)
        #expect(stored.requests == memory.requests)
        for folder in memory.folders {
            #expect(stored.records(in: folder.id) == memory.records(in: folder.id))
            #expect(stored.consents(in: folder.id) == memory.consents(in: folder.id))
            #expect(stored.requests(in: folder.id) == memory.requests(in: folder.id))
            #expect(stored.proposals(to: folder.id) == memory.proposals(to: folder.id))
            for proposal in memory.proposals(to: folder.id) {
                #expect(stored.proposal(proposal) == memory.proposal(proposal))
            }
            for record in memory.records(in: folder.id) {
                #expect(stored.record(record) == memory.record(record))
                #expect(stored.requests(for: record) == memory.requests(for: record))
            }
            for consent in memory.consents(in: folder.id) {
                #expect(stored.requests(under: consent) == memory.requests(under: consent))
            }
        }
        for identity in memory.identities {
            #expect(stored.convictions(of: identity.id) == memory.convictions(of: identity.id))
            #expect(stored.proposals(by: identity.id) == memory.proposals(by: identity.id))
        }
        try stored.requireAvailable()
    }

    @Test func settledRowsAreNotHeld() throws {
        let scenario = try WholeStory().scenario
        let store = RowStore()
        var state = try WorldState(origin: scenario.origin, store: store)
        for entry in scenario.entries {
            try state.apply(entry)
            // What one leaf changes does not grow with the ledger.
            #expect(try state.changes.count <= 16)
            store.write(try state.changes)
            state.settle()
        }
        #expect(try WorldState(origin: scenario.origin, store: RowStore()).allRows.isEmpty)
    }

    @Test func aRowThatSeveralRulesNeedIsReadOnce() throws {
        var world = try GrantedWorld()
        let store = RowStore(try world.scenario.state.allRows)
        let state = try WorldState(origin: world.scenario.origin, store: store)
        let signed = try world.scenario.sign(world.asking())
        try state.check(signed, sequencedAt: world.scenario.now)
        let reads = store.reads.count
        #expect(Set(store.reads).count == reads)
        try state.check(signed, sequencedAt: world.scenario.now)
        #expect(store.reads.count == reads)
    }

    @Test func aCopyOverAStoreIsNotChangedByItsOriginal() throws {
        var scenario = try SharingScenario()
        let store = RowStore(try scenario.state.allRows)
        var state = try WorldState(origin: scenario.origin, store: store)
        let copy = state
        let folder = try scenario.openFolder()
        try state.apply(try #require(scenario.entries.last))
        #expect(copy.folder(folder.id) == nil)
        #expect(state.folder(folder.id) != nil)
        #expect(state != copy)
        state.discardChanges()
        #expect(state == copy)
    }

    @Test func aStoreOfAnotherLedgerIsRefused() throws {
        let scenario = try SharingScenario()
        let store = RowStore(try scenario.state.allRows)
        #expect(try code { try WorldState(origin: "other.test", store: store) } == .wrongOrigin)
    }

    @Test func aStoreWithoutOneOfItsFixedRowsIsRefused() throws {
        let scenario = try SharingScenario()
        for missing in [StateTag.progress, .founding, .contracts] {
            let store = RowStore(try scenario.state.allRows.filter { $0.key.tag != missing })
            #expect(try code { try WorldState(origin: scenario.origin, store: store) } == .stateUnavailable)
        }
    }
}
