import Foundation
import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import SharingContracts
import Synchronization
import TestKit
import TransparencyLog

/// A ledger that plays by the rules, with a log key and three witnesses of which two must cosign, written into a folder.
struct AuditLedger: Sendable {
    let log: NoteSigner
    let witnesses: [NoteSigner]
    let trust: TrustAnchor
    var scenario: SharingScenario

    static let origin = "ledger.parasol.test/audit"

    init(seed: UInt64 = 1) throws {
        func signer(_ name: String, _ algorithm: SignatureAlgorithm, _ byte: UInt8) throws -> NoteSigner {
            try NoteSigner(
                name: try KeyName(name), algorithm: algorithm,
                seed: SecretOctets(copying: Array(repeating: byte, count: 32)))
        }
        log = try signer(Self.origin, .ed25519, 1)
        witnesses = try (1...3).map { try signer("witness-\($0).parasol.test", .cosignatureV1, UInt8(10 + $0)) }
        var policy = "log \(log.verifierKey.vkey)\n"
        for (index, witness) in witnesses.enumerated() {
            policy += "witness w\(index + 1) \(witness.verifierKey.vkey)\n"
        }
        policy += "group members 2 w1 w2 w3\nquorum members\n"
        trust = try TrustAnchor(policyFile: Array(policy.utf8))
        scenario = try SharingScenario(origin: Self.origin, seed: seed, witnessPolicy: policy)
    }

    private struct Kind: Hashable {
        let size: Int
        let seed: UInt64
    }

    /// Those that were made already: hundreds of leaves take a test build seconds, and each test of a suite wants the same.
    private static let made = Mutex<[Kind: AuditLedger]>([:])

    /// The same world, with enrolments up to `size` leaves. A value: what a test does to it, no other sees.
    static func enrolled(_ size: Int, seed: UInt64 = 1) throws -> AuditLedger {
        try made.withLock { made in
            let kind = Kind(size: size, seed: seed)
            if let ledger = made[kind] { return ledger }
            var ledger = try AuditLedger(seed: seed)
            try ledger.grow(to: size)
            made[kind] = ledger
            return ledger
        }
    }

    /// Enrols until there are `size` leaves.
    mutating func grow(to size: Int) throws {
        while scenario.entries.count < size { _ = try scenario.enroll(.auditor, by: scenario.members[0]) }
    }

    var leaves: [[UInt8]] { scenario.entries.map(\.serialized) }

    func note(size: UInt64, root: MerkleHash, cosigners: Int = 3) throws -> SignedNote {
        let checkpoint = try Checkpoint(origin: LogOrigin(log.verifierKey.name), size: size, root: root)
        var note = try checkpoint.signed(by: log)
        for witness in witnesses.prefix(cosigners) {
            try note.append([try witness.cosign(text: note.text, time: 1_772_400_000)])
        }
        return note
    }

    /// Writes leaves, the scenario's where none are given, with a checkpoint of their own.
    ///
    /// - Parameter sizes: Where checkpoints, and so partial tiles, were published before.
    @discardableResult
    func write(
        to path: String, leaves: [[UInt8]]? = nil, publishingAt sizes: [UInt64] = [], cosigners: Int = 3
    ) throws -> LogFolder {
        var copy = try LedgerCopy(LogFolder(path))
        func publish() throws {
            let note = try note(size: copy.size, root: copy.root, cosigners: cosigners)
            try copy.publish(try Checkpoint(text: note.text), note: note.encoded)
        }
        for leaf in leaves ?? self.leaves {
            try copy.append(leaf)
            if sizes.contains(copy.size) { try publish() }
        }
        try publish()
        return copy.folder
    }
}

extension LogFolder {
    /// Every file below the folder, by relative path, in order.
    var allFiles: [String] { FilesBelow(path).names }

    func bytes(at relative: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path + "/" + relative)))
    }

    func put(_ bytes: [UInt8], at relative: String) throws {
        let url = URL(filePath: path + "/" + relative)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func remove(_ relative: String) throws { try FileManager.default.removeItem(atPath: path + "/" + relative) }
}
