import Crypto
import Foundation
import LedgerNode
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import parasol

/// Organisations found a ledger, vouch for keys and activate rules, with documents that go from one to the next.
@Suite struct OrganisationTests {
    /// A ledger that nobody has founded, and three organisations.
    private struct Scene {
        let temporary: TemporaryFolder
        let clock = ManualClock()
        let ledger: LedgerNode
        let connecting: LocalConnecting
        let network: Network
        let asking = CannedAsking()
        let organisations: [OpenedProfile]

        init() async throws {
            temporary = try TemporaryFolder()
            let keys = try LogKeys()
            ledger = try await LedgerNode.open(
                path: temporary.path("ledger.sqlite"),
                configuration: try LedgerConfiguration(signer: keys.log, policyText: keys.policyText), clock: clock)
            var endpoints: [WitnessEndpoint] = []
            for (number, signer) in keys.witnesses.enumerated() {
                let witness = try await WitnessNode.open(
                    path: temporary.path("witness-\(number).sqlite"), signer: signer, log: keys.log.verifierKey,
                    source: ledger, clock: clock)
                endpoints.append(WitnessEndpoint(key: signer.verifierKey, witness: witness))
            }
            try await ledger.connect(endpoints)
            let url = try ServiceURL("http://localhost")
            network = try Network(
                displayName: "n", witnessPolicy: keys.policyText, ledger: url, keyServices: [], proxies: [], vault: url)
            connecting = LocalConnecting(ledger, ServiceDirectory(keyServices: [], proxies: [], vault: NoVault()))
            let file = temporary.path("network.json")
            try Data(network.json).write(to: URL(fileURLWithPath: file))
            var organisations: [OpenedProfile] = []
            for number in 1...3 {
                let home = try Home(option: temporary.path("org-\(number)"))
                let new = NewProfile(home: home, name: .standard(.member), asking: asking, cost: try .cheap)
                _ = try new.member(named: "Hospital \(number)", network: file)
                organisations.append(
                    try await OpenedProfile.open(
                        .standard(.member), of: .member, in: home, asking: asking, connecting: connecting, clock: clock)
                )
            }
            self.organisations = organisations
        }

        func members() throws -> [Member] {
            try organisations.flatMap { organisation in
                let bytes = try AuditFiles.read(organisation.home.memberPath(organisation.name), atMost: 65_536)
                return try MemberLine.members(in: String(decoding: bytes, as: UTF8.self))
            }
        }

        /// Signed by each in turn, and submitted by the last.
        func found(under contracts: [ContractVersion] = ContractVersion.newest) async throws {
            var document = try SigningDocument.founding(try members(), network: network, contracts: contracts)
            for organisation in organisations { document = try await organisation.sign(document, asking: asking) }
            let signed = document
            _ = try await organisations[2].asMember { try await $0.submit(signed) }
        }
    }

    private func message(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch { return PeopleFailure(error).message }
    }

    @Test func aFoundingIsSignedByEachInTurnAndSubmitted() async throws {
        let scene = try await Scene()
        let path = scene.temporary.path("founding")
        try SigningFile.write(
            try SigningDocument.founding(try scene.members(), network: scene.network), to: path, force: false)
        for (index, organisation) in scene.organisations.enumerated() {
            let report = DocumentReport(try SigningFile.read(path), file: path)
            #expect(report.signed.count == index && report.missing.count == 3 - index && report.members.count == 3)
            let early = try SigningFile.read(path)
            let refused = await message { _ = try await organisation.asMember { try await $0.submit(early) } }
            #expect(refused?.hasPrefix("not all have signed: ") == true)
            // Signing twice is signing once.
            for _ in 1...2 {
                try SigningFile.write(
                    try await organisation.sign(try SigningFile.read(path), asking: scene.asking), to: path, force: true
                )
            }
        }
        let whole = try SigningFile.read(path)
        #expect(DocumentReport(whole, file: path).lines.last == "  next: parasol org submit \(path)")
        for organisation in [scene.organisations[2], scene.organisations[0]] {
            let report = try await organisation.asMember { try await $0.submit(whole) }
            #expect(report.kind == "LedgerFounded")
        }
    }

