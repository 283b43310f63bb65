import Crypto
import DurableFiles
import EmbeddedNode
import HTTPTypes
import LedgerReplica
import Logging
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import NodeHost

/// A node's server between other nodes: whom it takes certificates of, and how it stops.
@Suite struct NodeServerTests {
    private let temporary: TemporaryFolder
    private let authority: DevelopmentAuthority

    init() throws {
        temporary = try TemporaryFolder()
        authority = try DevelopmentAuthority(folder: temporary.path("tls"))
    }

    private func certificate(_ name: String, of authority: DevelopmentAuthority) throws -> ServerCertificate {
        try authority.certificate(name)
    }

    /// Serves while `body` runs with the port, and returns when it has stopped.
    private func serving<Value: Sendable>(
        _ roles: [HostedRole], clients: ClientAuthorities? = nil,
        directory: any IdentityDirectory = StateDirectory { _ in nil }, stopping: NodeServer.Stopping = .init(),
        _ body: (Int) async throws -> Value
    ) async throws -> Value {
        try await ServedRoles(
            authority: authority, roles: roles, clients: clients, directory: directory, stopping: stopping
        )
        .whileServing(body)
    }

    private func connection(
        _ path: String, _ port: Int, as signer: RequestSigner? = nil, showing identity: ServerCertificate? = nil
    ) throws -> ServerConnection {
        try ServerConnection(
            url: "https://127.0.0.1:\(port)\(path)", trustRootsPEM: Array(try authority.rootPEM.utf8), signer: signer,
            identity: identity)
    }

    @Test func aWitnessAnswersNodesOfItsAuthorityAlone() async throws {
        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: ManualClock())
        let nodes = try DevelopmentAuthority(folder: temporary.path("nodes"))
        let others = try DevelopmentAuthority(folder: temporary.path("others"))
        let clients = try ClientAuthorities(pem: Array(try nodes.rootPEM.utf8), areForEverybody: false)
        let shown: [ServerCertificate?] = [
            nil, try certificate("ledger", of: others), try certificate("ledger", of: nodes),
        ]
        let refusals = try await serving([.witness(node.witnesses[0])], clients: clients) { port in
            var refusals: [WitnessRefusal?] = []
            for identity in shown {
                let connection = try connection("/witness", port, showing: identity)
                do throws(WitnessRefusal) {
                    _ = try await RemoteWitness(connection, prefix: "").addCheckpoint(
                        old: 0, consistencyProof: [], checkpoint: Array("nothing\n".utf8))
                    refusals.append(nil)
                } catch { refusals.append(error) }
                await connection.shutdown()
            }
            return refusals
        }
        guard case .unavailable(let without)? = refusals[0], case .unavailable(let other)? = refusals[1],
            case .malformed? = refusals[2]
        else {
            Issue.record("\(refusals)")
            return
        }
        #expect(without.contains("request.no-certificate"))
        #expect(other.contains("does not know the authority of this node's certificate"))
    }

    /// Looks up signers when it is told to.
    private struct CutOff: IdentityDirectory {
        let gate: Gate
        func signer(_ id: SignerID) async throws -> EnrolledSigner? {
            await gate.pass()
            return nil
        }
    }

    @Test func whatWaitsForAnotherNodeDoesNotKeepItFromStopping() async throws {
        let gate = Gate(isOpen: false)
        var generator = SystemRandomNumberGenerator()
        let signer = TransactionSigner(
            id: .random(using: &generator), key: P256.Signing.PrivateKey(), origin: "ledger.parasol.test")
        let request = try await serving(
            [], directory: CutOff(gate: gate), stopping: .init(patience: .zero) { gate.open() }
        ) { port in
            let connection = try connection("", port, as: RequestSigner(signer, clock: SystemClock()))
            let request = Task {
                defer { Task { await connection.shutdown() } }
                return try await connection.call(.get("/livez", atMost: 100, alsoExpects: [401])).status
            }
            await until { gate.waitingCount == 1 }
            return request
        }
        // It has stopped; what the request came to is of no matter.
        _ = await request.result
        #expect(gate.waitingCount == 0)
    }
}
