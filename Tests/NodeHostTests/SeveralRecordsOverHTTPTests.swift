import Ciphers
import Crypto
import DurableFiles
import Electrocardiogram
import EmbeddedNode
import LedgerReplica
import Logging
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import Umbral

@testable import NodeHost

/// Several records asked for and opened at once, through services over TLS, one of which lies about one of them.
extension AllInOneTests {
    /// A node whose first proxy answers for the second capsule that it is given with a fragment of the first, and rightly otherwise.
    private func lyingNode() async throws -> AllInOne {
        let seen = Mutex<[Capsule]>([])
        return try await AllInOne.open(
            EmbeddedNode.Configuration(
                folder: temporary.path("."), proxyCount: 3,
                reencryption: { number in
                    { fragment, capsule in
                        guard number == 0 else { return try fragment.reencrypt(capsule).simple }
                        let earlier = seen.withLock { seen in
                            seen.append(capsule)
                            return seen.count == 2 ? seen[0] : capsule
                        }
                        return try fragment.reencrypt(earlier).simple
                    }
                }), clock: SystemClock(), logger: Logger(label: "test"))
    }

    @Test func severalRecordsOpenOverTheWireAndTheLiarIsOnRecord() async throws {
        let node = try await lyingNode()
        try await serving(node) { network in
            let (doctorSigner, receiving) = try await reader(.doctor, node)
            let (hospital, _) = try await reader(.depositor, node)
            let files = try Self.recording()
            let profile = try ProfileStore.create(
                Profile(kind: .patient, displayName: "patient"), at: temporary.path("patient.profile"),
                passphrase: try Passphrase(.random(count: 16)),
                cost: try ScryptCost(exponent: 1, blockSize: 1, parallelism: 1))
            // What leads up to it needs no wire.
            let owner = Patient(profile: profile, session: node.node.session(), services: node.node.directory)
            let folder = try await owner.openFolder(named: "heart", at: node.node.keyServiceID)
            let spool = temporary.path("spool")
            try FileSystem().makeFolder(spool)
            let depositor = Depositor(
                identity: IdentityID(hospital.id), signer: hospital, session: node.node.session(),
                services: node.node.directory, spool: DepositSpool(folder: spool))
            var records: [RecordID] = []
            for _ in 0..<4 { records.append(try await depositor.deposit(files, kind: .restingECG, in: folder).record) }
            let now = SystemClock().now()
            let consent = try await owner.grant(
                GrantTerms(
                    folder: folder, grantee: IdentityID(doctorSigner.id), scope: .wholeFolder, purpose: .treatment,
                    notBefore: now, notAfter: now.adding(milliseconds: 3_600_000), maximumOpens: 4, threshold: 2,
                    proxies: node.node.proxyIDs.sorted())
            ).consent

            let connection = try await HTTPConnecting().connect(to: network, as: doctorSigner)
            let session = LedgerSession(
                ledger: connection.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock())
            let doctor = Doctor(
                identity: IdentityID(doctorSigner.id), signer: doctorSigner, receivingKey: receiving, session: session,
                services: connection.services)
            let request = try await doctor.request(records, under: consent)
            // The liar first, then as many as are missing.
            let outcomes = try await doctor.openEach(request, asking: node.node.proxyIDs)
            let openings = try outcomes.map { try $0.result.get() }
            #expect(outcomes.map(\.record) == records.sorted())
            #expect(openings.allSatisfy { $0.files == files })
            let liars = openings.flatMap(\.liars)
            #expect(liars.map(\.proxy) == [node.node.proxyIDs[0]])
            try await doctor.dispute(try #require(liars.first))
            await connection.close()
            let (used, convictions) = try await node.node.session().read { (state) throws(ClientError) in
                (state.consent(consent)?.usedOpens, state.convictions(of: liars[0].proxy))
            }
            #expect(used == 4 && convictions == [request.id])
        }
    }

    private static func recording() throws -> WFDBFiles {
        let recording = try ECGRecording.synthesized(named: "heart", frameCount: 500)
        return try WFDBFiles(headerFile: "heart.hea", available: try WFDBWriter.files(of: recording))
    }

    private func reader(_ role: Role, _ node: AllInOne) async throws -> (TransactionSigner, SecretKey) {
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let signer = TransactionSigner(
            id: identity.signer, key: P256.Signing.PrivateKey(), origin: node.node.trust.originName)
        let receiving = SecretKey.random()
        try await node.node.members[0].enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: node.node.members[0].id, role: role, signingKey: signer.signingKey,
                    receivingKey: role == .doctor ? receiving.publicKey : nil), signer: signer))
        return (signer, receiving)
    }
}
