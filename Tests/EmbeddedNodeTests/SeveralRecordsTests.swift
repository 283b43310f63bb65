import Electrocardiogram
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

/// One request for several records: one receipt, one answer a proxy, and each record opens or not by itself.
@Suite struct SeveralRecordsTests {
    /// A stage with three records that a doctor is granted, through a vault that can be made to spoil each.
    private struct Scene {
        let stage: Stage
        let vault: CountingVault
        let doctor: Doctor
        let records: [RecordID]
        let consent: ConsentID

        init(
            opens: UInt32 = 10, contracts: [ContractVersion] = ContractVersion.newest,
            reencryption: @escaping @Sendable (Int) -> ProxyService.Reencryption = { _ in ProxyService.honest }
        ) async throws {
            stage = try await Stage(contracts: contracts, reencryption: reencryption)
            vault = CountingVault(stage.node.vault)
            let services = ServiceDirectory(
                keyServices: Array(stage.node.directory.keyServices.values), proxies: stage.node.proxies, vault: vault)
            doctor = Stage.doctor(stage.grantedKeys, stage.node, services)
            var records: [RecordID] = []
            for _ in 0..<3 { records.append(try await stage.deposit()) }
            self.records = records.sorted()
            consent = try await stage.grant(opens: opens)
        }

        var usedOpens: UInt32? {
            get async throws {
                let consent = consent
                return try await stage.node.session().read { (state) throws(ClientError) in
                    state.consent(consent)?.usedOpens
                }
            }
        }

        func spoil(_ record: RecordID, at offset: UInt64) async throws {
            vault.change(at: offset, of: try #require(try await vault.find(record)).address)
        }

        func lastByte(of record: RecordID) async throws -> UInt64 {
            try #require(try await vault.find(record)).size - 1
        }

        func capsules() async throws -> [[UInt8]] {
            var capsules: [[UInt8]] = []
            for record in records { capsules.append(try await stage.capsule(of: record)) }
            return capsules
        }
    }

    private func opened(_ outcomes: [Doctor.Outcome]) -> [RecordID: Doctor.Opening] {
        var opened: [RecordID: Doctor.Opening] = [:]
        for outcome in outcomes { opened[outcome.record] = try? outcome.result.get() }
        return opened
    }

    private func unexpected(_ error: (any Error)?) { Issue.record("\(error.map { "\($0)" } ?? "no error")") }

    // MARK: Opening

    @Test func severalRecordsOpenThroughOneRequest() async throws {
        let scene = try await Scene()
        let batch = try await scene.doctor.openNext(of: scene.records.reversed(), under: scene.consent)
        let request = try #require(batch.request)
        #expect(request.records == scene.records)
        let opened = opened(batch.outcomes)
        #expect(Set(opened.keys) == Set(scene.records))
        #expect(opened.values.allSatisfy { $0.files == scene.stage.files && $0.liars.isEmpty })
        #expect(try await scene.usedOpens == 3)
        let records = scene.records
        let (logged, requests) = try await scene.stage.node.session().read { (state) throws(ClientError) in
            (state.request(request.id), records.map { state.requests(for: $0) })
        }
        #expect(logged?.opened != nil && requests == Array(repeating: [request.id], count: 3))
        #expect(try #require(logged).transforms.count >= 2)
        #expect(try await scene.doctor.unfinishedRequests().isEmpty)
    }

    @Test func aRequestThatWasInterruptedOpensWhole() async throws {
        let scene = try await Scene()
        let asked = try await scene.doctor.request(scene.records, under: scene.consent)
        let unfinished = try await scene.doctor.unfinishedRequests()
        #expect(unfinished.map(\.id) == [asked.id] && unfinished.map(\.records) == [scene.records])
        #expect(opened(try await scene.doctor.openEach(unfinished[0])).count == 3)
        #expect(try await scene.usedOpens == 3)
        #expect(try await scene.doctor.unfinishedRequests().isEmpty)
    }

    @Test func noMoreIsAskedForThanOpensAreLeft() async throws {
        let scene = try await Scene(opens: 2)
        let batch = try await scene.doctor.openNext(of: scene.records, under: scene.consent)
        #expect(batch.outcomes.map(\.record) == Array(scene.records.prefix(2)))
        await #expect(throws: ClientError.self) {
            do throws(ClientError) {
                _ = try await scene.doctor.openNext(of: [scene.records[2]], under: scene.consent)
            } catch {
                guard case .ledger(.refused(let violation)) = error else { return }
                #expect(violation.code == .consentUsedUp)
                throw error
            }
        }
    }

    @Test func underOlderRulesEachRecordHasItsOwnRequest() async throws {
        let older = ContractVersion.newest.dropLast() + [ContractVersion(contract: "consent", version: 3)]
        let scene = try await Scene(contracts: Array(older))
        var missing = scene.records
        while !missing.isEmpty {
            let batch = try await scene.doctor.openNext(of: missing, under: scene.consent)
            #expect(opened(batch.outcomes).keys.first == missing[0] && batch.outcomes.count == 1)
            missing.removeFirst()
        }
        #expect(try await scene.usedOpens == 3)
    }

