import ArgumentParser
import DurableFiles
import ParasolClient
import ServiceProtocols
import SharingContracts

/// Somebody whose key an organisation vouches for, with `init` and `enroll` in a group of commands.
protocol VouchedKind {
    static var role: Role { get }
    static var kind: ProfileKind { get }
}

enum VouchedDoctor: VouchedKind { static let (role, kind) = (Role.doctor, ProfileKind.doctor) }
enum VouchedDepositor: VouchedKind { static let (role, kind) = (Role.depositor, ProfileKind.depositor) }
enum VouchedAuditor: VouchedKind { static let (role, kind) = (Role.auditor, ProfileKind.auditor) }

typealias DoctorInit = VouchedInit<VouchedDoctor>
typealias DepositInit = VouchedInit<VouchedDepositor>
typealias AuditInit = VouchedInit<VouchedAuditor>
typealias DoctorEnroll = VouchedEnroll<VouchedDoctor>
typealias DepositEnroll = VouchedEnroll<VouchedDepositor>
typealias AuditEnroll = VouchedEnroll<VouchedAuditor>

/// `parasol doctor init` and its like.
struct VouchedInit<Who: VouchedKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "init",
            abstract:
                "Make \(Who.kind == .auditor ? "an" : "a") \(Who.kind)'s keys, and the request with which an organisation enrols them."
        )
    }

    @Option(help: "A name, for you alone; default: the role's.")
    var name: String?

    @Option(help: "Your organisation's identifier, from it.", transform: wholeIdentifier)
    var member: MemberID

    @OptionGroup var invitation: InvitationOptions
    @OptionGroup var network: NetworkOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.make(Who.kind, invitation) {
            try $0.identity(Who.role, named: name ?? "\(Who.kind)", member: member, network: network.network)
        }
    }
}

/// `parasol doctor enroll` and its like: hands in the request that `init` made.
struct VouchedEnroll<Who: VouchedKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "enroll", abstract: "Have the request that `init` made enrolled, with an invitation's code.",
            discussion: "Doing it once more with the same code changes nothing.")
    }

    @Option(help: "The code of your organisation's invitation; `-` reads it from the standard input.")
    var invitation: String

    @OptionGroup var place: RegistrarOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.reporting {
            let invited = try Invited(invitation, registrar: place.registrar)
            let home = try Home(option: options.home)
            return try await Connection.registrars().enrol(
                try home.request(of: try options.name(Who.kind)), invited: invited, in: try home.network())
        }
    }
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
            let network = try Network(json: FileSystem().readAll(self.network, atMost: NetworkLimits.fileByteCount))
            let report = try await Connection.registrars().enrol(
                try EnrollmentRequest(serialized: try SigningFile.bytes(request)),
                invited: try Invited(invitation, registrar: place.registrar), in: network)
            print(PeopleOutput.text(report))
        }
    }
}
