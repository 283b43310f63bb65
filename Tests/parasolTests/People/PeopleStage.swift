import Ciphers
import Crypto
import Electrocardiogram
import EmbeddedNode
import Foundation
import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit

@testable import parasol

/// A deployment in this process, with the folders of people who take part in it from the command line.
struct PeopleStage {
    let temporary: TemporaryFolder
    let clock = ManualClock()
    let node: EmbeddedNode
    let connecting: LocalConnecting
    let networkFile: String
    let asking = CannedAsking()

    init(proxies: Int = 3) async throws {
        temporary = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: temporary.path("node"), withIntermediateDirectories: false)
        node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("node"), proxyCount: proxies), clock: clock)
        let ledger = node.ledger
        connecting = LocalConnecting(
            ledger, node.directory,
            lookingUpIn: StateLedgerDirectory(ledger) { id in try await ledger.read { try $0.history(of: id) } })
        networkFile = temporary.path("network.json")
        try Data(Self.network(of: node).json).write(to: URL(fileURLWithPath: networkFile))
    }

    static func network(of node: EmbeddedNode) throws -> Network {
        let url = try ServiceURL("http://localhost:1")
        return try Network(
            displayName: "test", witnessPolicy: node.trust.policyText, ledger: url,
            keyServices: [.init(identity: node.keyServiceID, url: url)],
            proxies: node.proxyIDs.map { .init(identity: $0, url: url) }, vault: url)
    }

    func home(_ person: String) throws -> Home { try Home(option: temporary.path(person)) }

    func new(_ person: String, _ name: ProfileName) throws -> NewProfile {
        NewProfile(home: try home(person), name: name, asking: asking, cost: try .cheap)
    }

    func open(_ person: String, _ kind: ProfileKind) async throws -> OpenedProfile {
        try await OpenedProfile.open(
            .standard(kind), of: kind, in: try home(person), asking: asking, connecting: connecting, clock: clock)
    }

    /// A patient with one open folder.
    func patient(_ person: String = "patient", folder name: String = "heart") async throws -> (OpenedProfile, FolderID)
    {
        _ = try new(person, .standard(.patient)).patient(named: "Beatriz Andrade", network: networkFile)
        let opened = try await open(person, .patient)
        _ = try await opened.asPatient(nil) { try await $0.openFolder(named: name, at: nil) }
        return (opened, try await opened.folder(nil))
    }

    /// Somebody whose key the first member vouches for, or will.
    func person(_ role: Role, _ person: String, enrolled: Bool = true) async throws -> OpenedProfile {
        let kind: ProfileKind = role == .doctor ? .doctor : .depositor
        let report = try new(person, .standard(kind)).identity(
            role, named: "Amrit Kaur", member: node.members[0].id, network: networkFile)
        if enrolled {
            let request = try EnrollmentRequest(serialized: try SigningFile.bytes(report.request ?? ""))
            try await node.members[0].enroll(request)
        }
        return try await open(person, kind)
    }

    /// A recording's files in a folder.
    ///
    /// - Returns: The header's path.
    @discardableResult
    func recording(_ name: String = "100", in folder: String, frames: Int = 500, seed: UInt64 = 1) throws -> String {
        var options = SynthesisOptions()
        options.seed = seed
        let recording = try ECGRecording.synthesized(named: name, frameCount: frames, options)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (file, bytes) in try WFDBWriter.files(of: recording) {
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + file))
        }
        return folder + "/\(name).hea"
    }

    func state<Value: Sendable>(_ body: @Sendable (WorldState) -> Value) async throws -> Value {
        try await node.session().read { (state) throws(ClientError) in body(state) }
    }
}

extension PeopleStage {
    /// A patient, a hospital's deposit, and a granted doctor.
    struct Granted {
        let patient, doctor: OpenedProfile
        let folder: FolderID
        let record: RecordID
        let recording: String
        let consent: ConsentID
    }

    func granted(opens: UInt32 = 5) async throws -> Granted {
        let (patient, folder) = try await patient()
        let hospital = try await person(.depositor, "hospital")
        let recording = try recording(in: temporary.path("recordings"))
        let deposit = try await hospital.asDepositor { try await $0.deposit(recording, kind: nil, in: folder) }
        let doctor = try await person(.doctor, "doctor")
        let identity = IdentityID(try await doctor.signer().id)
        let grant = try await patient.asPatient(folder) { errands in
            try await errands.grant(
                GrantWish(grantee: identity, until: .after(try .days(30)), opens: opens), of: folder)
        }
        return Granted(
            patient: patient, doctor: doctor, folder: folder,
            record: try RecordID(hexadecimal: deposit.deposits[0].record),
            recording: recording, consent: try ConsentID(hexadecimal: grant.consent))
    }
}

extension ScryptCost {
    /// Next to nothing.
    static var cheap: ScryptCost { get throws { try ScryptCost(exponent: 1, blockSize: 1, parallelism: 1) } }
}

extension TimeSpan {
    struct NotASpan: Error {}

    static func days(_ count: Int) throws -> TimeSpan {
        guard let span = TimeSpan("\(count)d") else { throw NotASpan() }
        return span
    }
}

extension ShortIdentifier {
    static func of<Kind>(_ id: Identifier<Kind>, digits: Int = 8) throws -> ShortIdentifier {
        guard let short = ShortIdentifier(String("\(id)".prefix(digits))) else { throw TimeSpan.NotASpan() }
        return short
    }
}

/// Answers for whoever would be asked.
final class CannedAsking: Asking {
    private let answer = Mutex(true)
    private let asked = Mutex<[String]>([])

    func answer(_ yes: Bool) { answer.withLock { $0 = yes } }

    var questions: [String] { asked.withLock { $0 } }

