internal import DurableFiles
internal import LedgerReplica
package import ParasolClient
internal import ParasolHTTP
package import ServiceProtocols

/// The way over HTTP: each service of a network by its address, every request signed by the caller.
package struct HTTPConnecting: ServiceConnecting {
    let clock: any Clock

    package init(clock: any Clock = SystemClock()) { self.clock = clock }

    package func connect(
        to network: Network, as caller: TransactionSigner?
    ) async throws(ClientError) -> ServiceConnection {
        let roots: [UInt8]
        let signer = caller.map { RequestSigner($0, clock: clock) }
        var connections: [ServerConnection] = []
        func connection(_ url: ServiceURL) throws -> ServerConnection {
            let connection = try ServerConnection(url: url.text, trustRootsPEM: roots, signer: signer)
            connections.append(connection)
            return connection
        }
        do {
            roots = try TrustRoots.pem(of: network)
            let ledger = RemoteLedger(try connection(network.ledger), origin: network.trust.originName)
            let directory = ServiceDirectory(
                keyServices: try network.keyServices.map {
                    RemoteKeyService(try connection($0.url), identity: $0.identity)
                },
                proxies: try network.proxies.map { RemoteProxy(try connection($0.url), identity: $0.identity) },
                vault: RemoteVault(try connection(network.vault)))
            return ServiceConnection(ledger: ledger, services: directory, directory: ledger, trails: ledger) {
                [connections] in
                for connection in connections { await connection.shutdown() }
            }
        } catch {
            for connection in connections { await connection.shutdown() }
            throw .connection("\(error)")
        }
    }
}

/// The certificates that a network's servers must come from.
enum TrustRoots {
    private static let system = "/etc/ssl/certs/ca-certificates.crt"

    /// - Throws: ``NodeError/noTrustRoots`` where the network names none and this machine has none.
    static func pem(of network: Network) throws -> [UInt8] {
        if let authorities = network.certificateAuthorities { return Array(authorities.utf8) }
        do throws(FileError) { return try FileSystem().readAll(system, atMost: 4 << 20) } catch {
            // A distribution may have it as a link.
            guard case .notAFile = error, let linked = try? FileSystem().readAll("/etc/ssl/cert.pem", atMost: 4 << 20)
            else { throw NodeError.noTrustRoots }
            return linked
        }
    }
}
