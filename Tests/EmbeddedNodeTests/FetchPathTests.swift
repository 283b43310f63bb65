import Electrocardiogram
import Foundation
import Octets
import ParasolClient
import ProxyService
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import Umbral

@testable import EmbeddedNode

/// Opening takes the first answers that suffice, and of the vault what it needs.
@Suite struct FetchPathTests {
    /// A stage whose doctor reaches each proxy through a gate of its own, and a vault that counts.
    private struct Scene {
        let stage: Stage
        let proxies: [GatedProxy]
        let vault: CountingVault
        let doctor: Doctor
        let record: RecordID
        let request: Doctor.Request

        init(
            proxies count: Int = 4, files: WFDBFiles? = nil,
            reencryption: @escaping @Sendable (Int) -> ProxyService.Reencryption = { _ in ProxyService.honest }
        ) async throws {
            stage = try await Stage(proxies: count, reencryption: reencryption)
            proxies = stage.node.proxies.map { GatedProxy($0) }
            vault = CountingVault(stage.node.vault)
            let services = ServiceDirectory(
                keyServices: Array(stage.node.directory.keyServices.values), proxies: proxies, vault: vault)
            doctor = Stage.doctor(stage.grantedKeys, stage.node, services)
            record = try await stage.hospital.deposit(files ?? stage.files, kind: .restingECG, in: stage.folder).record
            let consent = try await stage.grant(threshold: 2)
            request = try await doctor.request(record, under: consent)
        }

        /// What the vault stores, past the one that counts.
        func bytes(of stored: StoredRecord) async throws -> [UInt8] {
            let vault: any RecordStoring = stage.node.vault
            return try await vault.read(stored.address, offset: 0, count: Int(stored.size))
        }

        func identities(_ indices: Int...) -> Set<IdentityID> { Set(indices.map { proxies[$0].identity }) }
    }

    // MARK: Proxies

    @Test func allProxiesAreAskedAtOnceAndTheFirstTwoOpen() async throws {
        let scene = try await Scene()
        for proxy in scene.proxies { proxy.gate.close() }
        async let opening = scene.doctor.open(scene.request)
        await until { scene.proxies.allSatisfy { $0.gate.waitingCount == 1 } }
        scene.proxies[1].gate.open()
        scene.proxies[3].gate.open()
        let opened = try await opening
        #expect(opened.files == scene.stage.files)
        #expect(Set(opened.used) == scene.identities(1, 3))
        #expect(opened.liars.isEmpty && opened.refusals.isEmpty)
        // The others have never answered, and nobody waits for them.
        #expect(scene.proxies[0].gate.waitingCount == 1 && scene.proxies[2].gate.waitingCount == 1)
        for proxy in scene.proxies { proxy.gate.open() }
    }

    @Test func deadProxiesCostNothingButTheirShare() async throws {
        let scene = try await Scene()
        scene.proxies[0].isDead = true
        scene.proxies[2].isDead = true
        let opened = try await scene.doctor.open(scene.request)
        #expect(opened.files == scene.stage.files)
        #expect(Set(opened.used) == scene.identities(1, 3))
    }

    @Test func aLiarThatIsFirstIsNamedAndTheNextAnswerOpens() async throws {
        let lie: ProxyService.Reencryption = { try Stage.lie($0, $1) }
        let scene = try await Scene(reencryption: { $0 == 0 ? lie : ProxyService.honest })
        scene.proxies[2].gate.close()
        scene.proxies[3].gate.close()
        async let opening = scene.doctor.open(scene.request)
        await until {
            scene.proxies[0].answered && scene.proxies[1].answered && scene.proxies[2].gate.waitingCount == 1
        }
        scene.proxies[2].gate.open()
        let opened = try await opening
        #expect(opened.files == scene.stage.files)
        #expect(opened.liars.map(\.proxy) == [scene.proxies[0].identity])
        #expect(Set(opened.used) == scene.identities(1, 2))
        scene.proxies[3].gate.open()
    }

    @Test func whereTooFewAnswerEachSaysWhyNot() async throws {
        let scene = try await Scene()
        for proxy in scene.proxies.dropFirst() { proxy.isDead = true }
        do {
            _ = try await scene.doctor.open(scene.request)
            Issue.record("one fragment opened a record")
        } catch {
            guard case .tooFewProxies(answered: 1, threshold: 2, let refusals) = error else { throw error }
            #expect(Set(refusals.map(\.proxy)) == scene.identities(1, 2, 3))
        }
    }

    @Test func theRecordIsFetchedWhileProxiesTransform() async throws {
        let scene = try await Scene(files: try Self.long.get())
        for proxy in scene.proxies { proxy.gate.close() }
        async let opening = scene.doctor.open(scene.request)
        let stored = try #require(try await scene.vault.find(scene.record))
        await until { scene.vault.bytesRead == stored.size }
        #expect(scene.proxies.allSatisfy { !$0.answered })
        for proxy in scene.proxies { proxy.gate.open() }
        _ = try await opening
    }

