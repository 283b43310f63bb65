import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog
import Umbral

@testable import EmbeddedNode

/// Nobody can put another key in somebody's place.
@Suite struct DirectoryTests {
    private func directory(_ stage: Stage) -> StateLedgerDirectory {
        let ledger = stage.node.ledger
        return StateLedgerDirectory(ledger) { id in try await ledger.read { try $0.history(of: id) } }
    }

    private func entry(_ stage: Stage, _ id: SignerID) async throws -> DirectoryEntry {
        try #require(try await directory(stage).entry(of: id))
    }

    private func lookUp(_ stage: Stage, _ id: SignerID) async throws -> ProvenSigner {
        try await stage.node.session().lookUp(id, in: directory(stage))
    }

    @Test func everybodyIsFoundWithTheirKeys() async throws {
        let stage = try await Stage()
        let doctor = try await lookUp(stage, stage.granted.identity.signer)
        #expect(doctor.signingKey == stage.grantedKeys.signer.signingKey)
        #expect(doctor.encryptionKey == stage.grantedKeys.receiving.publicKey)
        #expect(doctor.role == .doctor)
        #expect(doctor.member == stage.node.members[0].id)
        #expect(!doctor.isEnded)

        let folder = try await lookUp(stage, stage.folder.signer)
        let opened = try #require(try await stage.node.ledger.read { $0.folder(stage.folder) })
        #expect(folder.standing == .folder(opened.opening))
        #expect(folder.encryptionKey == opened.delegatingKey)
        #expect(folder.member == nil)

        let proxy = try await lookUp(stage, stage.node.proxyIDs[1].signer)
        #expect(proxy.member == stage.node.members[1].id)
        #expect(
            proxy.sealingKey == (try await stage.node.ledger.read { $0.identity(stage.node.proxyIDs[1]) })?.sealingKey)

