import EmbeddedNode
import LedgerReplica
import Logging
import NodeHost
import ParasolClient
import ParasolHTTP
import ServiceProtocols
import SharingContracts

/// The demonstration's services, on a port of this machine, and the ways to them: everybody who takes part comes over TLS, with
/// requests signed by a key of their own.
struct DemoServer: Sendable {
    /// The operators' side: what lies on their disks.
    let node: EmbeddedNode
    let network: Network
    private let folder: String
    private let serving: Task<Void, any Error>

    /// Founds all roles in a folder and serves them.
    init(_ configuration: EmbeddedNode.Configuration) async throws {
        let all = try await AllInOne.open(
            configuration, clock: SystemClock(), logger: Logger(label: "parasol.demo"))
        let (networks, feed) = AsyncStream.makeStream(of: Network.self)
        let serving = Task {
            defer { feed.finish() }
            // Everybody in the story comes from one address, and a fast machine tells it in seconds.
            let rate = RateLimit(burst: 100_000, perSecond: 100_000)
            try await all.serve(port: 0, perAddress: rate, perSigner: rate, heedingSignals: false) { feed.yield($0) }
        }
        var listening = networks.makeAsyncIterator()
        guard let network = await listening.next() else {
            try await serving.value
            throw DemoReporter.Broken(description: "the node stopped before it listened")
        }
        node = all.node
        folder = configuration.folder
        self.network = network
        self.serving = serving
    }

    /// Lets requests under way finish and closes every role.
    func stop() async {
        serving.cancel()
        _ = await serving.result
    }

    /// The services, as somebody who signs with this key reaches them; nil for whom the ledger does not know.
    func way(as signer: TransactionSigner?) async throws -> DemoWay {
        let connection = try await HTTPConnecting().connect(to: network, as: signer)
        return DemoWay(
            session: LedgerSession(
                ledger: connection.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock()),
            services: connection.services)
    }

    /// A member organisation, by its number.
    func member(_ number: Int) async throws -> MemberAgent {
        let signer = try RoleFolder(.registrar, at: "\(folder)/member-\(number)")
            .transactionSigner(origin: network.trust.originName)
        return MemberAgent(id: MemberID(signer.id), signer: signer, session: try await way(as: signer).session)
    }
}

/// The services as one person reaches them.
struct DemoWay: Sendable {
    let session: LedgerSession
    let services: ServiceDirectory
}