    @Test func aProxyTransformsForSeveralRequestsAtOnce() async throws {
        let meeting = Meeting(of: 2)
        let stage = try await Stage(reencryption: { _ in
            { fragment, capsule in
                meeting.arrive()
                return try fragment.reencrypt(capsule).simple
            }
        })
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        let capsule = try await stage.capsule(of: record)
        let requests = [
            try await stage.granted.request(record, under: consent),
            try await stage.granted.request(record, under: consent),
        ]
        let proxy = stage.node.proxies[0]
        try await withThrowingDiscardingTaskGroup { group in
            for request in requests {
                group.addTask { _ = try await proxy.transform(request: request.receipt, capsule: capsule) }
            }
        }
        #expect(meeting.tookPlace)
    }

    // MARK: Ranges

    /// Ten minutes of three leads at 250 Hz, 900,000 bytes of samples: made once, for that takes seconds.
    private static let long = Result {
        var options = SynthesisOptions()
        options.leads = [.leadI, .leadII, .v1]
        options.samplingRate = 250
        let recording = try ECGRecording.synthesized(named: "holter", frameCount: 600 * 250, options)
        return try WFDBFiles(headerFile: "holter.hea", available: try WFDBWriter.files(of: recording))
    }

    @Test(arguments: [0..<2_500, 75_000..<77_500, 147_500..<150_000])
    func aStretchFetchesItsSegmentsOnly(_ frames: Range<Int>) async throws {
        let files = try Self.long.get()
        let scene = try await Scene(files: files)
        let opened = try await scene.doctor.openStretch(scene.request) { count, rate in
            #expect(count == 150_000 && rate == 250)
            return frames
        }
        let expected = files.recording.excerpt(frames: frames)
        #expect(opened.content.leads.map(\.samples) == expected.leads.map(\.samples))
        #expect(opened.content.annotations == expected.annotations)
        #expect(opened.content.startDate == expected.startDate)
        // The beginning, at most two segments of samples, and at most two of annotations.
        let stored = try #require(try await scene.vault.find(scene.record))
        #expect(stored.size > 900_000)
        #expect(scene.vault.bytesRead <= 66_795 + 4 * 65_552)
        #expect(try await scene.doctor.unfinishedRequests().isEmpty)
    }

    @Test func aChangedSegmentOfTheStretchIsRefusedAndOthersAreNot() async throws {
        let scene = try await Scene(files: try Self.long.get())
        // A byte of the seventh segment.
        scene.vault.change(at: 66_795 + 6 * 65_552 + 100)
        await #expect(throws: ClientError.self) {
            try await scene.doctor.openStretch(scene.request) { _, _ in 70_000..<80_000 }
        }
        _ = try await scene.doctor.openStretch(scene.request) { _, _ in 0..<1_000 }
    }

    // MARK: Resuming

    @Test func anInterruptedDownloadGoesOnWhereItStopped() async throws {
        let files = try Self.long.get()
        let scene = try await Scene(files: files)
        let stored = try #require(try await scene.vault.find(scene.record))
        let folder = try Stage.folder("downloads", in: scene.stage.temporary)
        let kept = KeptDownload(folder: folder, minimumBytes: 0)
        let part = "\(folder)/\(stored.address).part"
        // As an interruption leaves it: the first 500,000 bytes.
        let whole = try await scene.bytes(of: stored)
        try Data(whole.prefix(500_000)).write(to: URL(fileURLWithPath: part))
        let opened = try await scene.doctor.open(scene.request, keeping: kept)
        #expect(opened.files == files)
        #expect(scene.vault.bytesRead == 132_347 + stored.size - 500_000)
        #expect(!FileManager.default.fileExists(atPath: part))
    }

    @Test func aFailedDownloadKeepsWhatCame() async throws {
        let scene = try await Scene(files: try Self.long.get())
        let stored = try #require(try await scene.vault.find(scene.record))
        let folder = try Stage.folder("downloads", in: scene.stage.temporary)
        for proxy in scene.proxies { proxy.isDead = true }
        let kept = KeptDownload(folder: folder, minimumBytes: 0)
        await #expect(throws: ClientError.self) { try await scene.doctor.open(scene.request, keeping: kept) }
        for proxy in scene.proxies { proxy.isDead = false }
        let before = scene.vault.bytesRead
        _ = try await scene.doctor.open(scene.request, keeping: kept)
        #expect(scene.vault.bytesRead - before <= stored.size)
    }

    @Test func keptBytesThatAreNotTheRecordsAreForgotten() async throws {
        let files = try Self.long.get()
        let scene = try await Scene(files: files)
        let stored = try #require(try await scene.vault.find(scene.record))
        let folder = try Stage.folder("downloads", in: scene.stage.temporary)
        let kept = KeptDownload(folder: folder, minimumBytes: 0)
        let part = "\(folder)/\(stored.address).part"
        var whole = try await scene.bytes(of: stored)
        whole[400_000] ^= 1
        try Data(whole.prefix(500_000)).write(to: URL(fileURLWithPath: part))
        await #expect(throws: ClientError.self) { try await scene.doctor.open(scene.request, keeping: kept) }
        #expect(!FileManager.default.fileExists(atPath: part))
        #expect(try await scene.doctor.open(scene.request, keeping: kept).files == files)
    }
}
