import Foundation
import LedgerReplica
import LogStorage
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import ParasolClient

/// What a command leaves of the ledger to the next one, and what that one takes.
@Suite struct KeptLedgerStateTests {
    private let place: ProfileFolderOnDisk
    private let ledger: AuditLedger
    private let profile: ProfileStore

    init() async throws {
        place = try ProfileFolderOnDisk()
        ledger = try AuditLedger.enrolled(60)
        profile = try ProfileStore.create(
            Profile(kind: .doctor, displayName: "x"), at: place["doctor.profile"], passphrase: phrase("p"), cost: .least
        )
    }

    private func kept() async -> KeptLedgerState {
        await KeptLedgerState(place["doctor.ledger"], of: profile, origin: AuditLedger.origin)
    }

    /// A command: follows the ledger's first leaves, and leaves what it has to the next.
    ///
    /// - Parameter isKilled: What it leaves is what was in its folder before it closed anything.
    /// - Returns: From where on leaves were fetched, and why what was kept was not used.
    private func command(
        leaves: Int, settles: Bool = true, isKilled: Bool = false
    ) async throws -> (starts: [UInt64], refusal: KeptLedgerState.Refusal?, identities: Int) {
        let folder = try ledger.write(to: place["log-\(leaves)"], leaves: Array(ledger.leaves.prefix(leaves)))
        let source = FolderLedger(folder, leaves: ledger.leaves)
        let kept = await kept()
        let (states, refusal) = kept.open()
        let session = LedgerSession(
            ledger: source, trust: ledger.trust, heads: ProfileHeadStore(profile, trust: ledger.trust), states: states,
            clock: ManualClock())
        if let states { await session.replica.keepRows { await kept.keep(states) } }
        let count = try await session.read { (state) throws(ClientError) in Int(state.entryCount) }
        if let states {
            if settles { try await session.replica.settle() }
            let (files, path) = (FileManager.default, place["doctor.ledger"])
            if isKilled { try files.copyItem(atPath: path, toPath: path + ".left") }
            kept.close(states)
            if isKilled {
                try files.removeItem(atPath: path)
                try files.moveItem(atPath: path + ".left", toPath: path)
            }
        }
        return (source.takeStarts(), refusal, count)
    }

    @Test func theNextCommandExecutesOnlyTheLeavesSince() async throws {
        let first = try await command(leaves: 40)
        #expect(first.starts == [0] && first.refusal == nil && first.identities == 40)
        #expect(try place.names().contains("doctor.ledger"))
        #expect(try Data(contentsOf: URL(filePath: place["doctor.ledger"] + "/state.tag")).count == 32)
        let second = try await command(leaves: 60)
        #expect(second.starts == [40] && second.refusal == nil && second.identities == 60)
        let third = try await command(leaves: 60)
        #expect(third.starts == [] && third.refusal == nil && third.identities == 60)
    }

    @Test func aCommandThatDidNotSettleCostsTheNextOneOnlyItsOwnLeaves() async throws {
        _ = try await command(leaves: 40)
        #expect(try await command(leaves: 60, settles: false).starts == [40])
        let next = try await command(leaves: 60)
        #expect(next.starts == [40] && next.refusal == nil)
    }

    @Test func changedRowsAreNotBelieved() async throws {
        _ = try await command(leaves: 40)
        let path = place["doctor.ledger"] + "/state.sqlite"
        let good = try Data(contentsOf: URL(filePath: path))
        for offset in [24, 100, good.count / 2, good.count - 1] {
            var changed = good
            changed[offset] ^= 1
            try changed.write(to: URL(filePath: path))
            let run = try await command(leaves: 40)
            #expect(run.starts == [0] && run.refusal == .changed && run.identities == 40, "byte \(offset)")
            #expect(try await command(leaves: 40).starts == [])
        }
    }

