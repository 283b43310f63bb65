import ArgumentParser
import Foundation

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

    /// `parasol vectors generate`.
    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a vector file from a seed: the same seed, the same file.")

        @Option(help: "Everything random is drawn from this.")
        var seed: UInt64 = 1

        @Option(help: "Where to write the file; to standard output where not given.", completion: .file())
        var out: String?

        func run() throws {
            var generator = UmbralVectorGenerator(seed: seed)
            let text = try generator.file().text
            if let out {
                try Data(text.utf8).write(to: URL(filePath: out), options: .atomic)
            } else {
                FileHandle.standardOutput.write(Data(text.utf8))
            }
        }
    }
}
