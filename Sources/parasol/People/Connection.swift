import ParasolClient
import ServiceProtocols

/// The one place that says how this program reaches the services of a network.
enum Connection {
    /// What every command for people connects with.
    static func standard() -> any ServiceConnecting { NoConnection() }
}

/// Stands where the HTTP transport is to be plugged in.
struct NoConnection: ServiceConnecting {
    func connect(
        to network: Network, as caller: TransactionSigner?
    ) async throws(ClientError) -> ServiceConnection {
        throw .connection(
            "this program has none yet; until it has, `parasol demo` does all of this in one process")
    }
}
