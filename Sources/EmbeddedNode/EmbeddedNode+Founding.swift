import Crypto
import DurableFiles
import KeyService
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import Persistence
import ProxyService
import RecordVault
package import ServiceProtocols
import SharingContracts
import TransparencyLog
import Umbral

extension EmbeddedNode {
    /// The log's name: it never leaves this machine.
    package static let origin = "parasol.localhost/embedded"

    /// Founds a ledger with three witnesses, of which two must cosign, and enrols a key service and the proxies.
    package static func found(_ configuration: Configuration, clock: any Clock) async throws -> EmbeddedNode {
        let files = FileSystem()
        func path(_ role: String, _ file: String) throws -> String {
            try files.makeFolder(configuration.folder + "/" + role)
            return configuration.folder + "/" + role + "/" + file
        }
        let (ledger, trust) = try await openLedger(clock: clock, path: path)
        let members = try await foundMembers(configuration.proxyCount, ledger, trust, clock)
        let keyring = try MasterKeyring(current: .random(id: 1))

        var generator = SystemRandomNumberGenerator()
        let keyServiceID = IdentityID.random(using: &generator)
        let keyServiceKey = P256.Signing.PrivateKey()
        let keyServiceDatabase = try path("key-service", "key-service.sqlite")
        let keyService = try KeyService(
            identity: keyServiceID, signingKey: keyServiceKey, keyring: keyring, databasePath: keyServiceDatabase,
            ledger: ledger, trust: trust, clock: clock)
        try await enroll(keyServiceID, .keyService, keyServiceKey, nil, members[0], trust)

        var proxies: [ProxyService] = []
        var seats: [ProxySeat] = []
        for number in 0..<configuration.proxyCount {
            let seat = ProxySeat(
                identity: .random(using: &generator), signingKey: P256.Signing.PrivateKey(), openingKey: try .random(),
                keyring: try MasterKeyring(current: .random(id: 1)),
                database: try path("proxy-\(number + 1)", "proxy.sqlite"))
            seats.append(seat)
            proxies.append(
                try seat.open(
                    ledger: ledger, trust: trust, clock: clock, reencryption: configuration.reencryption(number)))
            try await enroll(
                seat.identity, .proxy, seat.signingKey, seat.openingKey.sealingKey, members[number], trust)
        }
        let vault = try await RecordVault.open(
            configuration.folder + "/vault", limits: VaultLimits(quotaBytes: 64 << 30), clock: clock)
        return EmbeddedNode(
            ledger: ledger, trust: trust, clock: clock, keyServiceID: keyServiceID,
            keyServiceSigner: TransactionSigner(
                id: keyServiceID.signer, key: keyServiceKey, origin: trust.originName), proxies: proxies,
            vault: vault, members: members,
            directory: ServiceDirectory(keyServices: [keyService], proxies: proxies, vault: vault), keyring: keyring,
            keyServiceKey: keyServiceKey, keyServiceDatabase: keyServiceDatabase, proxySeats: seats)
    }

    private static func openLedger(
        clock: any Clock, path: (String, String) throws -> String
    ) async throws -> (LedgerNode, TrustAnchor) {
        let logSigner = try NoteSigner(
            name: try KeyName(origin), algorithm: .ed25519, seed: .random(count: 32))
        let witnessSigners = try (1...3).map {
            try NoteSigner(
                name: try KeyName("witness-\($0).parasol.localhost"), algorithm: .cosignatureV1,
                seed: .random(count: 32))
        }
        var policy = "log \(logSigner.verifierKey.vkey)\n"
        for (index, signer) in witnessSigners.enumerated() {
            policy += "witness w\(index + 1) \(signer.verifierKey.vkey)\n"
        }
        policy += "group witnesses 2 w1 w2 w3\nquorum witnesses\n"
        let ledger = try await LedgerNode.open(
            path: try path("ledger", "ledger.sqlite"),
            configuration: try LedgerConfiguration(signer: logSigner, policyText: policy), clock: clock)
        var endpoints: [WitnessEndpoint] = []
        for (index, signer) in witnessSigners.enumerated() {
            let witness = try await WitnessNode.open(
                path: try path("witness-\(index + 1)", "witness.sqlite"), signer: signer, log: logSigner.verifierKey,
                source: ledger, clock: clock)
            endpoints.append(WitnessEndpoint(key: signer.verifierKey, witness: witness))
        }
        try await ledger.connect(endpoints)
        return (ledger, try TrustAnchor(origin: origin, policyText: policy))
    }

    /// The founding, signed by every member.
    private static func foundMembers(
        _ count: Int, _ ledger: LedgerNode, _ trust: TrustAnchor, _ clock: any Clock
    ) async throws -> [MemberAgent] {
        var generator = SystemRandomNumberGenerator()
        let session = LedgerSession(ledger: ledger, trust: trust, heads: NoHeadStore(), clock: clock)
        let signers = (0..<count).map { _ in
            TransactionSigner(
                id: MemberID.random(using: &generator).signer, key: P256.Signing.PrivateKey(), origin: trust.originName)
        }
        let members = signers.enumerated().map {
            Member(
                id: MemberID($0.element.id), name: "Organisation \($0.offset + 1)", signingKey: $0.element.signingKey)
        }
        let transaction = try SharingContracts.Transaction.random(
            .ledgerFounded(
                LedgerFounded(origin: trust.originName, members: members, witnessPolicy: trust.policyText)))
        _ = try await session.submit(
            try SignedTransaction(transaction, signatures: try signers.map { try $0.signature(on: transaction) }))
        return signers.map { MemberAgent(id: MemberID($0.id), signer: $0, session: session) }
    }

    private static func enroll(
        _ identity: IdentityID, _ role: Role, _ key: P256.Signing.PrivateKey, _ sealingKey: SealingKey?,
        _ member: MemberAgent, _ trust: TrustAnchor
    ) async throws {
        let signer = TransactionSigner(id: identity.signer, key: key, origin: trust.originName)
        try await member.enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: member.id, role: role, signingKey: signer.signingKey,
                    sealingKey: sealingKey), signer: signer))
    }
}
