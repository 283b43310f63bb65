import ArgumentParser
import Electrocardiogram
import EmbeddedNode
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// `parasol doctor fetch` of several records.
@Suite struct FetchSeveralTests {
    /// A granted doctor and three records, each of another recording.
    private struct Scene {
        let stage: PeopleStage
        let granted: PeopleStage.Granted
        /// By record, where its recording is.
        let headers: [String: String]

        init(opens: UInt32 = 9) async throws {
            stage = try await PeopleStage()
            granted = try await stage.granted(opens: opens)
            let hospital = try await stage.open("hospital", .depositor)
            var headers = ["\(granted.record)": granted.recording]
            for seed in [2, 3] as [UInt64] {
                let recording = try stage.recording(in: stage.temporary.path("recordings-\(seed)"), seed: seed)
                let folder = granted.folder
                let deposit = try await hospital.asDepositor { try await $0.deposit(recording, kind: nil, in: folder) }
                headers[deposit.deposits[0].record] = recording
            }
            self.headers = headers
        }

        var out: String { stage.temporary.path("out") }

        func fetch(_ wanted: [ShortIdentifier] = [], force: Bool = false) async throws -> SeveralRecordsReport {
            let out = out
            return try await granted.doctor.asDoctor {
                try await $0.fetchSeveral(wanted, under: nil, into: out, force: force)
            }
        }

        var usedOpens: UInt32? {
            get async throws {
                let consent = granted.consent
                return try await stage.state { $0.consent(consent)?.usedOpens }
            }
        }

        func isWhole(_ row: SeveralRecordsReport.Row) throws -> Bool {
            let header = try #require(row.header)
            let deposited = try #require(headers[row.record])
            #expect(header == "\(out)/\(row.record)/100.hea")
            return try DepositErrands.files(of: header) == DepositErrands.files(of: deposited)
        }
    }

    @Test func aPatientExportsAFolderThroughOneRequest() async throws {
        let scene = try await Scene()
        let folder = scene.granted.folder
        func export() async throws -> SeveralRecordsReport {
            let out = scene.out
            return try await scene.granted.patient.asPatient(folder) { try await $0.exportAll(of: folder, into: out) }
        }
        let report = try await export()
        #expect(report.records.count == 3 && !report.isUnfinished)
        #expect(Set(report.records.compactMap(\.request)).count == 1)
        for row in report.records {
            #expect(row.outcome == .opened && row.consent == nil)
            #expect(try scene.isWhole(row))
        }
        let request = try TransactionID(hexadecimal: try #require(report.records[0].request))
        let seen = try await scene.stage.state { state in
            state.request(request).map { ($0.records.count, $0.opened != nil, $0.exported != nil) }
        }
        #expect(try #require(seen) == (3, true, true))
        // One that is not there any more is opened again, and nothing else is.
        let lost = try #require(report.records.last)
        try FileManager.default.removeItem(atPath: try #require(lost.header))
        let again = try await export()
        #expect(again.records.count { $0.outcome == .present } == 2)
        #expect(again.records.filter { $0.outcome == .opened }.map(\.record) == [lost.record])
        #expect(again.records.allSatisfy { (try? scene.isWhole($0)) == true })
    }

    @Test func allRecordsComeThroughOneRequestEachIntoItsFolder() async throws {
        let scene = try await Scene()
        let report = try await scene.fetch()
        #expect(Set(report.records.map(\.record)) == Set(scene.headers.keys))
        for row in report.records {
            #expect(row.outcome == .opened && row.leads.map { $0 > 0 } == true)
            #expect(try scene.isWhole(row))
        }
        #expect(Set(report.records.map(\.request)).count == 1)
        #expect(!report.isUnfinished)
        #expect(try await scene.usedOpens == 3)

        let again = try await scene.fetch()
        #expect(again.records.allSatisfy { $0.outcome == .present && $0.header != nil })
        #expect(try await scene.usedOpens == 3)
        let folder = scene.granted.folder
        let looked = try await scene.granted.patient.asPatient(folder) { try await $0.whoLooked(at: folder) }
        #expect(Set(looked.accesses.map(\.record)) == Set(scene.headers.keys) && looked.accesses.count == 3)
        #expect(looked.accesses.allSatisfy { $0.exported != nil })
    }

    @Test func anInterruptedRequestIsGoneOnWithAndCountsOnce() async throws {
        let scene = try await Scene(opens: 3)
        let whole = scene.stage.node.directory
        scene.stage.connecting.replace(
            ServiceDirectory(
                keyServices: [], proxies: scene.stage.node.proxyIDs.map { UnreachableProxy(identity: $0) },
                vault: whole.vault))
        let failed = try await scene.fetch()
        #expect(failed.records.count == 3 && failed.isUnfinished)
        #expect(failed.records.allSatisfy { $0.outcome == .failed && $0.failure?.hasPrefix("0 of 2 proxies") == true })
        let waiting = try await scene.granted.doctor.asDoctor { try await $0.requests() }.requests
        #expect(waiting.count == 1 && waiting[0].records.count == 3 && waiting[0].record == nil)

        scene.stage.connecting.replace(whole)
        // Two of them named: the request is gone on with as a whole.
        let two = try scene.headers.keys.sorted().prefix(2).map { try ShortIdentifier.of(RecordID(hexadecimal: $0)) }
        let report = try await scene.fetch(two)
        #expect(report.records.count == 3)
        #expect(report.records.allSatisfy { $0.outcome == .opened && $0.isEarlierRequest == true })
        #expect(report.records.allSatisfy { $0.request == waiting[0].request })
        #expect(try await scene.usedOpens == 3)
    }

    @Test func whatTheConsentHasNoOpenForIsNamedAndTheOthersAreThere() async throws {
        let scene = try await Scene(opens: 2)
        let report = try await scene.fetch()
        let failed = report.records.filter { $0.outcome == .failed }
        #expect(report.records.count { $0.outcome == .opened } == 2 && failed.count == 1)
        #expect(failed[0].failure?.contains("usedUp") == true)
        #expect(report.isUnfinished && report.lines.contains { $0.contains("1 not") })
        let json = try PeopleOutput.json(report)
        #expect(json.contains("\"outcome\"") && json.contains("\"failed\"") && json.contains("\"failure\""))
    }

    @Test func nothingGrantedIsNothingToFetch() async throws {
        let stage = try await PeopleStage()
        let doctor = try await stage.person(.doctor, "doctor")
        let out = stage.temporary.path("out")
        let report = try await doctor.asDoctor { try await $0.fetchSeveral([], under: nil, into: out) }
        #expect(report.records.isEmpty && !report.isUnfinished)
    }

    @Test(arguments: [
        ["-o", "x"], ["51c2e9", "--all", "-o", "x"], ["51c2e9", "77aa00", "--from", "1", "-o", "x"],
        ["--all", "--to", "1", "-o", "x"],
    ])
    func wrongUsageIsRefused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try DoctorFetch.parse(arguments) }
    }

    @Test func severalRecordsAreArguments() throws {
        #expect(try DoctorFetch.parse(["51c2e9", "77aa00", "-o", "x"]).records.count == 2)
        #expect(try DoctorFetch.parse(["--all", "-o", "x"]).all)
    }
}
