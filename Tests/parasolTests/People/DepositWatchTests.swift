import DurableFiles
import Foundation
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// A watched folder: every recording that comes is deposited once, whatever is lost on the way.
@Suite struct DepositWatchTests {
    private struct Scene {
        let stage: PeopleStage
        let hospital: OpenedProfile
        let patient: OpenedProfile
        let folder: FolderID
        let inbox: String
        let tray: DepositTray

        init() async throws {
            stage = try await PeopleStage()
            (patient, folder) = try await stage.patient()
            hospital = try await stage.person(.depositor, "hospital")
            inbox = stage.temporary.path("inbox")
            tray = DepositTray(path: inbox + "/\(folder)", folder: folder)
            try FileManager.default.createDirectory(atPath: tray.path, withIntermediateDirectories: true)
        }

        func round() async throws -> DepositWatch.Round {
            let watch = DepositWatch(inbox: inbox, folder: nil, quietSeconds: 0)
            return try await hospital.asDepositor { try await watch.round($0) }
        }

        func names(_ place: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: tray.path + "/" + place).sorted()
        }

        func records() async throws -> [RecordID] {
            let folder = folder
            return try await stage.state { $0.records(in: folder) }
        }
    }

    @Test func eachRecordingThatComesIsDepositedOnce() async throws {
        let scene = try await Scene()
        try scene.stage.recording("100", in: scene.tray.path)
        try scene.stage.recording("101", in: scene.tray.path, seed: 2)
        let round = try await scene.round()
        #expect(round.deposits.count == 2 && round.failures.isEmpty && round.ignored.isEmpty)
        let records = try await scene.records()
        #expect(try scene.names("deposited") == records.map { "\($0)" }.sorted())
        #expect(Set(round.deposits.map(\.record)) == Set(records.map { "\($0)" }))
        #expect(try await scene.round().deposits.isEmpty)
        #expect(try scene.names(".") == [".depositing", "deposited", "refused"])
        #expect(try scene.names(".depositing").isEmpty)
    }

    @Test func aDepositWhoseAnswerWasLostDoesNotBecomeTwo() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        scene.stage.connecting.loseAnswer(to: "RecordDeposited")
        let failed = try await scene.round()
        #expect(failed.deposits.isEmpty && failed.failures.count == 1)
        let round = try await scene.round()
        #expect(round.deposits.count == 1 && round.failures.isEmpty)
        let records = try await scene.records()
        #expect(try records.count == 1 && scene.names("deposited") == ["\(records[0])"])
    }

    @Test func killedAfterTheLedgerHasItAndBeforeTheSpoolForgetsItIsOneRecordToo() async throws {
        struct Killed: Error {}
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        try scene.tray.prepare()
        let key = try #require(try scene.tray.claim("100.hea"))
        // Once before the recording is moved on, and once after.
        for isMoved in [false, true] {
            await #expect(throws: ClientError.self) {
                try await scene.hospital.asDepositor { errands in
                    let files = isMoved ? nil : try scene.tray.recording(key)
                    let settle: @Sendable (Depositor.Deposit) throws -> Void = { deposit in
                        if isMoved { try scene.tray.settle(deposit) }
                        throw Killed()
                    }
                    if let files {
                        _ = try await errands.depositor.deposit(
                            files, kind: .restingECG, in: scene.folder, key: key, settle: settle)
                    } else {
                        _ = try await errands.depositor.resume(key, settle: settle)
                    }
                }
            }
        }
        let round = try await scene.round()
        #expect(round.deposits.count == 1 && round.failures.isEmpty)
        let records = try await scene.records()
        #expect(try records.count == 1 && scene.names("deposited") == ["\(records[0])"])
        #expect(try await scene.round().deposits.isEmpty)
    }

    @Test func aClaimThatWasInterruptedIsGivenBack() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        try scene.tray.prepare()
        let claim = scene.tray.path + "/.depositing/" + String(repeating: "ab", count: 16)
        try FileManager.default.createDirectory(atPath: claim, withIntermediateDirectories: false)
        try FileManager.default.moveItem(atPath: scene.tray.path + "/100.dat", toPath: claim + "/100.dat")
        let round = try await scene.round()
        #expect(round.deposits.count == 1 && round.failures.isEmpty)
    }

    @Test func whatTheLedgerRefusesForGoodIsSetAsideWithTheReason() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        scene.stage.connecting.loseSubmission(of: "RecordDeposited")
        #expect(try await scene.round().failures.count == 1)
        let key = try #require(try scene.tray.claimed().first)
        // Erased while the recording waits: sealed before, submitted after.
        let folder = scene.folder
        _ = try await scene.patient.asPatient(folder) { try await $0.erase(folder, asking: scene.stage.asking) }
        let round = try await scene.round()
        #expect(round.deposits.isEmpty && round.failures.count == 1)
        #expect(try Set(scene.names("refused/\(key)")).isSuperset(of: ["100.dat", "100.hea", "reason.txt"]))
        let reason = FileManager.default.contents(atPath: scene.tray.path + "/refused/\(key)/reason.txt")
        #expect(reason.map { String(decoding: $0, as: UTF8.self) }?.contains("folderErased") == true)
        #expect(try scene.tray.claimed().isEmpty)
        #expect(try await scene.round().failures.isEmpty)
    }

    @Test func whatCannotBeSealedYetStaysClaimed() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        let folder = scene.folder
        _ = try await scene.patient.asPatient(folder) { try await $0.erase(folder, asking: scene.stage.asking) }
        for _ in 1...2 {
            let round = try await scene.round()
            #expect(round.deposits.isEmpty)
            #expect(round.failures.map(\.reason).first?.hasPrefix("\(folder) is retired or erased") == true)
            #expect(try scene.tray.claimed().count == 1)
        }
    }

    @Test func whatIsStillArrivingStaysWhereItIs() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        let data = scene.tray.path + "/100.dat"
        let whole = try #require(FileManager.default.contents(atPath: data))
        try whole.prefix(100).write(to: URL(fileURLWithPath: data))
        let round = try await scene.round()
        #expect(round.deposits.isEmpty && round.failures.map(\.what) == [scene.tray.path + "/100.hea"])
        #expect(try scene.names(".").contains("100.hea"))
        try whole.write(to: URL(fileURLWithPath: data))
        #expect(try await scene.round().deposits.count == 1)
    }

    @Test func whatChangedAMomentAgoHasNotCome() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        #expect(try scene.tray.arrived(quietSeconds: 3600) == [])
        #expect(try scene.tray.arrived(quietSeconds: 3600, now: Date(timeIntervalSinceNow: 7200)) == ["100.hea"])
    }

    @Test func foldersThatNameNoPatientsFolderAreLeftAlone() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.inbox + "/somebody")
        let round = try await scene.round()
        #expect(round.ignored == [scene.inbox + "/somebody"] && round.deposits.isEmpty)
    }

    @Test func aFlatInboxIsOneFoldersTray() async throws {
        let scene = try await Scene()
        let flat = scene.stage.temporary.path("flat")
        try scene.stage.recording(in: flat)
        let watch = DepositWatch(inbox: flat, folder: scene.folder, quietSeconds: 0)
        let round = try await scene.hospital.asDepositor { try await watch.round($0) }
        #expect(round.deposits.count == 1)
    }

    @Test func roundsGoOnUntilThePauseIsCancelled() async throws {
        let scene = try await Scene()
        try scene.stage.recording(in: scene.tray.path)
        let watch = DepositWatch(inbox: scene.inbox, folder: nil, quietSeconds: 0)
        var (rounds, deposits) = (0, 0)
        try await scene.hospital.asDepositor { errands in
            await watch.run(errands) {
                if rounds == 3 { throw CancellationError() }
            } report: { result in
                rounds += 1
                deposits += (try? result.get().deposits.count) ?? 0
            }
        }
        #expect(rounds == 3 && deposits == 1)
    }

    @Test func oneFileIsDepositedAndResumeFinishesWhatWaits() async throws {
        let scene = try await Scene()
        let header = try scene.stage.recording(in: scene.stage.temporary.path("one"))
        scene.stage.connecting.loseAnswer(to: "RecordDeposited")
        let folder = scene.folder
        do {
            _ = try await scene.hospital.asDepositor { try await $0.deposit(header, kind: nil, in: folder) }
            Issue.record("an answer that was lost was no failure")
        } catch { #expect(PeopleFailure(error).next?.contains("resume") == true) }
        let resumed = try await scene.hospital.asDepositor { try await $0.resume() }
        #expect(resumed.deposits.count == 1 && !resumed.isUnfinished)
        #expect(try await scene.hospital.asDepositor { try await $0.resume() }.lines == ["Nothing waits."])
        #expect(try await scene.records().count == 1)
    }
}
