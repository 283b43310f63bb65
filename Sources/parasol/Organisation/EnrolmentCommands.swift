import ArgumentParser
import DurableFiles
import Foundation
import ParasolClient
import ServiceProtocols

/// `parasol doctor enroll` and its like: hands in the request that `init` made.
struct EnrolByInvitation: ParsableArguments {
    @Option(help: "The code of your organisation's invitation; `-` reads it from the standard input.")
    var invitation: String

    @OptionGroup var place: RegistrarOption
    @OptionGroup var options: PersonOptions

    func run(_ kind: ProfileKind) async throws {
        try await options.reporting {
            let invited = try Invited(invitation, registrar: place.registrar)
            let home = try Home(option: options.home)
            return try await Connection.registrars().enrol(
                try home.request(of: try options.name(kind)), invited: invited, in: try home.network())
        }
    }
}

/// `parasol doctor enroll`
struct DoctorEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Have the request that `init` made enrolled, with an invitation's code.",
        discussion: "Doing it once more with the same code changes nothing.")

    @OptionGroup var invitation: EnrolByInvitation

    func run() async throws { try await invitation.run(.doctor) }
}

/// `parasol deposit enroll`
struct DepositEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Have the request that `init` made enrolled, with an invitation's code.",
        discussion: "Doing it once more with the same code changes nothing.")

    @OptionGroup var invitation: EnrolByInvitation

    func run() async throws { try await invitation.run(.depositor) }
}

/// `parasol audit enroll`
struct AuditEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Have the request that `init` made enrolled, with an invitation's code.",
        discussion: "Doing it once more with the same code changes nothing.")

    @OptionGroup var invitation: EnrolByInvitation

    func run() async throws { try await invitation.run(.auditor) }
}

extension NodeCommand {
    /// `parasol node enroll`.
    struct Enroll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the request that `node request` wrote enrolled, with an invitation's code.",
            discussion: """
                Doing it once more with the same code changes nothing.

                Example:
                  parasol node enroll proxy.request --network network.json --registrar https://hospital.example/registrar --invitation -
                """)

        @Argument(help: "The request.", completion: .file(extensions: ["request"]))
        var request: String

        @Option(help: "The network's file.")
        var network: String

        @Option(help: "The code of the organisation's invitation; `-` reads it from the standard input.")
        var invitation: String

        @OptionGroup var place: RegistrarOption

        func run() async throws {
            do {
                let network = try Network(json: FileSystem().readAll(self.network, atMost: NetworkLimits.fileByteCount))
                let report = try await Connection.registrars().enrol(
                    try EnrollmentRequest(serialized: try SigningFile.bytes(request)),
                    invited: try Invited(invitation, registrar: place.registrar), in: network)
                print(PeopleOutput.text(report))
            } catch {
                FileHandle.standardError.write(Data("parasol node enroll: \(error)\n".utf8))
                throw ExitCode.failure
            }
        }
    }
}
