import ArgumentParser
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

/// What every command for people takes: whose profile, how it is opened, how its answer is printed.
struct PersonOptions: ParsableArguments {
    @Option(help: "The folder of your profiles; default: $PARASOL_HOME, or ~/.parasol.", completion: .directory)
    var home: String?

    @Option(help: "The profile's name; default: the role's.")
    var profile: String?

    @Option(help: "A file with the passphrase, which only you can read; default: asked for.", completion: .file())
    var passphraseFile: String?

    @Flag(help: "Print one JSON object instead of text, also where it fails.")
    var json = false

    /// Opens the profile, does the errand, and prints its report.
    func run<Report: PeopleReport>(
        _ kind: ProfileKind, yes: Bool = false,
        _ errand: (OpenedProfile, any Asking) async throws -> Report
    ) async throws {
        try await reporting {
            let asking = TerminalAsking(passphraseFile: passphraseFile, isConfirmed: yes)
            let opened = try await OpenedProfile.open(
                try name(kind), of: kind, in: try Home(option: home), asking: asking,
                connecting: Connection.standard(), clock: SystemClock())
            return try await errand(opened, asking)
        }
    }

    /// Makes a profile and prints what was made.
    func make(_ kind: ProfileKind, _ errand: (NewProfile) throws -> NewProfileReport) async throws {
        try await reporting {
            let asking = TerminalAsking(passphraseFile: passphraseFile, isConfirmed: false)
            return try errand(NewProfile(home: try Home(option: home), name: try name(kind), asking: asking))
        }
    }

    func name(_ kind: ProfileKind) throws(PeopleError) -> ProfileName {
        guard let profile else { return .standard(kind) }
        return try ProfileName(profile)
    }

    /// Prints a report, or why there is none, and ends with the status that help promises.
    func reporting<Report: PeopleReport>(_ work: () async throws -> Report) async throws {
        do {
            let report = try await work()
            print(json ? try PeopleOutput.json(report) : PeopleOutput.text(report))
            if report.isUnfinished { throw ExitCode(PeopleStatus.unfinished) }
        } catch let error as ExitCode { throw error } catch let error as ValidationError { throw error } catch {
            let failure = PeopleFailure(error)
            guard json else { throw failure }
            print(try PeopleOutput.json(failure))
            throw ExitCode.failure
        }
    }
}

/// The network, given to an `init`.
struct NetworkOption: ParsableArguments {
    @Option(
        help: "The network's file, from whoever runs it; kept in the folder of your profiles, and needed once.",
        completion: .file(extensions: ["json"]))
    var network: String?
}

/// `--yes`, of commands that cannot be taken back.
struct YesFlag: ParsableArguments {
    @Flag(help: "Do not ask.")
    var yes = false
}

/// Reads an identifier with all its digits.
@Sendable func wholeIdentifier<Kind>(_ text: String) throws -> Identifier<Kind> {
    guard let id = try? Identifier<Kind>(hexadecimal: text.lowercased()) else {
        throw ValidationError("an identifier has 32 hexadecimal digits, got \(text)")
    }
    return id
}

/// Reads an identifier or its first digits.
@Sendable func shortIdentifier(_ text: String) throws -> ShortIdentifier {
    guard let short = ShortIdentifier(text) else {
        throw ValidationError(
            "an identifier has 32 hexadecimal digits, of which the first \(ShortIdentifier.minimumDigits) or more will "
                + "do; got \(text)")
    }
    return short
}

@Sendable func momentArgument(_ text: String) throws -> Moment {
    guard let moment = Moment(text) else { throw ValidationError("a moment is \(Moment.forms); got \(text)") }
    return moment
}
