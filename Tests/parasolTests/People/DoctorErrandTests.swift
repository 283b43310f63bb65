import Electrocardiogram
import EmbeddedNode
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// What a doctor's commands refuse, and what they go on with.
@Suite struct DoctorErrandTests {
    private func failure(_ body: () async throws -> Void) async -> PeopleFailure? {
        do {
            try await body()
            return nil
        } catch { return PeopleFailure(error) }
    }

    @Test func whoIsNotEnrolledIsToldWhatToDo() async throws {
        let stage = try await PeopleStage()
        let doctor = try await stage.person(.doctor, "doctor", enrolled: false)
        let identity = IdentityID(try await doctor.signer().id)
        let failed = await failure { _ = try await doctor.asDoctor { try await $0.consents() } }
        #expect(failed?.message == "identity \(identity) is not enrolled on the ledger")
        #expect(failed?.next?.contains("doctor.request") == true && failed?.next?.contains("org enroll") == true)
    }

    @Test func whoIsRetiredIsTold() async throws {
        let stage = try await PeopleStage()
        let doctor = try await stage.person(.doctor, "doctor")
        let identity = IdentityID(try await doctor.signer().id)
        try await stage.node.members[0].retire(identity)
        let failed = await failure { _ = try await doctor.asDoctor { try await $0.consents() } }
        #expect(failed?.message == "identity \(identity) is retired: it signs nothing any more")
        #expect(stage.connecting.openCount == 0)
    }

    @Test func aFetchThatWasInterruptedGoesOnAndCountsOnce() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted(opens: 1)
        let whole = stage.node.directory
        stage.connecting.replace(
            ServiceDirectory(
                keyServices: [], proxies: stage.node.proxyIDs.map { UnreachableProxy(identity: $0) }, vault: whole.vault
            ))
        let place = RecordOutput(folder: stage.temporary.path("out"), force: false)
        let failed = await failure {
            _ = try await scene.doctor.asDoctor { try await $0.fetch(try .of(scene.record), under: nil, to: place) }
        }
        #expect(failed?.message.hasPrefix("0 of 2 proxies answered") == true)
        #expect(failed?.next?.contains("stays good") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder) == [])
        let waiting = try await scene.doctor.asDoctor { try await $0.requests() }
        #expect(waiting.requests.map(\.record) == ["\(scene.record)"])
        stage.connecting.replace(whole)
        let fetched = try await scene.doctor.asDoctor {
            try await $0.fetch(try .of(scene.record), under: nil, to: place)
        }
        #expect(fetched.isEarlierRequest && fetched.request == waiting.requests[0].request)
        #expect(try await stage.state { $0.consent(scene.consent)?.usedOpens } == 1)
        #expect(try await scene.doctor.asDoctor { try await $0.requests() }.requests.isEmpty)
    }

    @Test func aFetchIntoAFolderWithSomethingInItCountsNothing() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let taken = RecordOutput(folder: stage.temporary.path("recordings"), force: false)
        let failed = await failure {
            _ = try await scene.doctor.asDoctor { try await $0.fetch(try .of(scene.record), under: nil, to: taken) }
        }
        #expect(failed?.next == "name another place, or add --force")
        #expect(try await stage.state { $0.consent(scene.consent)?.usedOpens } == 0)
    }

    @Test func aStretchIsWrittenAndNothingElse() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let stretch = try #require(RecordingStretch(from: 0.2, to: 0.7))
        let place = RecordOutput(folder: stage.temporary.path("out"), force: false, stretch: stretch)
        let fetched = try await scene.doctor.asDoctor {
            try await $0.fetch(try .of(scene.record), under: try .of(scene.consent), to: place)
        }
        let (part, whole) = (
            try DepositErrands.files(of: fetched.header).recording,
            try DepositErrands.files(of: scene.recording).recording
        )
        let frames = stretch.frames(ofCount: whole.frameCount, samplingRate: whole.samplingRate)
        #expect(part.annotations == whole.excerpt(frames: frames).annotations)
        #expect(part.frameCount == frames.count && frames.count < whole.frameCount)
        #expect(part.leads[0].samples.elementsEqual(whole.leads[0].samples[frames]))
    }

    @Test func aRecordThatIsNotGrantedIsUnknown() async throws {
        let stage = try await PeopleStage()
        let scene = try await stage.granted()
        let other = try await stage.person(.doctor, "other")
        let place = RecordOutput(folder: stage.temporary.path("out"), force: false)
        let failed = await failure {
            _ = try await other.asDoctor { try await $0.fetch(try .of(scene.record), under: nil, to: place) }
        }
        #expect(failed?.message == "no record that you are granted is \"\("\(scene.record)".prefix(8))\"")
        let byConsent = await failure {
            _ = try await other.asDoctor {
                try await $0.fetch(try .of(scene.record), under: try .of(scene.consent), to: place)
            }
        }
        #expect(byConsent?.message == "no consent to you is \"\("\(scene.consent)".prefix(8))\"")
        #expect(try await other.asDoctor { try await $0.consents() }.lines == ["Nobody has granted you anything."])
    }
}
