import EmbeddedNode
import LedgerNode
import LedgerReplica
import LogStorage
import PrometheusMetrics
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import NodeHost

struct NodeMetricsTests {
    @Test func metricsAreCollectedOnAnAddressOfTheLoopback() {
        #expect(NodeMetrics.Place("127.0.0.1:9464")?.port == 9_464)
        #expect(NodeMetrics.Place("[::1]:0")?.host == "::1")
        for text in ["", "9464", "127.0.0.1", "0.0.0.0:9464", "localhost:9464", "127.0.0.1:65536", "example.org:1"] {
            #expect(NodeMetrics.Place(text) == nil, "\(text)")
        }
    }

    @Test func aPlaceThatIsNotOfTheLoopbackIsNamedAsAMistake() throws {
        var settings = NodeSettings(flags: [.metricsListen: ["0.0.0.0:9464"]], environment: [:], file: nil)
        #expect(settings.metricsPlace() == nil)
        #expect(settings.mistakes.map(\.name) == ["metrics.listen"])
    }

    /// The value of a line of the exposition.
    private func value(_ line: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix(line + " ") }.flatMap { Double($0.split(separator: " ")[1]) }
    }

    @Test func rolesSayWhereTheyStandAndNameNobody() async throws {
        let temporary = try TemporaryFolder()
        let clock = ManualClock()
        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: clock)
        let roles: [HostedRole] = [
            .ledger(
                node.ledger, origin: node.trust.originName,
                tiles: LogFolder(temporary.path("ledger/ledger-tiles")),
                trails: try TrailIndex(
                    path: temporary.path("ledger/ledger-trails.sqlite"), ledger: node.ledger, clock: ManualClock()),
                readers: .enrolled),
            .vault(node.vault), .witness(node.witnesses[0], named: "witness-1"),
        ]
        let registry = NodeMetrics.registry()
        let collector = FigureCollector(roles, factory: registry)
        _ = try? await node.witnesses[0].addCheckpoint(old: 0, consistencyProof: [], checkpoint: [])
        clock.advance(milliseconds: 5_000)
        await collector.collect()
        await collector.collect()
        let text = registry.exposition
        let size = Double(await node.ledger.finalSize)
        #expect(size > 0)
        #expect(value("parasol_ledger_final_leaves{role=\"ledger\"}", in: text) == size)
        #expect(value("parasol_ledger_committed_leaves{role=\"ledger\"}", in: text) == size)
        #expect(value("parasol_ledger_queued_submissions{role=\"ledger\"}", in: text) == 0)
        // To the second.
        let age = try #require(value("parasol_ledger_cosignature_age_seconds{role=\"ledger\"}", in: text))
        #expect((5...6).contains(age))
        // Collected twice, counted once.
        let commits = Double(await node.ledger.batchesCommitted)
        #expect(value("parasol_ledger_commits_total{role=\"ledger\"}", in: text) == commits)
        let refusals = "parasol_witness_refusals_total{reason=\"malformed\",role=\"witness-1\"}"
        #expect(value(refusals, in: text) == 1)
        #expect(value("parasol_vault_stored_bytes{role=\"vault\"}", in: text) == 0)
        #expect(value("parasol_role_ready{role=\"vault\"}", in: text) == 1)
        #expect(!text.contains(node.trust.originName))
        #expect(!text.contains("\(node.keyServiceID)"))
        await node.close()
    }

    @Test func aProcessKnowsItself() throws {
        let figures = ProcessFigures.now()
        let values = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, $0.value) })
        #if os(Linux)
            #expect(try #require(values[.residentMemory]) > 1_000_000)
            #expect(try #require(values[.openFiles]) >= 3)
            #expect(try #require(values[.processorSeconds]) >= 0)
            // After 2020, and before the year 2100.
            #expect((1_577_836_800...4_102_444_800).contains(try #require(values[.startTime])))
        #endif
    }
}