    @Test func aFoundingThatIsNotThisNetworksIsNotSigned() async throws {
        let scene = try await Scene()
        let (members, organisation) = (try scene.members(), scene.organisations[0])
        func refusal(_ founding: LedgerFounded) async throws -> String? {
            let document = try SignedTransaction(try .random(.ledgerFounded(founding)), signatures: [])
            return await message { _ = try await organisation.sign(document, asking: scene.asking) }
        }
        let (origin, policy) = (scene.network.trust.originName, scene.network.witnessPolicy)
        #expect(
            try await refusal(LedgerFounded(origin: "other.example", members: members, witnessPolicy: policy))?
                .hasPrefix("it founds other.example") == true)
        #expect(
            try await refusal(LedgerFounded(origin: origin, members: members, witnessPolicy: policy + "\n"))?
                .hasPrefix("it states another witness policy") == true)
        let stolen = members.map { member in
            member.id.signer == members[0].id.signer
                ? Member(id: member.id, name: member.name, signingKey: members[1].signingKey) : member
        }
        #expect(
            try await refusal(LedgerFounded(origin: origin, members: stolen, witnessPolicy: policy))
                == "it names another key than this organisation's")
        #expect(
            try await refusal(LedgerFounded(origin: origin, members: Array(members[1...]), witnessPolicy: policy))?
                .hasPrefix("it does not name this organisation") == true)
    }

    @Test func anOrganisationEnrollsListsAndRetires() async throws {
        let scene = try await Scene()
        try await scene.found()
        let (own, other) = (scene.organisations[0], scene.organisations[1])
        let new = NewProfile(
            home: try Home(option: scene.temporary.path("doctor")), name: .standard(.doctor), asking: scene.asking,
            cost: try .cheap)
        let made = try new.identity(
            .doctor, named: "d", member: MemberID(try await own.signer().id),
            network: scene.temporary.path("network.json"))
        let request = try EnrollmentRequest(serialized: try SigningFile.bytes(try #require(made.request)))
        let identity = request.enrollment.identity
        #expect(made.identity == "\(identity)")
        #expect(
            await message { _ = try await other.asMember { try await $0.enroll(request, asking: scene.asking) } }
                == "unknown: member \(request.enrollment.member)")
        #expect(try await own.asMember { try await $0.enroll(request, asking: scene.asking) }.role == "doctor")
        #expect(
            await message { _ = try await own.asMember { try await $0.enroll(request, asking: scene.asking) } } == nil)
        #expect(
            try await own.asMember { try await $0.identities(ofAll: false) }.identities.map(\.identity) == [
                "\(identity)"
            ])
        #expect(try await other.asMember { try await $0.identities(ofAll: false) }.identities.isEmpty)
        #expect(
            try await other.asMember { try await $0.identities(ofAll: true) }.identities.map(\.organisation) == [
                "Hospital 1"
            ])
        #expect(
            await message { _ = try await other.asMember { try await $0.retire(identity, asking: scene.asking) } }
                == "no identity of this organisation is \"\(identity)\"")
        _ = try await own.asMember { try await $0.retire(identity, asking: scene.asking) }
        #expect(
            await message { _ = try await own.asMember { try await $0.retire(identity, asking: scene.asking) } }?
                .contains("is retired")
                == true)
        #expect(try await own.asMember { try await $0.identities(ofAll: false) }.identities[0].retired != nil)
    }

    @Test func aQuorumActivatesAContractVersion() async throws {
        let scene = try await Scene()
        let version = ContractVersion(contract: "consent", version: 2)
        // There is no member yet who could.
        #expect(
            await message {
                _ = try await scene.organisations[0].asMember { try await $0.draftActivation(version, by: []) }
            } != nil)
        try await scene.found(under: ContractVersion.first)
        let ids = try scene.members().map(\.id)
        #expect(
            await message {
                _ = try await scene.organisations[0].asMember { try await $0.draftActivation(version, by: [ids[0]]) }
            } == "1 members are named, and 3 of 3 must sign")
        var document = try await scene.organisations[0].asMember { try await $0.draftActivation(version, by: []) }
        for organisation in scene.organisations {
            document = try await organisation.sign(document, asking: scene.asking)
        }
        let signed = document
        #expect(try await scene.organisations[1].asMember { try await $0.submit(signed) }.kind == "ContractActivated")
        let inForce = try await scene.organisations[1].asMember { errands in
            try await errands.session.read { (state) throws(ClientError) in state.contractsInForce?[.consent] }
        }
        #expect(inForce == 2)
    }

    @Test func whatIsNotConfirmedIsNotSigned() async throws {
        let scene = try await Scene()
        let document = try SigningDocument.founding(try scene.members(), network: scene.network)
        scene.asking.answer(false)
        #expect(
            await message { _ = try await scene.organisations[0].sign(document, asking: scene.asking) }
                == "not confirmed; nothing was done")
        #expect(scene.asking.questions.last?.contains("3 members found") == true)
        // Whom it names is in the question.
        #expect(scene.asking.questions.last?.contains("Hospital 3") == true)
    }

    @Test func filesThatAreNoDocumentsAreNamed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("junk")
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        #expect(
            await message { _ = try SigningFile.read(path) }?.hasPrefix("\(path) is no document to be signed") == true)
        #expect(await message { _ = try SigningFile.read(folder.path("none")) }?.contains("cannot be read") == true)
        #expect(
            await message { _ = try EnrollmentRequest(serialized: [1, 2, 3]) } != nil)
        let scene = try await Scene()
        let founding = try SigningDocument.founding(try scene.members(), network: scene.network)
        #expect(
            await message { _ = try EnrollmentRequest(serialized: founding.serialized) }
                == "unknown: enrollment request: this is a LedgerFounded")
    }

    @Test func aMembersLineIsReadAsItIsWritten() throws {
        for name in ["Saint Ursula  Hospital", "梧桐", String(repeating: "n", count: 255)] {
            let key = try TestMemberKey()
            let line = MemberLine(Member(id: key.id, name: name, signingKey: key.key))
            #expect(try MemberLine("\(line)").member == line.member)
        }
        for line in ["", "member", "member 12 34 x", "Member \(String(repeating: "0", count: 32)) 02 x"] {
            #expect(throws: PeopleError.self) { try MemberLine(line) }
        }
        let key = try TestMemberKey()
        for name in ["", String(repeating: "n", count: 256), "a\u{1b}[2J"] {
            #expect(throws: PeopleError.self) { try MemberLine("member \(key.id) \(key.key) \(name)") }
        }
    }
}

private struct TestMemberKey {
    let id: MemberID
    let key: SigningKey

    init() throws {
        var generator = SystemRandomNumberGenerator()
        id = .random(using: &generator)
        key = SigningKey(P256.Signing.PrivateKey().publicKey)
    }
}

/// Where an organisation has no business.
private struct NoVault: RecordStoring {
    func beginUpload(record: RecordID, address: ContentAddress, size: UInt64) async throws(VaultError) -> UInt64 {
        throw .unreachable("none")
    }
    func append(_ bytes: [UInt8], at offset: UInt64, to address: ContentAddress) async throws(VaultError) -> UInt64 {
        throw .unreachable("none")
    }
    func finishUpload(_ address: ContentAddress) async throws(VaultError) { throw .unreachable("none") }
    func find(_ record: RecordID) async throws(VaultError) -> StoredRecord? { throw .unreachable("none") }
    func read(_ address: ContentAddress, offset: UInt64, count: Int) async throws(VaultError) -> [UInt8] {
        throw .unreachable("none")
    }
}
