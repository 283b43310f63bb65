import Crypto
import EmbeddedNode
import Foundation
import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import SealedRecord
import ServiceProtocols
import SharingContracts
import TransparencyLog
import Umbral

/// The ledger: re-executed, read for names, and forged.
extension DemoRun {
    mutating func audit(_ deposit: Depositor.Deposit, _ access: InterceptedAccess, _ cast: Cast) async throws {
        let log = LogFolder(try folder.subfolder("log"))
        let trust = cast.node.trust
        let trail = try await reporter.step("audit", "The auditor re-executes the whole ledger from its bytes") {
            let size = try await LedgerCopy.write(cast.reader.session, to: log).size
            var trail: [AuditLine] = []
            let report = try await Auditor(trust: trust).audit(
                log, each: { index, entry in trail.append(AuditLine(index: index, entry)) })
            try reporter.demand(
                report.size == size && trail.count == Int(size), "the audit saw \(trail.count) of \(size) leaves")
            return ("\(size) leaves, root \(report.root.prefix(16))...", trail)
        }
        files["log"] = log.path
        files["policy"] = try folder.write(Array(trust.policyText.utf8), to: "policy")
        if let key = trust.policy.logs.first?.key {
            files["log key"] = try folder.write(Array("\(key.vkey)\n".utf8), to: "log.vkey")
        }
        reporter.show(trail)
        try await readLedger(log, UInt64(trail.count), deposit, access)
        try await forge(UInt64(trail.count), cast)
    }

    // MARK: P7

    private func readLedger(
        _ log: LogFolder, _ size: UInt64, _ deposit: Depositor.Deposit, _ access: InterceptedAccess
    ) async throws {
        try await reporter.step(
            "ledger-reader", "A reader of the ledger looks for names, for the recording and for hashes of it",
            attacking: ["P7"]
        ) {
            var leaves: [UInt8] = []
            for number in 0..<Tile.count(level: 0, size: size) {
                guard let bundle = Tile.inTree(.entries, index: number, size: size) else { break }
                for leaf in try log.entries(of: bundle) { leaves += leaf }
            }
            let search = CleartextSearch(leaves)
            try reporter.demand(
                search.holds(deposit.record.bytes) && search.holds(access.delegatingKey.compressed.bytes),
                "the search does not find what the ledger does hold")
            for file in recording.files.files {
                try reporter.demand(
                    search.firstOverlap(with: file.bytes) == nil, "a piece of \(file.name) is on the ledger")
            }
            // Without its clear header, whose identifiers and keys are the ledger's own, and whose capsule a dispute shows.
            let ciphertext =
                access.header.keyCommitment.bytes
                + access.container.dropFirst(SealedRecordFormat.headerByteCount)
            try reporter.demand(
                search.firstOverlap(with: ciphertext) == nil, "a piece of the sealed record is on the ledger")
            let hashed =
                recording.files.files.map(\.bytes) + [recording.files.files.flatMap(\.bytes), access.container]
            for bytes in hashed {
                let digest = Array(SHA256.hash(data: bytes))
                try reporter.demand(
                    !search.holds(digest) && !search.holds(Array(digest.hexadecimal.utf8)),
                    "a plain hash of the recording is on the ledger")
            }
            let names = Names.all + recording.files.files.map(\.name)
            for name in names where search.holds(Array(name.utf8)) {
                throw DemoReporter.Broken(description: "the name \(name) is on the ledger")
            }
            return "\(leaves.count) bytes: no \(search.certainBytes) bytes of files or ciphertext, none of "
                + "\(hashed.count) hashes, none of \(names.count) names"
        }
    }

    // MARK: P5

    private func forge(_ size: UInt64, _ cast: Cast) async throws {
        let auditor = Auditor(trust: cast.node.trust)
        let forged = LogFolder(try folder.subfolder("ledger-tampered"))
        let leaf = size / 2
        try await reporter.step(
            "tamper",
            "One byte of a copy of the ledger is flipped, and the audit says where; so too where its hash is mended",
            attacking: ["P5"]
        ) {
            _ = try await LedgerCopy.write(cast.reader.session, to: forged)
            let changed = try forged.flipOneBit(ofLeaf: leaf, of: size)
            let plain = try await reporter.refusal(
                "the audit missed a flipped byte", { (error: AuditError) in error == .changedLeaf(index: leaf) }
            ) { try await auditor.audit(forged) }
            try forged.replaceHash(ofLeaf: leaf, of: size, with: MerkleTree.leafHash(of: changed))
            let mended = try await reporter.refusal(
                "the audit missed a flipped byte with a mended hash",
                { (error: AuditError) in
                    switch error {
                    case .ruleBroken(index: leaf, _), .wrongRoot(size: size): true
                    default: false
                    }
                }
            ) { try await auditor.audit(forged) }
            return "\(plain)\nits hash mended: \(mended)"
        }
        try await reporter.step(
            "too-few-witnesses", "A copy comes with a checkpoint that only one witness cosigned", attacking: ["P5"]
        ) {
            _ = try await LedgerCopy.write(cast.reader.session, to: forged)
            let note = try SignedNote(encoded: try forged.storedCheckpoint()).cosigned(byFirst: 1, of: cast.node.trust)
            try Data(note.encoded).write(to: URL(fileURLWithPath: forged.checkpointPath), options: .atomic)
            let refusal = try await reporter.refusal(
                "the audit took one witness for a quorum",
                { (error: AuditError) in error == .checkpoint(.quorumNotMet) }
            ) { try await auditor.audit(forged) }
            return "\(refusal)"
        }
    }
}

extension LogFolder {
    /// Flips the lowest bit in the middle of one leaf of this copy, and returns the leaf as it is then.
    fileprivate func flipOneBit(ofLeaf index: UInt64, of size: UInt64) throws -> [UInt8] {
        let bundle = try url(.entries, holding: index, of: size)
        var bytes = [UInt8](try Data(contentsOf: bundle))
        var offset = 0
        for _ in 0..<(index % UInt64(Tile.fullWidth)) {
            offset += 2 + Int(bytes[offset]) << 8 + Int(bytes[offset + 1])
        }
        let length = Int(bytes[offset]) << 8 + Int(bytes[offset + 1])
        bytes[offset + 2 + length / 2] ^= 1
        try Data(bytes).write(to: bundle, options: .atomic)
        return Array(bytes[offset + 2..<offset + 2 + length])
    }

    /// Writes another hash for one leaf of this copy.
    fileprivate func replaceHash(ofLeaf index: UInt64, of size: UInt64, with hash: MerkleHash) throws {
        let tile = try url(.hashes(level: 0), holding: index, of: size)
        var bytes = [UInt8](try Data(contentsOf: tile))
        let start = Int(index % UInt64(Tile.fullWidth)) * hash.bytes.count
        bytes.replaceSubrange(start..<start + hash.bytes.count, with: hash.bytes)
        try Data(bytes).write(to: tile, options: .atomic)
    }

    private func url(_ content: Tile.Content, holding index: UInt64, of size: UInt64) throws -> URL {
        guard let tile = Tile.inTree(content, index: index / UInt64(Tile.fullWidth), size: size) else {
            throw TransparencyLogError.noSuchTile
        }
        return URL(fileURLWithPath: file(of: tile))
    }
}