    // MARK: Liars and vaults

    @Test func oneWrongFragmentCostsItsRecordsShareAndConvictsWithThatPartAlone() async throws {
        let target = Mutex<Capsule?>(nil)
        let answers = Mutex<[[UInt8]]>([])
        let scene = try await Scene(reencryption: { number in
            { fragment, capsule in
                let isLie = number == 0 && target.withLock { $0 == capsule }
                let part = isLie ? try Stage.lie(fragment, capsule) : try fragment.reencrypt(capsule).simple
                if number == 0, !isLie { answers.withLock { $0.append(part) } }
                return part
            }
        })
        let wrong = scene.records[1]
        let capsule = try Capsule(simple: try await scene.stage.capsule(of: wrong))
        target.withLock { $0 = capsule }
        let liar = scene.stage.node.proxyIDs[0]
        let asked = try await scene.doctor.request(scene.records, under: scene.consent)
        // The liar first, then as many as are missing.
        let opened = opened(try await scene.doctor.openEach(asked, asking: scene.stage.node.proxyIDs))
        #expect(opened.count == 3)
        #expect(opened[wrong]?.liars.map(\.proxy) == [liar] && opened[wrong]?.used.contains(liar) == false)
        for record in scene.records where record != wrong {
            #expect(opened[record]?.liars.isEmpty == true && opened[record]?.used.contains(liar) == true)
        }

        let evidence = try #require(opened[wrong]?.liars.first)
        #expect(evidence.part?.record == wrong)
        try await scene.doctor.dispute(evidence)
        let convictions = try await scene.stage.node.session().read { (state) throws(ClientError) in
            state.convictions(of: liar)
        }
        #expect(convictions == [asked.id])
        // Fragments that are right are nobody's to combine: none of them is on the ledger.
        let ledger = try await scene.stage.ledgerBytes()
        let right = answers.withLock { $0 }
        #expect(right.count == 2)
        for part in right { #expect(ledger.firstRange(of: part.prefix(33)) == nil) }
    }

    @Test func aRecordThatTheVaultSpoilsFailsAlone() async throws {
        let scene = try await Scene()
        // One in its capsule, which is seen before anything is asked; one in its last segment, which is seen afterwards.
        try await scene.spoil(scene.records[0], at: 100)
        try await scene.spoil(scene.records[1], at: try await scene.lastByte(of: scene.records[1]))
        let batch = try await scene.doctor.openNext(of: scene.records, under: scene.consent)
        #expect(batch.outcomes.count == 3)
        #expect(Set(opened(batch.outcomes).keys) == [scene.records[2]])
        #expect(batch.request?.records == Array(scene.records.dropFirst()))
        #expect(try await scene.usedOpens == 2)
    }

    @Test func anEarlierRequestWaitsForARecordThatTheVaultSpoilt() async throws {
        let scene = try await Scene()
        let asked = try await scene.doctor.request(scene.records, under: scene.consent)
        try await scene.spoil(scene.records[0], at: 100)
        let outcomes = try await scene.doctor.openEach(asked)
        #expect(outcomes.map(\.record) == scene.records && opened(outcomes).isEmpty)
        #expect(try await scene.doctor.unfinishedRequests().map(\.id) == [asked.id])
    }

    // MARK: Proxies and key services

    @Test func aProxyAnswersForAllOfARequestsRecordsOrForNone() async throws {
        let scene = try await Scene()
        let asked = try await scene.doctor.request(scene.records, under: scene.consent)
        let proxy = scene.stage.node.proxies[0]
        let capsules = try await scene.capsules()
        for wrong in [Array(capsules.dropLast()), capsules + [capsules[0]], []] {
            let error = await #expect(throws: ProxyError.self) {
                try await proxy.transform(request: asked.receipt, capsules: wrong)
            }
            guard case .malformed = error else { return unexpected(error) }
        }
        let swapped = [capsules[1], capsules[0], capsules[2]]
        let error = await #expect(throws: ProxyError.self) {
            try await proxy.transform(request: asked.receipt, capsules: swapped)
        }
        guard case .wrongCapsule(scene.records[0]) = error else { return unexpected(error) }
        let answer = try await proxy.transform(request: asked.receipt, capsules: capsules)
        #expect(answer.sealedAnswer.count == 32 + 3 * 359 + 16)
        #expect(try await proxy.transform(request: asked.receipt, capsules: capsules) == answer)
    }

    @Test func aKeyServiceAnswersTheOwnerForSeveralRecords() async throws {
        let scene = try await Scene()
        let service = try scene.stage.node.directory.keyService(scene.stage.node.keyServiceID)
        let owners = try await scene.stage.ownersRequest(scene.records)
        let capsules = try await scene.capsules()
        let error = await #expect(throws: KeyServiceError.self) {
            try await service.decapsulate(request: owners, capsules: Array(capsules.reversed()))
        }
        guard case .notPermitted = error else { return unexpected(error) }
        let answer = try await service.decapsulate(request: owners, capsules: capsules)
        #expect(answer.sealedAnswer.count == 32 + 3 * 97 + 16)
    }
}
