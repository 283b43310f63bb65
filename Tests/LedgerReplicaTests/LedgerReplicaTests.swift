import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerReplica

@Suite struct LedgerReplicaTests {
    private func replica(
        _ ledger: ServedLedger, _ fixture: Fixture, heads: any ReplicaHeadStore = NoHeadStore()
    ) throws -> LedgerReplica {
        LedgerReplica(source: ledger, trust: try fixture.trust, heads: heads)
    }

    @Test func itFollowsTheLedgerStepByStep() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        for size in [1, 5, 5, fixture.leaves.count] {
            let note = try fixture.checkpoint(of: fixture.leaves[..<size])
            ledger.change { $0.checkpoint = note }
            #expect(try await replica.catchUp().checkpoint.size == UInt64(size))
        }
        #expect(ledger.entriesAsked == (0..<UInt64(fixture.leaves.count)).map { $0 })
        #expect(try await replica.read { $0.founding } != nil)
    }

    @Test func leavesThatComeWithTheCheckpointAreNotAskedFor() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        ledger.change { $0.leavesWithNews = 9 }
        #expect(try await replica.catchUp().checkpoint.size == 11)
        #expect(ledger.entriesAsked == [9, 10])
        #expect(try await replica.catchUp().checkpoint.size == 11)
        #expect(ledger.entriesAsked == [9, 10])
    }

    // MARK: Caught

    @Test func moreLeavesThanTheCheckpointHasAreRefused() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        let smaller = try fixture.checkpoint(of: fixture.leaves[..<9])
        ledger.change { ($0.checkpoint, $0.leavesWithNews) = (smaller, 10) }
        #expect(await refusal(replica) == .missingEntries(from: 0, size: 9))
    }

    @Test func otherLeavesThanTheCheckpointsAreRefusedAndAskedForAnew() async throws {
        let fixture = try Fixture()
        let other = try Fixture(people: 2, founding: { _ in fixture.policyText })
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        ledger.change { ($0.leaves, $0.leavesWithNews) = (other.leaves, 11) }
        #expect(await refusal(replica) == .rootMismatch(size: 11))
        ledger.change { ($0.leaves, $0.leavesWithNews) = (fixture.leaves, 4) }
        #expect(try await replica.catchUp().checkpoint.size == 11)
    }

    @Test func aSmallerTreeIsARollback() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        try await replica.catchUp()
        let smaller = try fixture.checkpoint(of: fixture.leaves[..<9])
        ledger.change { $0.checkpoint = smaller }
        #expect(await refusal(replica) == .rolledBack(known: 11, offered: 9))
        // What was reached stays reached.
        #expect(await replica.checkpoint?.checkpoint.size == 11)
        #expect(try await replica.read { $0.founding } != nil)
    }

    @Test func anotherTreeOfTheSameSizeIsAFork() async throws {
        let fixture = try Fixture()
        let other = try Fixture(people: 2, founding: { _ in fixture.policyText })
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        try await replica.catchUp()
        let fork = try other.checkpoint(of: other.leaves)
        ledger.change { ($0.checkpoint, $0.leaves) = (fork, other.leaves) }
        #expect(await refusal(replica) == .rolledBack(known: 11, offered: 11))
    }

    @Test(arguments: [9, 11]) func aRestartForgetsNothing(offered: Int) async throws {
        let fixture = try Fixture()
        let other = try Fixture(people: 2, founding: { _ in fixture.policyText })
        let heads = MemoryHeads()
        try await replica(try fixture.served(), fixture, heads: heads).catchUp()
        let again = try other.served()
        let note = try other.checkpoint(of: other.leaves[..<offered])
        again.change { $0.checkpoint = note }
        let restarted = try replica(again, fixture, heads: heads)
        #expect(await refusal(restarted) == .rolledBack(known: 11, offered: UInt64(offered)))
    }

    @Test func aLargerForkIsNoticedWhereItPassesWhatWasRemembered() async throws {
        let fixture = try Fixture()
        let other = try Fixture(people: 2, founding: { _ in fixture.policyText })
        let heads = MemoryHeads()
        let first = try fixture.served()
        let early = try fixture.checkpoint(of: fixture.leaves[..<6])
        first.change { $0.checkpoint = early }
        try await replica(first, fixture, heads: heads).catchUp()
        let restarted = try replica(try other.served(), fixture, heads: heads)
        #expect(await refusal(restarted) == .rolledBack(known: 6, offered: 6))
        #expect(try await restarted.read { $0.founding } == nil)
    }

    @Test func leavesThatDoNotHashToTheRootAreRefusedAndForgotten() async throws {
        let fixture = try Fixture()
        let other = try Fixture(people: 2, founding: { _ in fixture.policyText })
        let ledger = try fixture.served()
        ledger.change { $0.leaves = other.leaves }
        let replica = try replica(ledger, fixture)
        #expect(await refusal(replica) == .rootMismatch(size: 11))
        #expect(try await replica.read { $0.founding } == nil)
        // The right ones are re-executed from the first on.
        ledger.change { ($0.leaves, $0.entriesAsked) = (fixture.leaves, []) }
        try await replica.catchUp()
        #expect(ledger.entriesAsked.first == 0)
    }

    @Test func aFinalLeafThatBreaksARuleIsRefused() async throws {
        let fixture = try Fixture()
        var leaves = fixture.leaves
        leaves.append(leaves[4])
        let ledger = ServedLedger(leaves, checkpoint: try fixture.checkpoint(of: leaves))
        let replica = try replica(ledger, fixture)
        guard case .ruleBroken(11, _) = await refusal(replica) else {
            Issue.record("accepted")
            return
        }
        #expect(try await replica.read { $0.founding } == nil)
    }

    @Test func aFoundingUnderAnotherPolicyIsRefusedToTheByte() async throws {
        let longer = try Fixture(founding: { $0 + "# more\n" })
        #expect(await refusal(try replica(try longer.served(), longer)) == .foreignPolicy)
        // Equal as Swift strings, and not as bytes.
        let composed = try Fixture(founding: { $0 + "# \u{e9}\n" })
        let trust = try TrustAnchor(origin: Fixture.origin, policyText: composed.policyText + "# e\u{301}\n")
        let decomposed = LedgerReplica(source: try composed.served(), trust: trust, heads: NoHeadStore())
        #expect(await refusal(decomposed) == .foreignPolicy)
    }

    @Test func aPolicyWithoutAQuorumIsNoAnchor() throws {
        let fixture = try Fixture()
        let text = fixture.policyText.replacing("quorum all-witnesses", with: "quorum none")
        #expect(throws: TransparencyLogError.noQuorum) {
            try TrustAnchor(origin: Fixture.origin, policyText: text)
        }
    }

    // MARK: Not to be had

    @Test func aTransientErrorDoesNotStartOver() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        ledger.change { $0.answersLeft = 10 }
        let replica = try replica(ledger, fixture)
        #expect(await refusal(replica) == .ledger(.unreachable("gone")))
        // What is not accepted yet is nobody's to read.
        #expect(try await replica.read { $0.founding } == nil)
        #expect(await replica.checkpoint == nil)
        ledger.change { ($0.answersLeft, $0.entriesAsked) = (nil, []) }
        #expect(try await replica.catchUp().checkpoint.size == 11)
        #expect(ledger.entriesAsked == [10])
        #expect(try await replica.read { $0.founding } != nil)
    }

    @Test func anAdvanceThatBroughtNothingLeavesTheLastStateReadable() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let early = try fixture.checkpoint(of: fixture.leaves[..<6])
        ledger.change { $0.checkpoint = early }
        let replica = try replica(ledger, fixture)
        try await replica.catchUp()
        let full = try fixture.checkpoint(of: fixture.leaves)
        ledger.change { ($0.checkpoint, $0.answersLeft) = (full, 0) }
        #expect(await refusal(replica) == .ledger(.unreachable("gone")))
        #expect(await replica.checkpoint?.checkpoint.size == 6)
        #expect(try await replica.read { $0.founding } != nil)
    }

    @Test func whatIsHalfVerifiedIsStillHeldAgainstTheRoot() async throws {
        let fixture = try Fixture()
        let other = try Fixture(people: 2, founding: { _ in fixture.policyText })
        let ledger = try fixture.served()
        ledger.change { ($0.leaves, $0.answersLeft) = (other.leaves, 10) }
        let replica = try replica(ledger, fixture)
        #expect(await refusal(replica) == .ledger(.unreachable("gone")))
        ledger.change { $0.answersLeft = nil }
        #expect(await refusal(replica) == .rootMismatch(size: 11))
        ledger.change { $0.leaves = fixture.leaves }
        try await replica.catchUp()
    }

    @Test func aCheckpointThatWasShownIsNotTakenBack() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        ledger.change { $0.answersLeft = 10 }
        let replica = try replica(ledger, fixture)
        #expect(await refusal(replica) == .ledger(.unreachable("gone")))
        let smaller = try fixture.checkpoint(of: fixture.leaves[..<9])
        ledger.change { $0.checkpoint = smaller }
        #expect(await refusal(replica) == .rolledBack(known: 11, offered: 9))
    }

    @Test func aLedgerThatServesNothingIsNamed() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        ledger.change { ($0.answersLeft, $0.servesNothing) = (5, true) }
        let replica = try replica(ledger, fixture)
        #expect(await refusal(replica) == .missingEntries(from: 5, size: 11))
        ledger.change { ($0.answersLeft, $0.entriesAsked) = (nil, []) }
        try await replica.catchUp()
        #expect(ledger.entriesAsked.first == 5)
    }

    @Test func aHeadThatCannotBeKeptIsNotAccepted() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let heads = MemoryHeads()
        heads.isFull = true
        let replica = try replica(ledger, fixture, heads: heads)
        guard case .storage = await refusal(replica) else {
            Issue.record("accepted")
            return
        }
        #expect(try await replica.read { $0.founding } == nil)
        heads.isFull = false
        ledger.change { $0.entriesAsked = [] }
        try await replica.catchUp()
        #expect(ledger.entriesAsked.isEmpty)
    }

    @Test func aCheckpointWithoutAQuorumDoesNotCount() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let bare = try SignedNote(encoded: try fixture.checkpoint(of: fixture.leaves))
        let note = try SignedNote(text: bare.text, signatures: Array(bare.signatures[..<2])).encoded
        ledger.change { $0.checkpoint = note }
        #expect(await refusal(try replica(ledger, fixture)) == .checkpoint(.quorumNotMet))
    }

    // MARK: Together

    @Test func callsThatComeMeanwhileShareTheNextAdvance() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let replica = try replica(ledger, fixture)
        ledger.gate.close()
        let first = Task { try await replica.catchUp() }
        await until { ledger.gate.waitingCount == 1 }
        let others = (0..<100).map { _ in Task { try await replica.catchUp() } }
        for _ in 0..<1_000 { await Task.yield() }
        #expect(ledger.checkpointsAsked == 1)
        ledger.gate.open()
        _ = try await first.value
        for other in others { #expect(try await other.value.checkpoint.size == 11) }
        // One that had not looked at the ledger yet when they came; two where some of them came late.
        #expect((2...3).contains(ledger.checkpointsAsked))
        #expect(ledger.entriesAsked.count == 11)
    }

    @Test func aCallSeesWhatWasFinalWhenItWasMade() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.served()
        let early = try fixture.checkpoint(of: fixture.leaves[..<6])
        ledger.change { $0.checkpoint = early }
        let replica = try replica(ledger, fixture)
        for size in 6...11 {
            let note = try fixture.checkpoint(of: fixture.leaves[..<size])
            async let before = replica.catchUp()
            ledger.change { $0.checkpoint = note }
            #expect(try await replica.catchUp().checkpoint.size == UInt64(size))
            _ = try await before
        }
    }
}
