import ArgumentParser
import ParasolClient
import SharingContracts

/// Who looks somebody up: the group of commands that the command is in.
protocol LookingUp: Sendable {
    static var kind: ProfileKind { get }
}

enum LookingDoctor: LookingUp { static let kind = ProfileKind.doctor }
enum LookingDepositor: LookingUp { static let kind = ProfileKind.depositor }
enum LookingMember: LookingUp { static let kind = ProfileKind.member }
enum LookingAuditor: LookingUp { static let kind = ProfileKind.auditor }

/// What looking somebody up takes, and how it is told.
struct LookUpArguments: ParsableArguments {
    static let abstract =
        "Show whose key is whose: a doctor's, a service's, an organisation's or a folder's, with proof."
    static let discussion = """
        Asks the ledger for the transaction by which somebody came, and verifies its inclusion in a checkpoint that the witnesses \
        cosigned: whatever answers cannot put another key in its place. The ledger is not executed for it.

        That somebody is retired or erased is proved where it says so. That nobody has ended it is the ledger's word, as of the moment \
        that is shown; what is done with the key is refused by the witnesses where that is not so.
        """

    @Argument(help: "The identifier, all 32 digits.", transform: wholeIdentifier)
    var id: SignerID
}

/// `parasol doctor lookup ID` and its like.
struct LookUp<Person: LookingUp>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "lookup", abstract: LookUpArguments.abstract, discussion: LookUpArguments.discussion)
    }

    @OptionGroup var wanted: LookUpArguments
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(Person.kind) { opened, _ in
            try await opened.connected(as: try await opened.signer()) { session, _ in
                try await session.report(on: wanted.id)
            }
        }
    }
}

/// `parasol patient lookup ID`
struct PatientLookUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup", abstract: LookUpArguments.abstract, discussion: LookUpArguments.discussion)

    @OptionGroup var wanted: LookUpArguments

    @Option(help: "The folder as which is asked; default: the only open one.")
    var folder: String?

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            try await opened.asPatient(try await opened.folder(folder)) { try await $0.session.report(on: wanted.id) }
        }
    }
}

extension LedgerSession {
    /// Looks somebody up, and the organisation that vouches.
    ///
    /// - Throws: ``ClientError/directory(_:)``, ``PeopleError/noService(what:)`` where there is no directory to ask.
    func report(on id: SignerID) async throws -> LookUpReport {
        guard let directory else { throw PeopleError.noService(what: "nobody can be looked up over this connection") }
        do {
            let found = try await lookUp(id, in: directory)
            guard let member = found.member, member.signer != id else { return LookUpReport(found, vouching: nil) }
            return LookUpReport(found, vouching: try await lookUp(member.signer, in: directory))
        } catch { throw ClientError.directory(error) }
    }
}
