import Crypto
import DurableFiles
import KeyService
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ProxyService
import RecordVault
package import ServiceProtocols
import SharingContracts
import TransparencyLog
import Umbral

extension EmbeddedNode {
    /// The log's name: it never leaves this machine.
    package static let origin = "parasol.localhost/embedded"

    /// Opens the node that a folder holds. What it lacks is made: in a new folder everything, after an interrupted founding the
    /// rest.
    ///
    /// A new one has a ledger with three witnesses, of which two must cosign, one member organisation for each proxy, and an
    /// enrolled key service and proxies.
    package static func open(_ configuration: Configuration, clock: any Clock) async throws -> EmbeddedNode {
        let folders = try EmbeddedFolders(configuration.folder, proxyCount: configuration.proxyCount)
        let (ledger, witnesses, trust) = try await openLedger(folders, clock: clock)
        let members = try await openMembers(folders, configuration.contracts, ledger, trust, clock)

        let folder = folders.keyService
        let (keyServiceID, keyServiceKey) = (IdentityID(try folder.signerID()), try folder.identityKey())
        let (keyring, database) = (try folder.masterKeyring(), folder.file("key-service.sqlite"))
        let keyServiceSigner = TransactionSigner(id: keyServiceID.signer, key: keyServiceKey, origin: trust.originName)
        let keyService = try KeyService(
            identity: keyServiceID, signingKey: keyServiceKey, keyring: keyring, databasePath: database, ledger: ledger,
            trust: trust, clock: clock)
        try await enroll(keyServiceSigner, .keyService, by: members[0], ledger)

        var proxies: [ProxyService] = []
        var seats: [ProxySeat] = []
        for (number, folder) in folders.proxies.enumerated() {
            let seat = ProxySeat(
                identity: IdentityID(try folder.signerID()), signingKey: try folder.identityKey(),
                openingKey: try folder.openingKey(), keyring: try folder.masterKeyring(),
                database: folder.file("proxy.sqlite"))
            seats.append(seat)
            proxies.append(
                try seat.open(
                    ledger: ledger, trust: trust, clock: clock, reencryption: configuration.reencryption(number)))
            let signer = TransactionSigner(id: seat.identity.signer, key: seat.signingKey, origin: trust.originName)
            try await enroll(signer, .proxy, sealingKey: seat.openingKey.sealingKey, by: members[number], ledger)
        }
        let vault = try await RecordVault.open(
            folders.vault.path, limits: VaultLimits(quotaBytes: configuration.vaultQuotaBytes), clock: clock)
        return EmbeddedNode(
            ledger: ledger, witnesses: witnesses, trust: trust, clock: clock, keyService: keyService,
            keyServiceSigner: keyServiceSigner, proxies: proxies, vault: vault, members: members,
            directory: ServiceDirectory(keyServices: [keyService], proxies: proxies, vault: vault), keyring: keyring,
            keyServiceKey: keyServiceKey, keyServiceDatabase: database, proxySeats: seats)
    }

    private static func openLedger(
        _ folders: EmbeddedFolders, clock: any Clock
    ) async throws -> (LedgerNode, [WitnessNode], TrustAnchor) {
        let logSigner = try folders.ledger.noteSigner()
        let signers = try folders.witnesses.map { try $0.noteSigner() }
        var policy = "log \(logSigner.verifierKey.vkey)\n"
        for (index, signer) in signers.enumerated() {
            policy += "witness w\(index + 1) \(signer.verifierKey.vkey)\n"
        }
        policy += "group witnesses 2 w1 w2 w3\nquorum witnesses\n"
        let ledger = try await LedgerNode.open(
            path: folders.ledger.file("ledger.sqlite"),
            configuration: try LedgerConfiguration(signer: logSigner, policyText: policy), clock: clock)
        var witnesses: [WitnessNode] = []
        for (folder, signer) in zip(folders.witnesses, signers) {
            witnesses.append(
                try await WitnessNode.open(
                    path: folder.file("witness.sqlite"), signer: signer, log: logSigner.verifierKey, source: ledger,
                    clock: clock))
        }
        try await ledger.connect(witnesses.map { WitnessEndpoint(key: $0.verifierKey, witness: $0) })
        return (ledger, witnesses, try TrustAnchor(origin: "\(logSigner.verifierKey.name)", policyText: policy))
    }

    /// The members, after the founding, which every one of them signs.
    private static func openMembers(
        _ folders: EmbeddedFolders, _ contracts: [ContractVersion], _ ledger: LedgerNode, _ trust: TrustAnchor,
        _ clock: any Clock
    ) async throws -> [MemberAgent] {
        let session = LedgerSession(ledger: ledger, trust: trust, heads: NoHeadStore(), clock: clock)
        let signers = try folders.members.map { try $0.transactionSigner(origin: trust.originName) }
        if await ledger.committedSize == 0 {
            let members = signers.enumerated().map {
                Member(
                    id: MemberID($0.element.id), name: "Organisation \($0.offset + 1)",
                    signingKey: $0.element.signingKey)
            }
            let transaction = try SharingContracts.Transaction.random(
                .ledgerFounded(
                    LedgerFounded(
                        origin: trust.originName, members: members, witnessPolicy: trust.policyText,
                        contracts: contracts)))
            _ = try await session.submit(
                try SignedTransaction(transaction, signatures: try signers.map { try $0.signature(on: transaction) }))
        }
        return signers.map { MemberAgent(id: MemberID($0.id), signer: $0, session: session) }
    }

    /// Enrolls a role's identity where it is not enrolled.
    private static func enroll(
        _ signer: TransactionSigner, _ role: Role, sealingKey: SealingKey? = nil, by member: MemberAgent,
        _ ledger: LedgerNode
    ) async throws {
        let identity = IdentityID(signer.id)
        guard try await ledger.read({ $0.identity(identity) }) == nil else { return }
        try await member.enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: member.id, role: role, signingKey: signer.signingKey,
                    sealingKey: sealingKey), signer: signer))
    }
}
