import LedgerNode
import ParasolClient
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import EmbeddedNode

struct ReopenedNodeTests {
    @Test func aNodeThatIsOpenedAgainIsTheSameAndItsRecordsOpen() async throws {
        let stage = try await Stage()
        let record = try await stage.deposit()
        let consent = try await stage.grant()
        await stage.node.close()

        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: stage.temporary.path("."), proxyCount: 3), clock: stage.clock)
        #expect(node.trust == stage.node.trust)
        #expect(node.keyServiceID == stage.node.keyServiceID)
        #expect(node.proxyIDs == stage.node.proxyIDs)
        #expect(node.members.map(\.id) == stage.node.members.map(\.id))
        let opening = try await Stage.doctor(stage.grantedKeys, node, node.directory).open(record, under: consent)
        #expect(opening.files.files == stage.files.files)
        // Nothing was founded or enrolled a second time.
        let entries = try await node.ledger.read { $0.identities.count }
        #expect(entries == 4 + 3)
        await node.close()
    }

    @Test func anInterruptedFoundingIsFinished() async throws {
        let temporary = try TemporaryFolder()
        let clock = ManualClock()
        // Keys of one member and one witness are there, and nothing else.
        try RoleFolder(.registrar, at: temporary.path("member-1")).create()
        try RoleFolder(.witness, at: temporary.path("witness-1")).create(
            named: try KeyName("witness-1.parasol.localhost"))
        let configuration = EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 2)
        let node = try await EmbeddedNode.open(configuration, clock: clock)
        #expect(try await node.ledger.read { $0.identities.count } == 3)
        await node.close()
        // Founded, and nobody enrolled: as where the process ended in between.
        let again = try await EmbeddedNode.open(configuration, clock: clock)
        #expect(try await again.ledger.read { $0.identities.count } == 3)
        await again.close()
    }

    @Test func anotherNumberOfProxiesIsRefused() async throws {
        let temporary = try TemporaryFolder()
        let clock = ManualClock()
        let folder = temporary.path(".")
        try await EmbeddedNode.open(EmbeddedNode.Configuration(folder: folder, proxyCount: 2), clock: clock).close()
        for count in [1, 3] {
            await #expect(throws: WrongProxyCount(folder: folder, asked: count)) {
                try await EmbeddedNode.open(
                    EmbeddedNode.Configuration(folder: folder, proxyCount: count), clock: clock)
            }
        }
    }
}
