import ArgumentParser
import ParasolClient
import SharingContracts

/// `parasol org founding MEMBER… -o FILE`
struct OrganisationFounding: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "founding",
        abstract: "Draft the founding of this network's ledger, for every member to sign.",
        discussion: """
            Takes the files that `parasol org init` made at each member. The founding states the members, their keys, and the \
            network's witness policy to the byte; all must sign it.
            """)

    @Argument(help: "Each member's file.", completion: .file(extensions: ["member"]))
    var members: [String]

    @Option(name: [.short, .long], help: "The file to write.", completion: .file())
    var output: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            var all: [Member] = []
            for path in members {
                let bytes = try AuditFiles.read(path, atMost: 65_536)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw PeopleError.wrongDocument("\(path) is not UTF-8")
                }
                all += try MemberLine.members(in: text)
            }
            let document = try SigningDocument.founding(all, network: opened.network)
            try SigningFile.write(document, to: output, force: force)
            return DocumentReport(document, file: output)
        }
    }
}

/// `parasol org activate CONTRACT VERSION -o FILE`
struct OrganisationActivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Draft that another version of a contract's rules is in force, for a quorum of the members to sign.",
        discussion: """
            More than two thirds of the members must be named, and all that are named must sign. Programs that do not know the version \
            stop at it and say so, witnesses too: see Docs/contracts.md first.

            Example:
              parasol org activate consent 2 -o activation
            """)

    @Argument(help: "enrollment, record or consent.")
    var contract: String

    @Argument(help: "The version.")
    var version: UInt32

    @Option(help: "A member that will sign; may be repeated. Default: all.", transform: wholeIdentifier)
    var by: [MemberID] = []

    @Option(name: [.short, .long], help: "The file to write.", completion: .file())
    var output: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            let wanted = ContractVersion(contract: contract, version: version)
            let document = try await opened.asMember { try await $0.draftActivation(wanted, by: by) }
            try SigningFile.write(document, to: output, force: force)
            return DocumentReport(document, file: output)
        }
    }
}

/// `parasol org show FILE`
struct OrganisationShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say what a document states, who has signed it, and who has not.")

    @Argument(help: "The document.", completion: .file())
    var document: String

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() async throws {
        let report = DocumentReport(try SigningFile.read(document), file: document)
        print(json ? try PeopleOutput.json(report) : PeopleOutput.text(report))
    }
}

/// `parasol org sign FILE`
struct OrganisationSign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Add this organisation's signature to a founding or an activation.",
        discussion: """
            Refuses a founding of another ledger, under another witness policy than the network's, or with another key under this \
            organisation's identifier. Which other members it names is yours to check: `parasol org show`.
            """)

    @Argument(help: "The document; it is replaced by the signed one.", completion: .file())
    var document: String

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member, yes: yes.yes) { opened, asking in
            let signed = try await opened.sign(try SigningFile.read(document), asking: asking)
            try SigningFile.write(signed, to: document, force: true)
            return DocumentReport(signed, file: document)
        }
    }
}

/// `parasol org submit FILE`
struct OrganisationSubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Put a document that all have signed on the ledger. Doing it once more changes nothing.")

    @Argument(help: "The document.", completion: .file())
    var document: String

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            let read = try SigningFile.read(document)
            return try await opened.asMember(isFounded: !read.body.isFounding) { try await $0.submit(read) }
        }
    }
}
