import Crypto
package import KeyService
package import LedgerNode
package import LedgerReplica
package import Octets
package import ParasolClient
import Persistence
package import ProxyService
package import RecordVault
package import ServiceProtocols
package import SharingContracts

/// Every role in one process: each its own actor, with its own keys and its own SQLite file.
///
/// The same code with the same keys runs as separate processes on separate machines; nothing here goes past the service
/// protocols.
package struct EmbeddedNode: Sendable {
    package let ledger: LedgerNode
    package let witnesses: [WitnessNode]
    package let trust: TrustAnchor
    package let clock: any Clock
    package let keyService: KeyService
    /// The key service's own signing key: what an operator gone bad would have. For attacks that must fail.
    package let keyServiceSigner: TransactionSigner
    package let proxies: [ProxyService]
    package let vault: RecordVault
    /// One organisation for each proxy.
    package let members: [MemberAgent]
    package let directory: ServiceDirectory
    let keyring: MasterKeyring
    let keyServiceKey: P256.Signing.PrivateKey
    let keyServiceDatabase: String
    /// In the order of the proxies' numbers.
    let proxySeats: [ProxySeat]

    package var keyServiceID: IdentityID { keyService.identity }

    /// How a node is opened.
    package struct Configuration: Sendable {
        /// Where the roles' folders go; must exist.
        package let folder: String
        /// Each of another organisation.
        package let proxyCount: Int
        package let vaultQuotaBytes: UInt64
        /// What each proxy makes fragments with, by its number.
        package let reencryption: @Sendable (Int) -> ProxyService.Reencryption
        /// The versions that the ledger is founded with.
        package let contracts: [ContractVersion]

        package init(
            folder: String, proxyCount: Int, vaultQuotaBytes: UInt64 = 64 << 30,
            contracts: [ContractVersion] = ContractVersion.newest,
            reencryption: @escaping @Sendable (Int) -> ProxyService.Reencryption = { _ in ProxyService.honest }
        ) {
            self.folder = folder
            self.proxyCount = proxyCount
            self.vaultQuotaBytes = vaultQuotaBytes
            self.reencryption = reencryption
            self.contracts = contracts
        }
    }

    /// The proxies in the order of their numbers.
    package var proxyIDs: [IdentityID] { proxies.map(\.identity) }

    /// Closes every role, the ledger first so that nothing waits for it.
    package func close() async {
        await ledger.close()
        for witness in witnesses { await witness.close() }
        await keyService.close()
        for proxy in proxies { await proxy.close() }
        await vault.close()
    }

    /// A client's session with this node's ledger.
    package func session(heads: any ReplicaHeadStore = NoHeadStore()) -> LedgerSession {
        LedgerSession(ledger: ledger, trust: trust, heads: heads, clock: clock)
    }

    /// Every share that is in a copy of the key service's database, opened with its master key: what an operator gone bad
    /// would have. For attacks that must fail.
    package func keyServiceSharesAtRest() async throws -> [SecretOctets] {
        let column = try SealedColumn(table: "shares", column: "sealed_share", rowKey: "folder_id")
        let sealing = AtRestSealing(keyring: keyring)
        let rows = try await copiedShares()
        return try rows.map { try sealing.open($0.sealed, in: column, row: .blob($0.folder)) }
    }
}
