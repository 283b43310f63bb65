import Foundation
import LogStorage
import Octets
import ParasolClient
import Testing
import TransparencyLog

/// `parasol audit compare`, run as a program on a log that was forked by its own keys.
@Suite struct AuditForkTests {
    private let program: ProgramFolder
    private var folder: URL { program.url }
    private let log: NoteSigner
    private let witness: NoteSigner

    init() throws {
        program = try ProgramFolder()
        func signer(_ name: String, _ algorithm: SignatureAlgorithm, _ byte: UInt8) throws -> NoteSigner {
            try NoteSigner(
                name: try KeyName(name), algorithm: algorithm,
                seed: SecretOctets(copying: Array(repeating: byte, count: 32)))
        }
        log = try signer("log.parasol.test", .ed25519, 1)
        witness = try signer("witness.parasol.test", .cosignatureV1, 2)
        try put("log \(log.verifierKey.vkey)\nwitness w \(witness.verifierKey.vkey)\nquorum w\n", "policy")
        try write("honest", size: 300)
        try write("forked", size: 280, changing: 270)
        try write("beginning", size: 280)
    }

    private func put(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func write(_ name: String, size: Int, changing changed: Int? = nil) throws {
        var copy = try LedgerCopy(LogFolder(folder.appending(path: name).path(percentEncoded: false)))
        for index in 0..<size { try copy.append(Array("\(index == changed ? "another" : "leaf") \(index)".utf8)) }
        let checkpoint = try Checkpoint(origin: LogOrigin(log.verifierKey.name), size: copy.size, root: copy.root)
        var note = try checkpoint.signed(by: log)
        try note.append([try witness.cosign(text: note.text, time: 1_772_400_000)])
        try copy.publish(checkpoint, note: note.encoded)
    }

    private func compare(_ arguments: String...) throws -> ProgramFolder.Run {
        try program.run(["audit", "compare"] + arguments + ["--policy", "policy"])
    }

    private func audit(_ arguments: String...) throws -> ProgramFolder.Run { try program.run(["audit"] + arguments) }

    @Test func aForkExitsWith1AndItsEvidenceChecksOffline() throws {
        let run = try compare("honest", "forked", "-o", "fork.evidence")
        #expect(run.status == 1)
        #expect(run.output.contains("FORK"))
        #expect(run.output.contains("first leaf that differs is 270"))
        let convicted = try audit("evidence", "fork.evidence", "--policy", "policy")
        #expect(convicted.status == 0)
        #expect(convicted.output.contains("a tree of 280 and one of 300 leaves, and their first 280 leaves differ"))
        var altered = try Data(contentsOf: folder.appending(path: "fork.evidence"))
        altered[altered.count - 9] ^= 1
        try altered.write(to: folder.appending(path: "altered.evidence"))
        #expect(try audit("evidence", "altered.evidence", "--policy", "policy").status == 1)
        // Evidence is not written over.
        #expect(try compare("honest", "forked", "-o", "fork.evidence").status == 1)
        #expect(try compare("honest", "forked", "-o", "fork.evidence").output == "")
        #expect(try compare("honest", "forked", "-o", "fork.evidence", "--force").output.contains("FORK"))
    }

    @Test func aContinuationExitsWith0AndWhatNobodyCanSayWith64() throws {
        let run = try compare("beginning", "honest")
        #expect(run.status == 0)
        #expect(run.output.contains("honest (300 leaves) continues beginning (280 leaves)"))
        #expect(try compare("beginning/checkpoint", "honest").status == 0)
        #expect(try compare("forked/checkpoint", "honest").status == 1)
        #expect(try compare("forked/checkpoint", "beginning/checkpoint").status == 1)
        #expect(try compare("beginning", "honest/checkpoint").status == 64)
    }
}
