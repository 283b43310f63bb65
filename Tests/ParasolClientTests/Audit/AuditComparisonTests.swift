import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

/// Two states of a log are the same, one continues the other, or they are a fork; damage is never taken for one.
@Suite struct AuditComparisonTests {
    private let place: TemporaryFolder
    private let ledger: AuditLedger

    init() throws {
        place = try TemporaryFolder()
        ledger = try AuditLedger.enrolled(300)
    }

    private func shown(_ name: String, _ leaves: [[UInt8]]) throws -> ShownLog {
        try ShownLog(folder: ledger.write(to: place.path(name), leaves: leaves), trust: ledger.trust)
    }

    private func alone(_ shown: ShownLog) throws -> ShownLog { try ShownLog(note: shown.note, trust: ledger.trust) }

    @Test func equalTreesAreTheSame() throws {
        let one = try shown("one", ledger.leaves)
        guard case .same = try LogRelation(one, try shown("two", ledger.leaves)) else { return #expect(Bool(false)) }
        guard case .same = try LogRelation(try alone(one), try alone(one)) else { return #expect(Bool(false)) }
    }

    @Test(arguments: [1, 2, 128, 255, 256, 257, 299]) func aContinuationIsProvedEitherWayRound(_ size: Int) throws {
        let old = try shown("old", Array(ledger.leaves.prefix(size)))
        let new = try shown("new", ledger.leaves)
        for (one, other) in [(old, new), (new, old), (try alone(old), new)] {
            guard case .extended(let proof) = try LogRelation(one, other) else { return #expect(Bool(false)) }
            try proof.verify(oldRoot: old.checkpoint.root, newRoot: new.checkpoint.root)
        }
        guard case .unknown = try LogRelation(old, try alone(new)) else { return #expect(Bool(false)) }
    }

    @Test(arguments: [(0, 300), (44, 300), (255, 300), (256, 300), (299, 300), (7, 280), (255, 256)])
    func aForkNamesAndProvesTheFirstLeafThatDiffers(_ first: Int, _ size: Int) throws {
        var leaves = Array(ledger.leaves.prefix(size))
        leaves[first] = ledger.leaves[first] + [0]
        let forked = try shown("forked", leaves)
        let honest = try shown("honest", ledger.leaves)
        guard case .fork(let fork) = try LogRelation(honest, forked) else { return #expect(Bool(false)) }
        let evidence = try #require(fork.leaves)
        #expect(evidence.smaller.proof.index == UInt64(first))
        #expect(Set([evidence.smaller.leaf, evidence.larger.leaf]) == [leaves[first], ledger.leaves[first]])
        for leaf in [evidence.smaller, evidence.larger] {
            try leaf.proof.verify(leafHash: MerkleTree.leafHash(of: leaf.leaf), policy: ledger.trust.policy)
        }
        guard case .fork(let bare) = try LogRelation(try alone(forked), honest) else { return #expect(Bool(false)) }
        #expect(bare.leaves == nil)
        for fork in [fork, bare] {
            let evidence = try fork.evidence(seenAt: Timestamp(milliseconds: 1))
            let read = try LedgerEvidence(encoded: evidence.encoded)
            let log = try #require(ledger.trust.policy.logs.first)
            #expect(try read.verify(log: log.key).convicts)
        }
    }

    @Test func damageIsNotTakenForAFork() throws {
        let old = try shown("old", Array(ledger.leaves.prefix(280)))
        let new = try shown("new", ledger.leaves)
        let folder = try #require(new.folder)
        var tile = try folder.bytes(at: "tile/0/001.p/44")
        tile[3] ^= 1
        try folder.put(tile, at: "tile/0/001.p/44")
        #expect(throws: AuditError.wrongRoot(size: 300)) { try LogRelation(old, new) }
        try folder.remove("tile/0/001.p/44")
        #expect(throws: AuditError.self) { try LogRelation(old, new) }
    }

    @Test func aStateThatNoQuorumCosignedIsNoState() throws {
        let folder = try ledger.write(to: place.path("weak"), cosigners: 1)
        #expect(throws: AuditError.checkpoint(.quorumNotMet)) { try ShownLog(folder: folder, trust: ledger.trust) }
    }
}
