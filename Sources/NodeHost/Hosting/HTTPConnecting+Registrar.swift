package import ParasolClient
internal import ParasolHTTP
package import ServiceProtocols
package import SharingContracts

extension HTTPConnecting: RegistrarConnecting {
    package func registrar(
        at url: ServiceURL, of member: MemberID, in network: Network, as caller: TransactionSigner?
    ) async throws(ClientError) -> RegistrarConnection {
        do {
            let connection = try ServerConnection(
                url: url.text, trustRootsPEM: try TrustRoots.pem(of: network),
                signer: caller.map { RequestSigner($0, clock: clock) })
            return RegistrarConnection(RemoteRegistrar(connection, member: member)) { await connection.shutdown() }
        } catch { throw .connection("\(error)") }
    }
}
