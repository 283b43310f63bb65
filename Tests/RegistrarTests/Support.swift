import Crypto
import EmbeddedNode
import Foundation
import LedgerNode
import LedgerReplica
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Umbral

@testable import Registrar

/// A founded ledger of one member with its registrar, on a clock that stands still.
struct Desk {
    let temporary: TemporaryFolder
    let clock = ManualClock()
    let node: EmbeddedNode
    let ledger: InterruptedLedger
    let member: TransactionSigner
    let registrar: Registrar

    init() async throws {
        temporary = try TemporaryFolder()
        node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: clock)
        ledger = InterruptedLedger(node.ledger)
        member = try RoleFolder(.registrar, at: temporary.path("member-1")).transactionSigner(
            origin: node.trust.originName)
        registrar = try Registrar(
            signer: member, databasePath: temporary.path("registrar.sqlite"), ledger: ledger, trust: node.trust,
            clock: clock)
    }

    var memberID: MemberID { MemberID(member.id) }

    func invite(_ role: Role = .doctor, milliseconds: UInt64 = 3_600_000) async throws -> IssuedInvitation {
        try await registrar.invite(InvitationTerms(role: role, lifetimeMilliseconds: milliseconds, note: "Ada, ward 4"))
    }

    /// An enrolment request with keys of its own.
    func request(
        _ role: Role = .doctor, member: MemberID? = nil, identity: IdentityID? = nil, origin: String? = nil,
        receivingKey: PublicKey? = nil
    ) throws -> NewIdentity {
        var generator = SystemRandomNumberGenerator()
        let identity = identity ?? .random(using: &generator)
        let signer = TransactionSigner(
            id: identity.signer, key: P256.Signing.PrivateKey(), origin: origin ?? node.trust.originName)
        let body = IdentityEnrolled(
            identity: identity, member: member ?? memberID, role: role, signingKey: signer.signingKey,
            receivingKey: role == .doctor ? receivingKey ?? SecretKey.random().publicKey : nil,
            sealingKey: role == .proxy ? try OpeningKey(seed: .random(count: OpeningKey.seedByteCount)).sealingKey : nil
        )
        return NewIdentity(identity: identity, signed: try signer.signed(.identityEnrolled(body)))
    }

    var trust: TrustAnchor { node.trust }
    /// Somebody who is enrolled already.
    var known: IdentityID { node.keyServiceID }

    func identity(_ new: NewIdentity) async throws -> Identity? {
        try await node.ledger.read { $0.identity(new.identity) }
    }

    func isEnrolled(_ new: NewIdentity) async throws -> Bool { try await identity(new) != nil }

    func state(of number: UInt64) async throws -> Invitation.State? {
        try await registrar.invitations(after: number - 1).first?.state
    }

    /// The registrar that a crash in this moment would leave behind, once it is started again.
    func restarted(_ name: String) throws -> Registrar {
        try FileManager.default.createDirectory(atPath: temporary.path(name), withIntermediateDirectories: false)
        let files = try FileManager.default.contentsOfDirectory(atPath: temporary.path("."))
        for file in files where file.hasPrefix("registrar.sqlite") && !file.hasSuffix("lock") {
            try FileManager.default.copyItem(atPath: temporary.path(file), toPath: temporary.path(name + "/" + file))
        }
        return try Registrar(
            signer: member, databasePath: temporary.path(name + "/registrar.sqlite"), ledger: node.ledger,
            trust: node.trust, clock: clock)
    }
}

struct NewIdentity: Sendable {
    let identity: IdentityID
    let signed: SignedTransaction

    var request: [UInt8] { signed.serialized }
}

/// A ledger whose line can be cut at any question, before the ledger hears it or before its answer arrives.
final class InterruptedLedger: Ledger {
    enum Cut: Hashable, Sendable {
        case checkpoint, submissionLost, answerLost
    }

    private let ledger: any Ledger
    private let cut = Mutex<Cut?>(nil)
    private let refusal = Mutex<ContractViolation?>(nil)
    private let substitute = Mutex<Receipt?>(nil)
    private let heard = Mutex<[[UInt8]]>([])
    var submitted: [[UInt8]] { heard.withLock { $0 } }
    let gate = Gate()

    init(_ ledger: any Ledger) { self.ledger = ledger }

    func cut(_ cut: Cut?) { self.cut.withLock { $0 = cut } }
    func refuse(_ violation: ContractViolation?) { refusal.withLock { $0 = violation } }
    func answer(_ receipt: Receipt?) { substitute.withLock { $0 = receipt } }

    private func pass(_ place: Cut) throws(LedgerError) {
        if cut.withLock({ $0 }) == place { throw .unreachable("cut") }
    }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        await gate.pass()
        try pass(.submissionLost)
        heard.withLock { $0.append(signedTransaction) }
        if let violation = refusal.withLock({ $0 }) { throw .refused(violation) }
        if let receipt = substitute.withLock({ $0 }) { return receipt }
        let receipt = try await ledger.submit(signedTransaction)
        try pass(.answerLost)
        return receipt
    }

    func receipt(of transaction: TransactionID) async throws(LedgerError) -> Receipt? {
        try await ledger.receipt(of: transaction)
    }

    func checkpoint() async throws(LedgerError) -> [UInt8] {
        try pass(.checkpoint)
        return try await ledger.checkpoint()
    }

    func consistencyProof(from old: UInt64, to new: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try await ledger.consistencyProof(from: old, to: new)
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        try await ledger.entries(from: start, to: end)
    }
}
