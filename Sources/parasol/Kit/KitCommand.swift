import ArgumentParser
import DurableFiles
import Foundation
import ParasolClient

/// `parasol kit`: what is left when a device and its passphrase are lost.
struct KitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kit",
        abstract: "Make a recovery kit of a profile, with shares to print, and restore a profile from it.",
        discussion: """
            A kit is a sealed copy of a profile that opens with k of n shares. Give each share to another holder: one alone learns \
            nothing and opens nothing. The kit itself may lie anywhere. It is a copy of the moment: after a new folder, make a new \
            one and destroy the old shares.

            A second device, while the first is there, needs no kit: parasol device.

            Example:
              parasol kit make --shares 3 --threshold 2 -o kit
              parasol kit check kit/patient.kit kit/share-1.txt
              parasol kit restore kit/patient.kit share-1.txt share-3.txt --network network.json

            \(PeopleStatus.discussion)
            """,
        subcommands: [KitMake.self, KitCheck.self, KitRestore.self])
}

/// Whose profile a kit is of.
struct KitKind: ParsableArguments {
    @Option(help: "patient, doctor, depositor, auditor or member.", transform: Self.kind)
    var kind: ProfileKind = .patient

    @Sendable static func kind(_ text: String) throws -> ProfileKind {
        let kinds: [ProfileKind] = [.patient, .doctor, .depositor, .auditor, .member]
        guard let kind = kinds.first(where: { "\($0)" == text }) else {
            throw ValidationError("--kind is one of \(kinds.map { "\($0)" }.joined(separator: ", ")); got \(text)")
        }
        return kind
    }
}

/// `parasol kit make -o FOLDER`
struct KitMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Seal a copy of a profile, and write its shares to be printed.",
        discussion: """
            Writes PROFILE.kit and share-1.txt … into a new folder. The shares are secret: print them, hand them out, and delete \
            the files. Together with the kit, as many of them as --threshold open the profile without its passphrase.
            """)

    @OptionGroup var kind: KitKind

    @Option(help: "How many shares to make, 2 to 16.")
    var shares = 3

    @Option(help: "How many of them open the kit, 2 or more.")
    var threshold = 2

    @Option(name: .shortAndLong, help: "A folder that is not there yet.", completion: .directory)
    var output: String

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(kind.kind) { opened, _ in
            let files = FileSystem()
            let folder = URL(fileURLWithPath: output).path
            guard try !files.exists(folder) else { throw PeopleError.taken(path: folder) }
            var generator = SystemRandomNumberGenerator()
            let made = try RecoveryKit.make(
                of: await opened.store.profile, threshold: threshold, shares: shares, using: &generator)
            try files.makeFolder(folder)
            let kit = folder + "/\(opened.name).kit"
            try files.replace(kit, with: made.kit.file)
            for share in made.shares {
                let page = KitPage(share, of: made.kit, named: "\(opened.name).kit")
                try files.replace(folder + "/share-\(share.index).txt", with: Array(page.text.utf8))
            }
            return KitReport(kit: kit, shares: shares, threshold: threshold, folder: folder)
        }
    }
}

/// `parasol kit check KIT SHARE…`
struct KitCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say of shares whether they are a kit's, without opening anything.")

    @Argument(help: "The kit.", completion: .file(extensions: ["kit"]))
    var kit: String

    @Argument(help: "Files with shares.", completion: .file(extensions: ["txt"]))
    var shares: [String]

    @Flag(help: "Print one JSON object instead of text, also where it fails.")
    var json = false

    func run() async throws {
        var options = PersonOptions()
        options.json = json
        try await options.reporting {
            let kit = try KitFiles.kit(kit)
            let indices = try shares.map { path in
                let share = try KitFiles.share(path)
                try kit.check(share)
                return Int(share.index)
            }
            return CheckedSharesReport(shares: indices, of: kit.shareCount, threshold: kit.threshold)
        }
    }
}

/// `parasol kit restore KIT SHARE… --network NETWORK`
struct KitRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a profile again from a kit and enough shares, under a new passphrase.")

    @Argument(help: "The kit.", completion: .file(extensions: ["kit"]))
    var kit: String

    @Argument(help: "Files with shares.", completion: .file(extensions: ["txt"]))
    var shares: [String]

    @OptionGroup var network: NetworkOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        var kind = ProfileKind.patient
        var profile: Profile?
        var failure: (any Error)?
        do {
            let opened = try KitFiles.kit(kit).open(with: try shares.map { try KitFiles.share($0) })
            (kind, profile) = (opened.kind, opened)
        } catch { failure = error }
        try await options.make(kind) { new in
            guard let profile else { throw failure ?? PeopleError.wrongDocument("the kit did not open") }
            return try new.restored(profile, network: network.network)
        }
    }
}

/// Kits and shares in files.
enum KitFiles {
    static func kit(_ path: String) throws -> RecoveryKit {
        try RecoveryKit(file: FileSystem().readAll(path, atMost: 64 << 20))
    }

    static func share(_ path: String) throws -> RecoveryShare {
        let bytes = try FileSystem().readAll(path, atMost: 4_096)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RecoveryError.malformedShare("\(path) is not UTF-8")
        }
        return try RecoveryShare(text: text)
    }
}

/// A share as it is printed.
struct KitPage {
    let text: String

    init(_ share: RecoveryShare, of kit: RecoveryKit, named file: String) {
        text = """
            Parasol recovery share \(share.index) of \(kit.shareCount)

            Any \(kit.threshold) of these shares, together with the file \(file), open a profile without its passphrase. This one
            alone opens nothing. Keep it where no other of them is, and give it only to the profile's owner.

            share: \(share.digits)

            """
    }
}

/// What `parasol kit make` prints.
struct KitReport: PeopleReport {
    let kit: String
    let shares, threshold: Int
    let folder: String

    var lines: [String] {
        [
            "Made \(kit), which \(threshold) of \(shares) shares open",
            "  WARNING: the shares lie unprotected in \(folder). Print each, hand them to different holders, and delete the files.",
            "  Whoever has \(threshold) of them and the kit has the profile; who has fewer has nothing.",
        ]
    }
}

/// What `parasol kit check` prints.
struct CheckedSharesReport: PeopleReport {
    let shares: [Int]
    let of, threshold: Int

    var lines: [String] {
        let enough = shares.count >= threshold ? "enough" : "\(threshold - shares.count) more are needed"
        return [
            "Shares \(shares.map { "\($0)" }.joined(separator: ", ")) of \(of) are right: \(enough) to open the kit"
        ]
    }
}
