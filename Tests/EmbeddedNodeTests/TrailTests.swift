import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import EmbeddedNode

/// Everybody's own trail has every leaf that concerns them, and no other.
@Suite struct TrailTests {
    private static func index(_ stage: Stage, _ name: String = "trails.sqlite") throws -> TrailIndex {
        try TrailIndex(path: stage.temporary.path(name), ledger: stage.node.ledger, clock: stage.clock)
    }

    /// A life of the stage's folder.
    private static func live(_ stage: Stage) async throws {
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        _ = try await stage.granted.open(record, under: consent)
        _ = try await stage.patient.revoke(consent)
    }

    /// Which leaves are whose, by reading all of them.
    private static func expected(_ stage: Stage) async throws -> [SignerID: [UInt64]] {
        var relations = LeafRelations()
        var trails: [SignerID: [UInt64]] = [:]
        for index in 0..<(await stage.node.ledger.finalSize) {
            let leaf = try #require(try await stage.node.ledger.entries(from: index, to: index + 1).first)
            for party in relations.next(try LedgerEntry(serialized: leaf).transaction).parties {
                trails[party, default: []].append(index)
            }
        }
        return trails
    }

    @Test func everybodysTrailHasTheirLeavesAndNoOthers() async throws {
        let stage = try await Stage()
        try await Self.live(stage)
        let index = try Self.index(stage)
        let expected = try await Self.expected(stage)
        let everybody =
            [
                stage.folder.signer, stage.granted.identity.signer, stage.stranger.identity.signer,
                stage.hospitalKeys.identity.signer, stage.node.keyServiceID.signer,
            ] + stage.node.proxyIDs.map(\.signer)
        #expect(Set(expected.keys) == Set(everybody))
        for signer in everybody {
            let trail = try await stage.node.session().trail(of: signer, in: index)
            #expect(trail.leaves.map(\.line.index) == expected[signer])
        }
        let folder = try await stage.node.session().trail(of: stage.folder.signer, in: index)
        #expect(folder.leaves.first?.line.kind == "FolderOpened")
        #expect(folder.leaves.contains { $0.line.kind == "RecordOpened" })
        let stranger = try await stage.node.session().trail(of: stage.stranger.identity.signer, in: index)
        #expect(stranger.leaves.map(\.line.kind) == ["IdentityEnrolled"])
        // Members are in no trail, and known.
        let member = try await stage.node.session().trail(of: stage.node.members[0].id.signer, in: index)
        #expect(member.leaves.isEmpty)
        await index.close()
    }

    @Test func whoeverIsNotOnTheLedgerHasNone() async throws {
        let stage = try await Stage()
        let index = try Self.index(stage)
        let id = SignerID(FixedOctets<16>())
        await #expect(throws: DirectoryError.unknown(id)) { try await stage.node.session().trail(of: id, in: index) }
        await index.close()
    }

    @Test func aLongTrailComesInPagesThatJoin() async throws {
        let stage = try await Stage()
        let deposits = TrailLimits.receipts + 6
        for _ in 0..<deposits { _ = try await stage.deposit() }
        let index = try Self.index(stage)
        let first = try #require(try await index.trail(of: stage.folder.signer, from: nil))
        #expect(first.receipts.count == TrailLimits.receipts)
        #expect(first.next != nil)
        let rest = try #require(try await index.trail(of: stage.folder.signer, from: first.next))
        #expect(rest.receipts.count == deposits + 1 - TrailLimits.receipts && rest.next == nil)
        let trail = try await stage.node.session().trail(of: stage.folder.signer, in: index)
        #expect(trail.leaves.count == deposits + 1)
        // New leaves are found without asking anew for the old ones.
        _ = try await stage.deposit()
        #expect(try await stage.node.session().trail(of: stage.folder.signer, in: index).leaves.count == deposits + 2)
        await index.close()
    }

    @Test func anIndexIsMadeAnewWhereItIsMissingOrOfAnotherLedger() async throws {
        let stage = try await Stage()
        try await Self.live(stage)
        let other = try await Stage()
        let foreign = try Self.index(other)
        try await foreign.catchUp()
        await foreign.close()
        let index = try TrailIndex(
            path: other.temporary.path("trails.sqlite"), ledger: stage.node.ledger, clock: stage.clock)
        let expected = try await Self.expected(stage)
        for signer in [stage.folder.signer, stage.granted.identity.signer] {
            let trail = try await stage.node.session().trail(of: signer, in: index)
            #expect(trail.leaves.map(\.line.index) == expected[signer])
        }
        await index.close()
        let again = try TrailIndex(
            path: other.temporary.path("trails.sqlite"), ledger: stage.node.ledger, clock: stage.clock)
        let trail = try await stage.node.session().trail(of: stage.folder.signer, in: again)
        #expect(trail.leaves.map(\.line.index) == expected[stage.folder.signer])
        await again.close()
    }

    /// Answers pages that somebody made up.
    private struct Made: LedgerTrails {
        let page: TrailPage
        func trail(of signer: SignerID, from cursor: TrailCursor?) async throws(LedgerError) -> TrailPage? { page }
        func granted(
            to grantee: SignerID, from start: UInt64, at cursor: TrailCursor?
        ) async throws(LedgerError) -> TrailPage? { page }
    }

    @Test func whatDoesNotBelongInATrailIsRefused() async throws {
        let stage = try await Stage()
        try await Self.live(stage)
        let index = try Self.index(stage)
        let own = try #require(try await index.trail(of: stage.folder.signer, from: nil))
        let others = try #require(try await index.trail(of: stage.stranger.identity.signer, from: nil))
        let foreign = try await Stage()
        let foreignIndex = try Self.index(foreign)
        let elsewhere = try #require(try await foreignIndex.trail(of: foreign.folder.signer, from: nil))
        func refusal(_ receipts: [Receipt], _ next: TrailCursor? = nil, note: [UInt8]? = nil) async -> DirectoryError? {
            let page = TrailPage(receipts: receipts, next: next, checkpoint: note ?? own.checkpoint)
            do {
                _ = try await stage.node.session().trail(of: stage.folder.signer, in: Made(page: page))
                return nil
            } catch { return error }
        }
        #expect(await refusal(own.receipts) == nil)
        #expect(await refusal([]) == nil)
        guard case .otherSubject? = await refusal(own.receipts + others.receipts),
            case .receipt? = await refusal(elsewhere.receipts),
            case .checkpoint? = await refusal(own.receipts, note: elsewhere.checkpoint),
            case .outOfOrder? = await refusal([own.receipts[1], own.receipts[0]]),
            case .outOfOrder? = await refusal(own.receipts + own.receipts),
            // Again and again from the beginning.
            case .outOfOrder? = await refusal(own.receipts, TrailCursor(position: 0)),
            case .outOfOrder? = await refusal([], TrailCursor(position: 0))
        else {
            Issue.record("something was believed")
            return
        }
        stage.clock.advance(milliseconds: LedgerSession.maximumLookUpAgeMilliseconds + 1000)
        guard case .stale? = await refusal(own.receipts) else {
            Issue.record("an old trail was believed")
            return
        }
        await index.close()
        await foreignIndex.close()
    }

    @Test func aCursorIsReadInOneSpelling() {
        let cursor = TrailCursor(position: 0xabc)
        #expect(TrailCursor(text: cursor.text) == cursor)
        for text in ["", "0000000000000ABC", "+000000000000abc", "0000000000000abc0", "000000000000abc"] {
            #expect(TrailCursor(text: text) == nil, "\(text)")
        }
    }
}
