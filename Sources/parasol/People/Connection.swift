import NodeHost
import ParasolClient

/// The one place that says how this program reaches the services of a network.
enum Connection {
    /// What every command for people connects with.
    static func standard() -> any ServiceConnecting { HTTPConnecting() }

    /// What commands that go to an organisation's registrar connect with.
    static func registrars() -> any RegistrarConnecting { HTTPConnecting() }
}