    func passphrase(_ prompt: String) throws(PeopleError) -> Passphrase {
        do { return try Passphrase(SecretOctets(copying: Array("correct horse".utf8))) } catch { throw .profile(error) }
    }

    func newPassphrase(_ prompt: String) throws(PeopleError) -> Passphrase { try passphrase(prompt) }

    func confirm(_ question: String) throws(PeopleError) -> Bool {
        asked.withLock { $0.append(question) }
        return answer.withLock { $0 }
    }
}

/// Reaches the services of this process, and remembers as whom.
final class LocalConnecting: ServiceConnecting {
    private let ledger: FlakyLedger
    private let directory: Mutex<ServiceDirectory>
    private let known = Mutex<[SignerID?]>([])
    private let open = Mutex(0)
    private let carriedSigners = Mutex<[(SignerID?, [SignerID])]>([])

    private let signers: Mutex<(any LedgerDirectory)?>
    private let trails = Mutex<(any LedgerTrails)?>(nil)

    init(_ ledger: any Ledger, _ directory: ServiceDirectory, lookingUpIn signers: (any LedgerDirectory)? = nil) {
        self.ledger = FlakyLedger(ledger)
        self.directory = Mutex(directory)
        self.signers = Mutex(signers)
    }

    /// Where signers are looked up from now on; nil for nowhere.
    func lookUp(in signers: (any LedgerDirectory)?) { self.signers.withLock { $0 = signers } }
    /// Where people read their own trails from now on, and nothing else; nil for nowhere.
    func readTrails(in trails: (any LedgerTrails)?) {
        self.trails.withLock { $0 = trails }
        ledger.close(trails != nil)
    }
    /// How often anybody asked for leaves.
    var leafReads: Int { ledger.leafReads }

    /// Everybody as whom somebody connected, in order.
    var callers: [SignerID?] { known.withLock { $0 } }
    /// As whom transactions were submitted, and whose they are.
    var carried: [(caller: SignerID?, signers: [SignerID])] { carriedSigners.withLock { $0 } }
    /// From where on leaves were fetched since the last look.
    func takeStarts() -> [UInt64] { ledger.takeStarts() }
    /// Connections that nobody has closed.
    var openCount: Int { open.withLock { $0 } }

    func replace(_ directory: ServiceDirectory) { self.directory.withLock { $0 = directory } }

    /// Loses the answer to the next submission of a kind of transaction.
    func loseAnswer(to kind: String) { ledger.lose(kind, isSubmitted: true) }
    /// Loses the next submission of a kind of transaction.
    func loseSubmission(of kind: String) { ledger.lose(kind, isSubmitted: false) }

    func connect(to network: Network, as caller: TransactionSigner?) async throws(ClientError) -> ServiceConnection {
        known.withLock { $0.append(caller?.id) }
        open.withLock { $0 += 1 }
        return ServiceConnection(
            ledger: CallersLedger(ledger, caller?.id) { signers in
                self.carriedSigners.withLock { $0.append((caller?.id, signers)) }
            }, services: directory.withLock { $0 }, directory: signers.withLock { $0 },
            trails: trails.withLock { $0 }
        ) {
            self.open.withLock { $0 -= 1 }
        }
    }
}

/// A ledger to which submissions, and from which answers, can get lost.
final class FlakyLedger: LedgerWrapper {
    let base: any Ledger
    private let lost = Mutex<[(kind: String, isSubmitted: Bool)]>([])
    private let starts = Mutex<[UInt64]>([])

    private let reads = Mutex(0)
    private let isClosed = Mutex(false)

    init(_ base: any Ledger) { self.base = base }

    /// Lets nobody read leaves.
    func close(_ isClosed: Bool) { self.isClosed.withLock { $0 = isClosed } }

    var leafReads: Int { reads.withLock { $0 } }

    func takeStarts() -> [UInt64] {
        starts.withLock { starts in
            defer { starts = [] }
            return starts
        }
    }

    func lose(_ kind: String, isSubmitted: Bool) { lost.withLock { $0.append((kind, isSubmitted)) } }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        let kind = (try? SignedTransaction(serialized: signedTransaction))?.body.name
        let fate = lost.withLock { lost -> Bool? in
            guard let index = lost.firstIndex(where: { $0.kind == kind }) else { return nil }
            return lost.remove(at: index).isSubmitted
        }
        if fate == false { throw .unreachable("the submission was lost") }
        let receipt = try await base.submit(signedTransaction)
        if fate == true { throw .unreachable("the answer was lost") }
        return receipt
    }

    func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
        reads.withLock { $0 += 1 }
        if isClosed.withLock({ $0 }) { throw .unreachable("request.not-allowed: the signer may not do this") }
        starts.withLock { $0.append(start) }
        return try await base.entries(from: start, to: end)
    }
}

/// A ledger as one caller reaches it.
private struct CallersLedger: LedgerWrapper {
    let base: any Ledger
    let caller: SignerID?
    let carry: @Sendable ([SignerID]) -> Void

    init(_ base: any Ledger, _ caller: SignerID?, carry: @escaping @Sendable ([SignerID]) -> Void) {
        (self.base, self.caller, self.carry) = (base, caller, carry)
    }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        carry((try? SignedTransaction(serialized: signedTransaction))?.signatures.map(\.signer) ?? [])
        return try await base.submit(signedTransaction)
    }
}

/// A proxy that cannot be reached.
struct UnreachableProxy: Transforming {
    let identity: IdentityID

    func install(_ delivery: FragmentDelivery) async throws(ProxyError) { throw .unreachable("switched off") }

    func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation {
        throw .unreachable("switched off")
    }

    func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] { throw .unreachable("switched off") }
}
