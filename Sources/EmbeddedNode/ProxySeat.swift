import Crypto
import LedgerReplica
import Persistence
import ProxyService
import ServiceProtocols
import SharingContracts
import Umbral

/// What makes a proxy this proxy, whatever process it runs in: its identity, its keys, its database.
struct ProxySeat: Sendable {
    let identity: IdentityID
    let signingKey: P256.Signing.PrivateKey
    let openingKey: OpeningKey
    let keyring: MasterKeyring
    let database: String

    /// Opens the proxy; another that has the same database open must be closed first.
    func open(
        ledger: any Ledger, trust: TrustAnchor, clock: any Clock,
        reencryption: @escaping ProxyService.Reencryption = ProxyService.honest
    ) throws -> ProxyService {
        try ProxyService(
            identity: identity, signingKey: signingKey, openingKey: openingKey, keyring: keyring,
            databasePath: database, ledger: ledger, trust: trust, clock: clock, reencryption: reencryption)
    }
}
