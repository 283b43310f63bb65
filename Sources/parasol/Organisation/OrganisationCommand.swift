import ArgumentParser
import DurableFiles
import EmbeddedNode
import ParasolClient
import SharingContracts

/// `parasol org`: what a member organisation does.
struct OrganisationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "org",
        abstract: "Found a ledger, vouch for keys, take that back, and put new rules in force.",
        discussion: """
            An organisation's key vouches for depositors, doctors, auditors, proxies and key services. What several organisations must \
            say together, a founding or new rules, is a file that goes from one to the next: each looks at it, signs it, and \
            whoever is last submits it.

            Example:
              parasol org init --name "Saint Ursula Hospital" --network network.json
              parasol org founding a.member b.member c.member -o founding
              parasol org sign founding
              parasol org submit founding
              parasol org enroll doctor.request

            \(PeopleStatus.discussion)
            """,
        subcommands: [
            OrganisationInit.self, OrganisationFounding.self, OrganisationActivate.self, OrganisationShow.self,
            OrganisationSign.self, OrganisationSubmit.self, OrganisationEnroll.self, OrganisationRetire.self,
            OrganisationIdentities.self, OrganisationInvite.self, OrganisationInvitations.self,
            OrganisationUninvite.self,
            OrganisationRegistrar.self, LookUp<LookingMember>.self,
        ])
}

/// `parasol org init --name NAME`
struct OrganisationInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make an organisation's key, and the line that a founding needs of it.")

    @Option(help: "The organisation's name, which is public: the founding states it.")
    var name: String

    @Option(
        help: "Take the key that lies in this folder, such as FOLDER/member-1 of `parasol serve --all-in-one`.",
        completion: .directory)
    var keysOf: String?

    @OptionGroup var network: NetworkOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        let registrar = keysOf.map { RoleFolder(.registrar, at: $0) }
        try await options.make(.member) {
            try $0.member(named: name, network: network.network, keysOf: registrar)
        }
    }
}

/// `parasol org enroll REQUEST`
struct OrganisationEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Vouch for a key: on the ledger, for everybody to rely on.",
        discussion: """
            The request is the file that `parasol doctor init`, `parasol deposit init` or a service made. Make sure that it came from \
            the person or machine that it is for: compare the identifier by another way than the file came.
            """)

    @Argument(help: "The request.", completion: .file(extensions: ["request"]))
    var request: String

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member, yes: yes.yes) { opened, asking in
            let request = try EnrollmentRequest(serialized: try SigningFile.bytes(request))
            return try await opened.asMember { try await $0.enroll(request, asking: asking) }
        }
    }
}

/// `parasol org retire IDENTITY`
struct OrganisationRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Take back that you vouch for an identity. It signs nothing any more, and cannot come back.")

    @Argument(help: "The identity, all 32 digits.", transform: wholeIdentifier)
    var identity: IdentityID

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member, yes: yes.yes) { opened, asking in
            try await opened.asMember { try await $0.retire(identity, asking: asking) }
        }
    }
}

/// `parasol org identities`
struct OrganisationIdentities: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identities", abstract: "List the identities that this organisation vouches for.")

    @Flag(help: "Those of every organisation.")
    var all = false

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            try await opened.asMember { try await $0.identities(ofAll: all) }
        }
    }
}

/// Files with signed transactions.
enum SigningFile {
    static func bytes(_ path: String) throws -> [UInt8] {
        try AuditFiles.read(path, atMost: Limits.signedTransactionBytes)
    }

    /// - Throws: ``PeopleError/wrongDocument(_:)``.
    static func read(_ path: String) throws -> SignedTransaction {
        do { return try SignedTransaction(serialized: try bytes(path)) } catch let error as ContractViolation {
            throw PeopleError.wrongDocument("\(path) is no document to be signed: \(error)")
        }
    }

    static func write(_ document: SignedTransaction, to path: String, force: Bool) throws {
        guard try force || !FileSystem().exists(path) else { throw PeopleError.exists(path: path) }
        try FileSystem().replace(path, with: document.serialized)
    }
}
