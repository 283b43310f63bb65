import Foundation
import LedgerNode
import LedgerReplica
import LogStorage
import Octets
import ServiceProtocols
import SharingContracts
import TransparencyLog

/// Where the witnesses of a measured ledger do their work.
enum WitnessPlace: String, Codable, CaseIterable {
    /// ``CosigningWitness``: re-execution is other machines' work.
    case elsewhere
    /// `WitnessNode`: three more copies, re-executed and made durable on this machine.
    case here
}

/// A founded ledger with real SQLite at full fsync in a folder of its own, and three witnesses of which two must cosign.
final class LedgerUnderLoad: Sendable {
    static let origin = "ledger.parasol.test"

    let ledger: LedgerNode
    let hospital: Hospital
    /// Who trusts what its founding states.
    let trust: TrustAnchor
    private let witnesses: [WitnessNode]
    private let folder: TemporaryFolder

    /// The published log: checkpoint, tiles, bundles.
    var log: LogFolder { LogFolder(LedgerFiles(database: folder.path("ledger.sqlite")).tiles) }

    init(witnesses place: WitnessPlace) async throws {
        folder = try TemporaryFolder()
        let log = try NoteSigner(
            name: KeyName(Self.origin), algorithm: .ed25519, seed: .random(count: 32))
        let signers = try ["alpha", "beta", "gamma"].map {
            try NoteSigner(name: KeyName("\($0).witness.test"), algorithm: .cosignatureV1, seed: .random(count: 32))
        }
        var policy = "log \(log.verifierKey)\n"
        for (index, signer) in signers.enumerated() { policy += "witness w\(index) \(signer.verifierKey)\n" }
        policy += "group all-witnesses 2 w0 w1 w2\nquorum all-witnesses\n"
        hospital = try Hospital(origin: Self.origin, witnessPolicy: policy)
        trust = try TrustAnchor(origin: Self.origin, policyText: policy)

        let clock = SystemClock()
        ledger = try await LedgerNode.open(
            path: folder.path("ledger.sqlite"),
            configuration: try LedgerConfiguration(signer: log, policyText: policy), clock: clock)
        var nodes: [WitnessNode] = []
        var endpoints: [WitnessEndpoint] = []
        for (index, signer) in signers.enumerated() {
            switch place {
            case .elsewhere:
                let witness = CosigningWitness(signer: signer, log: log.verifierKey, clock: clock)
                endpoints.append(WitnessEndpoint(key: signer.verifierKey, witness: witness))
            case .here:
                let witness = try await WitnessNode.open(
                    path: folder.path("witness-\(index).sqlite"), signer: signer, log: log.verifierKey,
                    source: ledger, clock: clock)
                nodes.append(witness)
                endpoints.append(WitnessEndpoint(key: signer.verifierKey, witness: witness))
            }
        }
        witnesses = nodes
        try await ledger.connect(endpoints)
        for transaction in hospital.opening { _ = try await ledger.submit(transaction.bytes) }
    }

    func close() async {
        await ledger.close()
        for witness in witnesses { await witness.close() }
    }
}

/// A folder of its own on a real disk, removed with everything in it when the last reference goes.
final class TemporaryFolder: Sendable {
    private let url: URL

    /// - Throws: ``WrongResult`` where temporary files are kept in memory: fsync would cost nothing there.
    init() throws {
        let parent = FileManager.default.temporaryDirectory
        url = parent.appendingPathComponent("parasol-ledger-\(UUID().uuidString)", isDirectory: true)
        try expect(
            !Self.isInMemory(parent.path),
            "\(parent.path) is in memory, where nothing is durable: set TMPDIR to a folder on a disk")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A path inside the folder.
    func path(_ component: String) -> String { url.appendingPathComponent(component).path }

    /// Whether a folder lies in a tmpfs, by Linux's list of mounts.
    private static func isInMemory(_ path: String) -> Bool {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        var covering: (path: Substring, kind: Substring) = ("", "")
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let prefix = fields[1] == "/" ? "/" : "\(fields[1])/"
            // Of mounts over each other the last one counts.
            if "\(path)/".hasPrefix(prefix), fields[1].count >= covering.path.count {
                covering = (fields[1], fields[2])
            }
        }
        return covering.kind == "tmpfs"
    }
}