        let member = try await lookUp(stage, stage.node.members[2].id.signer)
        #expect(member.member == stage.node.members[2].id)
        #expect(member.began.index == 0)
        for proven in [doctor, folder, proxy, member] {
            #expect(proven.began.index < proven.asOf.checkpoint.size)
            #expect(proven.asOf.checkpoint.size == (await stage.node.ledger.committedSize))
        }
    }

    @Test func whoeverIsNotOnTheLedgerIsNotFound() async throws {
        let stage = try await Stage()
        let id = SignerID(FixedOctets<16>())
        await #expect(throws: DirectoryError.unknown(id)) { try await lookUp(stage, id) }
    }

    @Test func whatHasEndedIsProvedToHave() async throws {
        let stage = try await Stage()
        try await stage.node.members[0].retire(stage.granted.identity)
        _ = try await stage.patient.erase(stage.folder)
        for id in [stage.granted.identity.signer, stage.folder.signer] {
            let proven = try await lookUp(stage, id)
            let ended = try #require(proven.ended)
            #expect(proven.isEnded)
            #expect(proven.began.index < ended.index)
        }
    }

    @Test func anotherSignersProofIsRefused() async throws {
        let stage = try await Stage()
        let ids = [
            stage.granted.identity.signer, stage.stranger.identity.signer, stage.folder.signer,
            stage.node.members[0].id.signer, stage.node.keyServiceID.signer,
        ]
        for asked in ids {
            for answered in ids where answered != asked {
                let answer = try await entry(stage, answered)
                #expect {
                    try stage.node.trust.verify(answer, of: asked)
                } throws: {
                    if case .otherSubject(asked, _, _)? = $0 as? DirectoryError { true } else { false }
                }
            }
        }
    }

    @Test func anotherKeyIsRefused() async throws {
        let stage = try await Stage()
        let id = stage.granted.identity.signer
        let good = try await entry(stage, id)
        for place in stride(from: 0, to: good.began.entry.count, by: 7) {
            var leaf = good.began.entry
            leaf[place] ^= 1
            let forged = DirectoryEntry(
                began: Receipt(entry: leaf, proof: good.began.proof), ended: nil, checkpoint: good.checkpoint)
            #expect(throws: DirectoryError.self) { try stage.node.trust.verify(forged, of: id) }
        }
        // The key service's own statement, with a key of its own, that never was a leaf.
        let other = try await entry(stage, stage.node.keyServiceID.signer)
        let moved = DirectoryEntry(
            began: Receipt(entry: other.began.entry, proof: good.began.proof), ended: nil, checkpoint: good.checkpoint)
        #expect(throws: DirectoryError.self) { try stage.node.trust.verify(moved, of: id) }
    }

    @Test func anotherLedgersAnswerIsRefused() async throws {
        let stage = try await Stage()
        let other = try await Stage()
        let id = other.granted.identity.signer
        let foreign = try await entry(other, id)
        #expect(throws: DirectoryError.self) { try stage.node.trust.verify(foreign, of: id) }
        let own = try await entry(stage, stage.granted.identity.signer)
        for mixed in [
            DirectoryEntry(began: foreign.began, ended: nil, checkpoint: own.checkpoint),
            DirectoryEntry(began: own.began, ended: nil, checkpoint: foreign.checkpoint),
            DirectoryEntry(began: own.began, ended: foreign.began, checkpoint: own.checkpoint),
        ] {
            #expect(throws: DirectoryError.self) {
                try stage.node.trust.verify(mixed, of: stage.granted.identity.signer)
            }
        }
    }

    @Test func nobodyIsEndedByAnothersEnd() async throws {
        let stage = try await Stage()
        try await stage.node.members[0].retire(stage.stranger.identity)
        let retired = try await entry(stage, stage.stranger.identity.signer)
        let end = try #require(retired.ended)
        for id in [stage.granted.identity.signer, stage.folder.signer, stage.node.members[0].id.signer] {
            let own = try await entry(stage, id)
            for ended in [end, own.began] {
                let forged = DirectoryEntry(began: own.began, ended: ended, checkpoint: own.checkpoint)
                #expect {
                    try stage.node.trust.verify(forged, of: id)
                } throws: {
                    if case .otherSubject? = $0 as? DirectoryError { true } else { false }
                }
            }
        }
        // The end alone is no beginning.
        let backwards = DirectoryEntry(began: end, ended: retired.began, checkpoint: retired.checkpoint)
        #expect(throws: DirectoryError.self) {
            try stage.node.trust.verify(backwards, of: stage.stranger.identity.signer)
        }
    }

    @Test func anOldCheckpointDoesNotSpeakForToday() async throws {
        let stage = try await Stage()
        let id = stage.granted.identity.signer
        let old = Replayed(answer: try await entry(stage, id))
        stage.clock.advance(milliseconds: LedgerSession.maximumLookUpAgeMilliseconds + 1000)
        await #expect {
            try await stage.node.session().lookUp(id, in: old)
        } throws: {
            if case .stale? = $0 as? DirectoryError { true } else { false }
        }
        // The ledger itself asks its witnesses again.
        _ = try await lookUp(stage, id)
        stage.clock.goBack(milliseconds: 2 * LedgerSession.maximumLookUpAgeMilliseconds + 120_000)
        await #expect {
            try await stage.node.session().lookUp(id, in: old)
        } throws: {
            if case .ahead? = $0 as? DirectoryError { true } else { false }
        }
    }

    @Test func aCheckpointBeforeTheLeafDoesNotCoverIt() async throws {
        let stage = try await Stage()
        let early = try await stage.node.ledger.checkpoint()
        try await stage.node.members[0].retire(stage.granted.identity)
        let id = stage.granted.identity.signer
        let now = try await entry(stage, id)
        let hidden = DirectoryEntry(began: now.began, ended: now.ended, checkpoint: early)
        #expect {
            try stage.node.trust.verify(hidden, of: id)
        } throws: {
            if case .notCovered? = $0 as? DirectoryError { true } else { false }
        }
    }
}

/// Answers what somebody once recorded.
private struct Replayed: LedgerDirectory {
    let answer: DirectoryEntry

    func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? { answer }
}
