import DurableFiles
import Foundation
import LedgerReplica
import LogStorage
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerMirror

@Suite struct MirrorFollowingTests {
    private static let size = 600

    @Test func itCatchesUpFromNothingAndFromAnySizeToTheSameState() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        let whole = try await fixture.mirror("whole", of: source)
        #expect(try await whole.catchUp().checkpoint.size == 600)
        let stepped = try await fixture.mirror("stepped", of: source)
        for size in [1, 2, 44, 255, 256, 257, 300, 511, 512, 599, 599, 600] {
            let note = try fixture.checkpoint(fixture.leaves[..<size])
            source.change { $0.checkpoint = note }
            #expect(try await stepped.catchUp().checkpoint.size == UInt64(size))
            #expect(try await stepped.checkpoint() == note)
        }
        let expected = try fixture.state(of: Self.size).root()
        for mirror in [whole, stepped] {
            #expect(try await mirror.read { state, _ in try state.root() } == expected)
            #expect(await mirror.standing == .executed)
        }
        try await stepped.verifyHistory()
        for mirror in [whole, stepped] {
            await mirror.close()
        }
        // The widths of partial tiles on the way are all that differs.
        let kept = try fixture.tiles("whole")
        let found = try fixture.tiles("stepped")
        for (path, bytes) in kept { #expect(found[path] == bytes, "\(path)") }
    }

    @Test func aStepHoldsNoMoreLeavesThanItMay() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        source.change { $0.limit = .max }
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        #expect(source.asked.map(\.end) == [256, 512, 600])
        await mirror.close()
        let narrow = try await LedgerMirror.open(
            fixture.files("narrow"), trust: fixture.trust, source: source,
            options: MirrorOptions(stepLeaves: 4096, stepBytes: 1))
        source.change { ($0.asked, $0.limit) = ([], 100) }
        try await narrow.catchUp()
        // After the first answer only what fills the bundle is asked for.
        #expect(source.asked.map(\.end) == [600, 256, 256, 600, 512, 512, 600])
        await narrow.close()
    }

    @Test func aSourceThatIsGoneLeavesWhatWasReachedAndItGoesOnFromThere() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        source.change { ($0.limit, $0.answersLeft) = (256, 2) }
        let mirror = try await fixture.mirror(of: source)
        #expect(await refusal(mirror) == .source(.unreachable("gone")))
        // 512 leaves are proved, executed and durable, and not served.
        await #expect(throws: LedgerError.self) { try await mirror.checkpoint() }
        await #expect(throws: MirrorError.catchingUp(stateSize: 512)) { try await mirror.read { _, _ in 0 } }
        await mirror.close()
        source.change { ($0.answersLeft, $0.asked) = (nil, []) }
        let again = try await fixture.mirror(of: source)
        try await again.catchUp()
        #expect(source.asked.map(\.start) == [512])
        #expect(try await again.read { state, _ in try state.root() } == fixture.state(of: Self.size).root())
        await again.close()
    }

    @Test func whatIsApproachedBindsTheSourceAcrossARestart() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        source.change { ($0.limit, $0.answersLeft) = (256, 1) }
        let mirror = try await fixture.mirror(of: source)
        #expect(await refusal(mirror) == .source(.unreachable("gone")))
        await mirror.close()
        let smaller = try fixture.checkpoint(fixture.leaves[..<590])
        source.change { ($0.answersLeft, $0.checkpoint) = (nil, smaller) }
        let again = try await fixture.mirror(of: source)
        #expect(await refusal(again) == .rolledBack(known: 600, offered: 590))
        await again.close()
    }

    // MARK: Caught

    @Test func rollbackForkAndForeignHistoryAreRefusedAndWhatWasPublishedStays() async throws {
        let fixture = try Fixture(count: 20)
        let other = try Fixture(people: 2, count: 40)
        let source = try fixture.source()
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        let good = try await mirror.checkpoint()
        let smaller = try fixture.checkpoint(fixture.leaves[..<19])
        source.change { $0.checkpoint = smaller }
        #expect(await refusal(mirror) == .rolledBack(known: 20, offered: 19))
        let forked = try fixture.checkpoint(other.leaves[..<20])
        source.change { ($0.checkpoint, $0.leaves) = (forked, other.leaves) }
        #expect(await refusal(mirror) == .forked(size: 20))
        let larger = try fixture.checkpoint(other.leaves)
        source.change { $0.checkpoint = larger }
        #expect(await refusal(mirror) == .forked(size: 40))
        #expect(try await mirror.checkpoint() == good)
        await mirror.close()
    }

    @Test func leavesThatAreNotOfTheFinalTreeAreRefusedInTheirStep() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        source.change { $0.leaves[30] = $0.leaves[31] }
        let mirror = try await fixture.mirror(of: source)
        guard case .notPartOfFinalTree(256, 600, _) = await refusal(mirror) else {
            Issue.record("accepted")
            return
        }
        #expect(try fixture.tiles().isEmpty)
        source.change { $0.leaves[30] = fixture.leaves[30] }
        try await mirror.catchUp()
        await mirror.close()
    }

    @Test func aFinalLeafThatBreaksARuleIsRefusedAndNamed() async throws {
        let fixture = try Fixture(count: 20)
        let source = try fixture.source()
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        let bad = fixture.leaves + [fixture.leaves[4]]
        let note = try fixture.checkpoint(bad)
        source.change { ($0.leaves, $0.checkpoint) = (bad, note) }
        guard case .ruleBroken(20, let violation) = await refusal(mirror) else {
            Issue.record("accepted")
            return
        }
        #expect(violation.code == .duplicateTransaction)
        #expect(try await mirror.read { state, _ in state.entryCount } == 20)
        await mirror.close()
    }

    @Test func aLedgerOfAnotherPolicyAndACheckpointWithoutAQuorumAreRefused() async throws {
        let fixture = try Fixture(count: 20)
        let foreign = try SharingScenario(
            origin: Fixture.origin, seed: 1, witnessPolicy: fixture.policyText + "# more\n")
        let mirror = try await fixture.mirror(of: try fixture.source(foreign.entries.map(\.serialized)))
        #expect(await refusal(mirror) == .foreignPolicy)
        await mirror.close()
        let source = try fixture.source()
        let bare = try fixture.checkpoint(fixture.leaves, cosigners: 1)
        source.change { $0.checkpoint = bare }
        let second = try await fixture.mirror("second", of: source)
        #expect(await refusal(second) == .checkpoint(.quorumNotMet))
        await second.close()
    }
}