    @Test func whatHasNoTagOfItsOwnIsNotBelieved() async throws {
        _ = try await command(leaves: 40)
        let folder = place["doctor.ledger"]
        try FileManager.default.removeItem(atPath: folder + "/state.tag")
        #expect(try await command(leaves: 40).refusal == .unfinished)
        try Data([UInt8](repeating: 0, count: 32)).write(to: URL(filePath: folder + "/state.tag"))
        #expect(try await command(leaves: 40).refusal == .changed)
        try Data([UInt8](repeating: 0, count: 33)).write(to: URL(filePath: folder + "/state.tag"))
        let (states, refusal) = await kept().open()
        guard case .unusable = refusal, states == nil else {
            Issue.record("\(String(describing: refusal))")
            return
        }
    }

    @Test func pagesInAJournalAreNotWhatWasKept() async throws {
        _ = try await command(leaves: 40)
        let folder = place["doctor.ledger"]
        try Data([1]).write(to: URL(filePath: folder + "/state.sqlite-wal"))
        let run = try await command(leaves: 40)
        #expect(run.refusal == nil && run.starts == [])
        // Whatever the file is then, it is not what was kept.
        try Data([1]).write(to: URL(filePath: folder + "/state.sqlite-wal"))
        try FileManager.default.removeItem(atPath: folder + "/state.tag")
        #expect(try await command(leaves: 40).refusal == .unfinished)
    }

    @Test func anotherProfilesRowsAreNotBelieved() async throws {
        _ = try await command(leaves: 40)
        let other = try ProfileStore.create(
            Profile(kind: .doctor, displayName: "y"), at: place["other.profile"], passphrase: phrase("p"), cost: .least)
        let kept = await KeptLedgerState(place["doctor.ledger"], of: other, origin: AuditLedger.origin)
        let (states, refusal) = kept.open()
        #expect(refusal == .changed)
        try states?.close()
        // Nor those of another ledger in this one's place.
        _ = try await command(leaves: 40)
        let foreign = await KeptLedgerState(place["doctor.ledger"], of: profile, origin: "ledger.example/other")
        #expect(foreign.open().refusal == .changed)
    }

    @Test func aKilledCommandLeavesWhatItHadFollowed() async throws {
        #expect(try await command(leaves: 40, settles: false, isKilled: true).starts == [0])
        let next = try await command(leaves: 40)
        #expect(next.starts == [] && next.refusal == nil && next.identities == 40)
    }

    @Test func whatAKilledCommandWroteLaterIsExecutedAgain() async throws {
        _ = try await command(leaves: 40)
        // Too few to be kept on the way; they are in the journal when it is killed.
        #expect(try await command(leaves: 60, isKilled: true).starts == [40])
        #expect(try !Data(contentsOf: URL(filePath: place["doctor.ledger"] + "/state.sqlite-wal")).isEmpty)
        let next = try await command(leaves: 60)
        #expect(next.starts == [40] && next.refusal == nil && next.identities == 60)
    }

    @Test func rowsOfAnEarlierCommandAreGoneOnWith() async throws {
        _ = try await command(leaves: 40)
        let folder = place["doctor.ledger"]
        let earlier = try ["state.sqlite", "state.tag"].map {
            ($0, try Data(contentsOf: URL(filePath: folder + "/" + $0)))
        }
        _ = try await command(leaves: 60)
        for (name, data) in earlier { try data.write(to: URL(filePath: folder + "/" + name)) }
        let run = try await command(leaves: 60)
        #expect(run.starts == [40] && run.refusal == nil && run.identities == 60)
    }

    @Test func aLedgerThatWentBackIsCaughtWithAndWithoutRows() async throws {
        _ = try await command(leaves: 60)
        await #expect(throws: ClientError.self) { _ = try await command(leaves: 40) }
        try FileManager.default.removeItem(atPath: place["doctor.ledger"])
        await #expect(throws: ClientError.self) { _ = try await command(leaves: 40) }
    }

    @Test func nothingOfTheProfileIsInTheRows() async throws {
        _ = try await command(leaves: 40)
        #expect(await profile.derivedKey(for: "a") != profile.derivedKey(for: "b"))
        try await profile.update { $0.receivingKey = key(0x31) }
        _ = try await command(leaves: 60)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: place["doctor.ledger"] + "/state.sqlite")))
        #expect(!contains(bytes, [UInt8](repeating: 0x31, count: 16)))
    }
}
