import ArgumentParser
import Foundation
import LogStorage
import Octets
import ParasolClient
import SharingContracts
import TransparencyLog

/// `parasol audit prove FOLDER TX -o F.tlog-proof`
struct AuditProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write the proof that one transaction is in the ledger, for somebody who has no copy of it.",
        discussion: """
            Writes two files: the proof (C2SP tlog-proof, with the folder's checkpoint in it) and the leaf, the exact bytes that \
            it is about. Whoever has both and the policy checks them offline, with `parasol audit check` or any other tool \
            that knows the format; the proof does not change when the ledger grows.

            Example:
              parasol audit prove out/log 17 -o opened.tlog-proof
              parasol audit check opened.tlog-proof --leaf opened.leaf --policy out/policy
            """)

    @OptionGroup var folder: LogArgument

    @Argument(help: "The transaction: its identifier, 32 hexadecimal digits, or the index of its leaf, from 0.")
    var transaction: String

    @Option(name: [.short, .long], help: "Where to write the proof.", completion: .file(extensions: ["tlog-proof"]))
    var output: String

    @Option(help: "Where to write the leaf; default: beside the proof, ending in .leaf.", completion: .file())
    var leaf: String?

    @Option(help: "Make sure that the checkpoint meets this policy before anything is written.", completion: .file())
    var policy: String?

    @Flag(help: "Replace files that are there.")
    var force = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard LeafName(transaction) != nil else {
            throw ValidationError("\(transaction) is neither 32 hexadecimal digits nor an index")
        }
        guard leafPath != output else { throw ValidationError("--leaf and --output name the same file") }
    }

    private var leafPath: String {
        leaf ?? (output.hasSuffix(".tlog-proof") ? String(output.dropLast(11)) : output) + ".leaf"
    }

    func run() async throws {
        try await AuditOutput.reporting(json: json) {
            guard let name = LeafName(transaction) else { throw ValidationError("no transaction") }
            try AuditFiles.demandRoom(for: [output, leafPath], force: force)
            let proven = try LeafProof(of: name, in: folder.log, trust: try policy.map { try PolicyOption.trust($0) })
            // The leaf first: a proof that is there has its leaf.
            try AuditFiles.write(proven.leaf, to: leafPath)
            try AuditFiles.write(proven.proof.encoded, to: output)
            let size = try Checkpoint(text: proven.proof.note.text).size
            if json {
                print(
                    try AuditOutput.json(
                        ProveSummary(index: proven.proof.index, size: size, proof: output, leaf: leafPath)))
            } else {
                print("\(output): leaf \(proven.proof.index) of \(size), \(proven.proof.path.count) hashes")
                print("\(leafPath): the leaf, \(proven.leaf.count) bytes")
            }
        }
    }
}

private struct ProveSummary: Encodable {
    let index, size: UInt64
    let proof, leaf: String
}
