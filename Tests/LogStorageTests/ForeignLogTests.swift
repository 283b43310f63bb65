import Foundation
import LogStorage
import Octets
import TestKit
import Testing
import TransparencyLog

/// Logs that an independent program made. Whoever has it at hand names it in `TLOGCHECK`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TLOGCHECK"] != nil, "TLOGCHECK names no checker"))
struct ForeignLogTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private func generate(_ name: String, _ arguments: String...) throws -> LogFolder {
        try run(["gen", "-base", temporary.path(name), "-size", "700", "-old", "1,300"] + arguments)
        return LogFolder(temporary.path(name))
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try #require(ProcessInfo.processInfo.environment["TLOGCHECK"]))
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: temporary.path(path))))
    }

    /// A checkpoint of the log, its signature verified.
    private func checkpoint(_ path: String) throws -> Checkpoint {
        let key = try VerifierKey(
            String(decoding: bytes("log/log.vkey"), as: UTF8.self).split(separator: "\n")[0].description)
        return try VerifiedCheckpoint(SignedNote(encoded: bytes(path)), logs: [key], witnesses: []).checkpoint
    }

    @Test func aForeignLogAndItsProofsHold() throws {
        let folder = try generate("log")
        let newest = try checkpoint("log/checkpoint")
        #expect(newest.size == 700)
        var lookup = folder.lookup(size: 700)
        #expect(try lookup.root(ofFirst: 700) == newest.root)
        for size in [1, 300] as [UInt64] {
            let old = try checkpoint("log/checkpoint.\(size)")
            try lookup.consistencyProof(from: size, to: 700).verify(oldRoot: old.root, newRoot: newest.root)
        }
        for index in 0..<UInt64(700) {
            let bundle = try #require(Tile.inTree(.entries, index: index >> 8, size: 700))
            let entry = try folder.entries(of: bundle)[Int(index & 0xff)]
            try lookup.inclusionProof(index: index, size: 700)
                .verify(leafHash: MerkleTree.leafHash(of: entry), root: newest.root)
        }
        try run(["prove", "-base", folder.path, "-index", "42", "-o", temporary.path("proof")])
        let proof = try LogProof(encoded: bytes("proof"))
        let leaf = MerkleTree.leafHash(of: try bytes("proof.leaf"))
        #expect(proof.index == 42)
        try InclusionProof(index: 42, size: 700, path: proof.path).verify(leafHash: leaf, root: newest.root)
    }

    @Test func aForkOfItIsRefused() throws {
        _ = try generate("log")
        let fork = try generate("fork", "-salt", "x", "-salt-from", "200")
        let (old, new) = (try checkpoint("log/checkpoint.300"), try checkpoint("fork/checkpoint"))
        var lookup = fork.lookup(size: 700)
        let proof = try lookup.consistencyProof(from: 300, to: 700)
        #expect(throws: TransparencyLogError.consistencyNotProved) {
            try proof.verify(oldRoot: old.root, newRoot: new.root)
        }
        let prefix = try PrefixProof.make(prefix: 300, size: 700) { try lookup.hash(of: $0) }
        #expect(prefix.prefixRoot(in: new.root) != old.root)
        // What they share is consistent.
        try lookup.consistencyProof(from: 1, to: 700)
            .verify(oldRoot: checkpoint("log/checkpoint.1").root, newRoot: new.root)
    }
}
