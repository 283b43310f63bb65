import ArgumentParser
import Foundation
import SealedRecord

/// `parasol vectors`: test vectors of the cryptography, for whoever implements it too.
struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors", abstract: "Check or make test vectors.", subcommands: [Verify.self, Generate.self])

    /// `parasol vectors verify FILE…`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every field of vector files against every other.",
            discussion: """
                Prints one line a case and a count for each file; exits 1 at the first section in which something does \
                not hold, saying where. A field that is not checked is an error.
                """)

        @Argument(
            help: "Files of the layouts in Protocols/umbral.md, where sections may be missing, or of any in Vectors.",
            completion: .file())
        var files: [String]

        func run() throws {
            for name in files {
                do throws(VectorError) {
                    let count = try VectorFile.verify(contentsOf: URL(filePath: name)) { print($0) }
                    print("\(name): all \(count) cases hold")
                } catch {
                    FileHandle.standardError.write(Data("\(name): \(error)\n".utf8))
                    throw ExitCode(1)
                }
            }
        }
    }

    /// What `generate` can make.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case umbral
        case sealedRecord = "sealed-record"
        case transactions
    }

    /// `parasol vectors generate`.
    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a vector file from a seed: the same seed, the same file.",
            discussion: """
                The signatures of transactions are the exception: ECDSA draws a nonce for each. With --signatures, those \
                of an earlier file are taken where they fit, and the same seed gives that file again.
                """)

        @Option(help: "Which file of Vectors.")
        var kind = Kind.umbral

        @Option(help: "Everything random is drawn from this.")
        var seed: UInt64 = 1

        @Option(
            help: "An earlier file of transaction vectors, whose signatures are taken where they fit.",
            completion: .file())
        var signatures: String?

        @Option(
            name: .shortAndLong, help: "Where to write the file; to standard output where not given.",
            completion: .file())
        var output: String?

        func validate() throws {
            guard signatures == nil || kind == .transactions else {
                throw ValidationError("Only transactions have --signatures.")
            }
        }

        func run() throws {
            let data = try Data(contents())
            if let output {
                try data.write(to: URL(filePath: output), options: .atomic)
            } else {
                try FileHandle.standardOutput.write(contentsOf: data)
            }
        }

        /// The file's bytes.
        private func contents() throws -> [UInt8] {
            switch kind {
            case .umbral:
                var generator = UmbralVectorGenerator(seed: seed)
                return Array(try generator.file().text.utf8)
            case .sealedRecord: return try SealedRecordVectors.generate(seed: seed)
            case .transactions:
                let known = try signatures.map { try KnownSignatures(of: VectorFile(contentsOf: URL(filePath: $0))) }
                return Array(try TransactionVectorGenerator.file(seed: seed, signatures: known ?? .none).text.utf8)
            }
        }
    }
}
