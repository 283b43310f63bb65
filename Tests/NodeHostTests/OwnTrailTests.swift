import Ciphers
import Crypto
import DurableFiles
import Electrocardiogram
import EmbeddedNode
import Foundation
import HTTPTypes
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import Umbral

@testable import NodeHost

/// A ledger whose operator lets everybody read only their own: what it takes to share a record works over the wire, and nobody sees
/// another's leaf.
extension AllInOneTests {
    private struct Person {
        let signer: TransactionSigner
        var identity: IdentityID { IdentityID(signer.id) }
    }

    private func person(
        _ role: Role, _ node: AllInOne, receiving: SecretKey = .random()
    ) async throws -> Person {
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let signer = TransactionSigner(
            id: identity.signer, key: P256.Signing.PrivateKey(), origin: node.node.trust.originName)
        try await node.node.members[0].enroll(
            EnrollmentRequest(
                IdentityEnrolled(
                    identity: identity, member: node.node.members[0].id, role: role, signingKey: signer.signingKey,
                    receivingKey: role == .doctor ? receiving.publicKey : nil), signer: signer))
        return Person(signer: signer)
    }

    private func connected<Value>(
        _ network: Network, as signer: TransactionSigner?,
        _ body: (LedgerSession, ServiceConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await HTTPConnecting().connect(to: network, as: signer)
        let session = LedgerSession(
            ledger: connection.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock(),
            directory: connection.directory,
            reading: signer.flatMap { signer in connection.trails.map { TrailReading(of: signer.id, in: $0) } })
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(session, connection)) } catch { outcome = .failure(error) }
        await connection.close()
        return try outcome.get()
    }

    private func kinds(_ network: Network, of id: SignerID, as signer: TransactionSigner) async throws -> [String] {
        try await connected(network, as: signer) { session, connection in
            try await session.trail(of: id, in: try #require(connection.trails)).leaves.map(\.line.kind)
        }
    }

    /// Status and content of an answer, as bytes.
    private func answer(
        _ network: Network, _ target: String, as signer: TransactionSigner
    ) async throws -> (status: Int, body: [UInt8]) {
        let connection = try ServerConnection(
            url: network.ledger.text, trustRootsPEM: Array((network.certificateAuthorities ?? "").utf8),
            signer: RequestSigner(signer, clock: SystemClock()))
        let outcome: Result<CallAnswer, any Error>
        do {
            outcome = .success(
                try await connection.call(
                    .get(target, atMost: 1 << 20, alsoExpects: Set(400...499))))
        } catch { outcome = .failure(error) }
        await connection.shutdown()
        let answer = try outcome.get()
        return (answer.status, answer.body)
    }

    @Test func everybodyReadsTheirOwnTrailAndNobodyElses() async throws {
        let node = try await node(proxies: 2)
        try await serving(node, readers: .ownTrail) { network in
            let receiving = SecretKey.random()
            let doctor = try await person(.doctor, node, receiving: receiving)
            let other = try await person(.doctor, node)
            let hospital = try await person(.depositor, node)
            let profile = try ProfileStore.create(
                Profile(kind: .patient, displayName: "patient"), at: temporary.path("patient.profile"),
                passphrase: try Passphrase(.random(count: 16)),
                cost: try ScryptCost(exponent: 1, blockSize: 1, parallelism: 1))
            let folder = try await connected(network, as: nil) { session, connection in
                try await Patient(profile: profile, session: session, services: connection.services)
                    .openFolder(named: "heart", at: try #require(network.keyServices.first).identity)
            }
            let keys = try #require(await profile.profile.folder(folder)?.keys)
            let patient = TransactionSigner(
                id: folder.signer, key: try ProfileKeys.signingKey(keys.signingKey), origin: network.trust.originName)
            let spool = temporary.path("spool")
            try FileSystem().makeFolder(spool)
            let recording = try ECGRecording.synthesized(named: "heart", frameCount: 500)
            let files = try WFDBFiles(headerFile: "heart.hea", available: try WFDBWriter.files(of: recording))
            let deposit = try await connected(network, as: hospital.signer) { session, connection in
                try await Depositor(
                    identity: hospital.identity, signer: hospital.signer, session: session,
                    services: connection.services, spool: DepositSpool(folder: spool)
                ).deposit(files, kind: .restingECG, in: folder)
            }
            let now = SystemClock().now()
            let grant = try await connected(network, as: patient) { session, connection in
                try await Patient(profile: profile, session: session, services: connection.services, folder: folder)
                    .grant(
                        GrantTerms(
                            folder: folder, grantee: doctor.identity, scope: .wholeFolder, purpose: .treatment,
                            notBefore: now, notAfter: Timestamp(microseconds: now.microseconds + 3_600_000_000),
                            maximumOpens: 3, threshold: 2, proxies: network.proxies.map(\.identity)))
            }
            #expect(grant.undelivered.isEmpty)

            let life = ["FolderOpened", "RecordDeposited", "ConsentGranted", "KeysIssued"]
            #expect(try await kinds(network, of: folder.signer, as: patient) == life)
            #expect(
                try await kinds(network, of: doctor.identity.signer, as: doctor.signer)
                    == ["IdentityEnrolled"] + life[2...])
            #expect(try await kinds(network, of: other.identity.signer, as: other.signer) == ["IdentityEnrolled"])
            #expect(
                try await kinds(network, of: hospital.identity.signer, as: hospital.signer)
                    == ["IdentityEnrolled", "RecordDeposited"])
            // Whoever checks the ledger reads anybody's.
            let (member, auditor) = (try self.member(network), try await person(.auditor, node))
            #expect(try await kinds(network, of: folder.signer, as: auditor.signer) == life)
            let whole = try await HTTPConnecting().connect(to: network, as: member)
            #expect(
                try await LedgerSession(
                    ledger: whole.ledger, trust: network.trust, heads: NoHeadStore(), clock: SystemClock()
                ).read { state throws(ClientError) in state.founding != nil })
            await whole.close()

            let paths = LedgerPaths(origin: network.trust.originName)
            var generator = SystemRandomNumberGenerator()
            let nobody = SignerID.random(using: &generator)
            let consent = try #require(
                try await node.node.ledger.read { state in state.consent(grant.consent)?.granted.transaction })
            for (stranger, what) in [(other, "another doctor"), (hospital, "a depositor")] {
                func asked(_ target: String) async throws -> (status: Int, body: String) {
                    let answer = try await answer(network, target, as: stranger.signer)
                    return (answer.status, String(decoding: answer.body, as: UTF8.self))
                }
                // As if it were not there, to the byte but for the identifier that was asked for.
                for target in [{ paths.trail($0) }, { paths.granted($0) + "?from=0" }] as [(String) -> String] {
                    let missing = try await asked(target("\(nobody)"))
                    for id in [folder.signer, doctor.identity.signer, member.id] {
                        let refused = try await asked(target("\(id)"))
                        #expect(refused.status == 404 && missing.status == 404, "\(what)")
                        #expect(refused.body == missing.body.replacingOccurrences(of: "\(nobody)", with: "\(id)"))
                    }
                }
                let unknown = TransactionID.random(using: &generator)
                let noReceipt = try await asked(paths.receipt("\(unknown)"))
                let others = try await asked(paths.receipt("\(consent)"))
                #expect(others.status == 404 && noReceipt.status == 404)
                #expect(others.body == noReceipt.body.replacingOccurrences(of: "\(unknown)", with: "\(consent)"))
                for target in [
                    paths.entries + "?from=0&to=1", paths.tiles + "/tile/entries/000.p/1",
                    paths.tiles + "/tile/0/000.p/1",
                    paths.tiles + "/checkpoint",
                ] {
                    #expect(try await asked(target).status == 403, "\(target)")
                }
                #expect(try await asked(paths.checkpoint).status == 200)
                #expect(try await asked(paths.consistency + "?from=1&to=2").status == 200)
                // An identifier that was guessed is no way to the leaf either.
                let guessed = try stranger.signer.signed(
                    .consentRevoked(ConsentRevoked(consent: grant.consent)), id: consent)
                await #expect {
                    try await connected(network, as: stranger.signer) { _, connection in
                        try await connection.ledger.submit(guessed.serialized)
                    }
                } throws: {
                    if case .refused(let violation)? = $0 as? LedgerError {
                        violation.code == .duplicateTransaction
                    } else {
                        false
                    }
                }
            }
            // Those whom they concern have them.
            #expect(try await answer(network, paths.receipt("\(consent)"), as: doctor.signer).status == 200)
            #expect(try await answer(network, paths.receipt("\(consent)"), as: patient).status == 200)
            #expect(try await answer(network, paths.trail("\(folder)") + "?after=0", as: patient).status == 400)
            for query in ["", "?from=00", "?after=0000000000000000", "?from=0&after=0"] {
                #expect(
                    try await answer(network, paths.granted("\(doctor.signer.id)") + query, as: doctor.signer).status
                        == 400)
            }
            try await live(network, doctor, receiving, patient, profile, deposit.record, grant.consent)
        }
    }

    /// The doctor opens a record, the patient sees that and ends it: each by what concerns them alone.
    private func live(
        _ network: Network, _ doctor: Person, _ receiving: SecretKey, _ patient: TransactionSigner,
        _ profile: ProfileStore, _ record: RecordID, _ consent: ConsentID
    ) async throws {
        func asDoctor<Value>(_ body: (Doctor) async throws -> Value) async throws -> Value {
            try await connected(network, as: doctor.signer) { session, connection in
                try await body(
                    Doctor(
                        identity: doctor.identity, signer: doctor.signer, receivingKey: receiving, session: session,
                        services: connection.services))
            }
        }
        func asPatient<Value>(_ body: (Patient) async throws -> Value) async throws -> Value {
            try await connected(network, as: patient) { session, connection in
                try await body(
                    Patient(
                        profile: profile, session: session, services: connection.services,
                        folder: FolderID(patient.id)))
            }
        }
        let opened = try await asDoctor { try await $0.open(record, under: consent) }
        #expect(opened.files.recording.frameCount == 500)
        let looked = try await asPatient { try await $0.accesses(to: FolderID(patient.id)) }
        #expect(looked.map(\.id) == [opened.request] && looked[0].opened != nil)
        #expect(try await asPatient { try await $0.revoke(consent) }.isEmpty)
        let granted = try await connected(network, as: doctor.signer) { _, connection in
            try await connection.trails?.granted(to: doctor.signer.id, from: 0, at: nil)
        }
        #expect(granted?.receipts.isEmpty == true)
        await #expect(throws: ClientError.self) { try await asDoctor { try await $0.open(record, under: consent) } }
    }

    @Test func readersAreASetting() throws {
        for (text, access) in [
            ("public", LedgerAccess(read: .anyone)), ("enrolled", LedgerAccess(read: .enrolled)),
            ("own-trail", .ownTrail),
        ] {
            #expect(LedgerReaders(rawValue: text)?.access == access)
        }
        let settings = NodeSettings(flags: [.ledgerReaders: ["own"]], environment: [:], file: nil)
        #expect(settings.mistakes.map(\.name) == ["ledger.readers"])
    }
}
