import ArgumentParser
import DurableFiles
import EmbeddedNode
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

/// `parasol org invite ROLE --registrar URL`
struct OrganisationInvite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Make a one-time code with which somebody enrols at this organisation's registrar.",
        discussion: """
            Give the code to whom it is for, and to nobody else: whoever has it first is enrolled as what it is for, once. It is shown \
            now and kept nowhere. The note is for the registrar alone, which keeps it in its own database.

            Example:
              parasol org invite doctor --registrar https://hospital.example/registrar --note "Amrit Kaur, ward 3"
            """)

    @Argument(help: "depositor, doctor, auditor, keyService or proxy.", transform: roleArgument)
    var role: Role

    @Option(help: "How long the code counts, such as 2h or 7d: a minute to 90 days.", transform: lifetimeArgument)
    var lasts: UInt64 = 7 * 86_400_000

    @Option(help: "Whom it is for, in your own words.")
    var note = ""

    @OptionGroup var place: RegistrarOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            let terms = try InvitationTerms(role: role, lifetimeMilliseconds: lasts, note: note)
            return try await opened.atRegistrar(place.registrar, connecting: Connection.registrars()) { registrar in
                IssuedInvitationReport(
                    try await registrar.invite(terms), of: registrar.member, at: place.registrar)
            }
        }
    }
}

/// `parasol org invitations --registrar URL`
struct OrganisationInvitations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invitations", abstract: "List this organisation's invitations, and what became of them.")

    @Flag(help: "Those that are used, revoked or expired as well.")
    var all = false

    @OptionGroup var place: RegistrarOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            try await opened.atRegistrar(place.registrar, connecting: Connection.registrars()) { registrar in
                try await InvitationsReport.of(registrar, all: all, now: opened.clock.now())
            }
        }
    }
}

/// `parasol org uninvite NUMBER --registrar URL`
struct OrganisationUninvite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninvite", abstract: "Take an invitation back that nobody has used.",
        discussion: "Where somebody has, retire the identity instead: parasol org retire.")

    @Argument(help: "The invitation's number, as `parasol org invitations` lists it.")
    var number: UInt64

    @OptionGroup var place: RegistrarOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member) { opened, _ in
            try await opened.atRegistrar(place.registrar, connecting: Connection.registrars()) { registrar in
                try await registrar.revokeInvitation(number)
                return RevokedInvitationReport(number: number)
            }
        }
    }
}

/// `parasol org registrar --folder FOLDER`
struct OrganisationRegistrar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registrar",
        abstract: "Hand this organisation's key to a registrar, so that it can enrol the invited without you.",
        discussion: """
            Makes FOLDER/registrar with the key of this profile, a file of 32 bytes with mode 600, for `parasol serve --role registrar \
            --folder FOLDER`. Whoever can read that file can vouch for anybody in the organisation's name: the machine is to be the \
            organisation's own. Nothing is ever replaced.
            """)

    @Option(help: "The folder that holds the folders of the node's roles.", completion: .directory)
    var folder: String

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.member, yes: yes.yes) { opened, asking in
            let path = URL(fileURLWithPath: folder).path + "/" + NodeRole.registrar.rawValue
            try asking.demand("Put this organisation's signing key into \(path), where a service uses it unasked?")
            let profile = await opened.store.profile
            guard let id = profile.signer, let key = profile.signingKey else {
                throw PeopleError.wrongDocument("the profile \(opened.name) has no signing key")
            }
            try FileSystem().makeFolder(URL(fileURLWithPath: folder).path)
            try RoleFolder(.registrar, at: path).create(as: id, identityKey: key)
            return RegistrarFolderReport(folder: path, member: "\(id)")
        }
    }
}

@Sendable func roleArgument(_ text: String) throws -> Role {
    guard let role = Role(rawValue: text) else {
        throw ValidationError("a role is \(Role.allCases.map(\.rawValue).joined(separator: ", ")); got \(text)")
    }
    return role
}

/// Reads `30m`, `2h` or `7d`, in milliseconds.
@Sendable func lifetimeArgument(_ text: String) throws -> UInt64 {
    let units: [Character: UInt64] = ["m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = text.last.flatMap({ units[$0] }), let count = UInt64(text.dropLast()),
        case let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit), !overflow,
        RegistrarLimits.lifetimeMilliseconds.contains(milliseconds)
    else { throw ValidationError("a lifetime is 1m to 90d, such as 30m, 2h or 7d; got \(text)") }
    return milliseconds
}
