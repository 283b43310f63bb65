import ArgumentParser
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

/// `parasol deposit`: put recordings into patients' folders.
struct DepositCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Seal recordings to patients' folders, store them, and log that: one file, or a watched folder.",
        discussion: """
            A recording is sealed to the folder's key on this machine, and only ciphertext leaves it. The sealed record and what the \
            ledger is to be told lie in a spool before anybody is told; what is interrupted goes on, and never becomes two.

            Example:
              parasol deposit init --name "Ward 3" --member 4c1d…32 digits… --network network.json
              parasol deposit file 100.hea --folder 8f3a…32 digits…
              parasol deposit watch inbox

            \(PeopleStatus.discussion)
            """,
        subcommands: [
            DepositInit.self, DepositEnroll.self, DepositFile.self, DepositWatchCommand.self, DepositResume.self,
            LookUp<LookingDepositor>.self, OwnTrailCommand<LookingDepositor>.self,
        ])
}

/// `parasol deposit file RECORD.hea --folder FOLDER`
struct DepositFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "Deposit one recording.",
        discussion: "Nothing of the recording is kept here but ciphertext, and that only until it is deposited.")

    @Argument(help: "The recording, by its WFDB header.", completion: .file(extensions: ["hea"]))
    var record: String

    @Option(help: "The patient's folder, all 32 digits.", transform: wholeIdentifier)
    var folder: FolderID

    @Option(
        help: "restingECG, ambulatoryECG, stressECG or otherECG; default: by its length.", transform: recordKindArgument
    )
    var kind: RecordKind?

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.depositor) { opened, _ in
            try await opened.asDepositor {
                try await $0.deposit(record, kind: kind, in: folder, progress: PeopleProgress.tenths("storing"))
            }
        }
    }
}

/// `parasol deposit resume`
struct DepositResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with every deposit that was interrupted.",
        discussion: PeopleStatus.discussion)

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.depositor) { opened, _ in
            try await opened.asDepositor { try await $0.resume(progress: PeopleProgress.tenths("storing")) }
        }
    }
}

/// `parasol deposit watch INBOX`
struct DepositWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Deposit every recording that comes into a folder, until it is stopped.",
        discussion: """
            INBOX holds a folder for each patient's folder, named by its identifier, or with --folder the recordings of one. Write a \
            recording's header last. Each recording is moved aside, deposited, and moved to `deposited`, under its record's \
            identifier; what the ledger refuses for good goes to `refused`, with the reason. What fails is tried again in the next \
            round. It can be stopped and killed at any time: every recording is in one of the three places, and none is deposited \
            twice.

            With --json each round that did something is one object. It goes on until a signal ends it; with --once it ends after one \
            round, with the exit status of `deposit resume`.
            """)

    @Argument(help: "The folder to watch.", completion: .directory)
    var inbox: String

    @Option(help: "The patient's folder that all of it is for, all 32 digits.", transform: wholeIdentifier)
    var folder: FolderID?

    @Option(help: "Seconds between two rounds.")
    var every = 5.0

    @Option(help: "Seconds for which a recording's files must not have changed.")
    var quiet = 2.0

    @Flag(help: "One round only.")
    var once = false

    @OptionGroup var options: PersonOptions

    func validate() throws {
        guard every > 0, every <= 86_400 else { throw ValidationError("--every is above 0 and at most a day") }
        guard quiet >= 0, quiet <= 86_400 else { throw ValidationError("--quiet is 0 to a day") }
    }

    func run() async throws {
        let watch = DepositWatch(inbox: inbox, folder: folder, quietSeconds: quiet)
        try await options.run(.depositor) { opened, _ in
            try await opened.asDepositor { errands in
                if once { return try await watch.round(errands).report }
                await watch.run(errands, pause: { try await Task.sleep(for: .seconds(every)) }) { show($0) }
                return DepositReport(deposits: [], failures: [])
            }
        }
    }

    private func show(_ round: Result<DepositWatch.Round, any Error>) {
        let report: DepositReport
        switch round {
        case .success(let round): report = round.report
        case .failure(let error):
            report = DepositReport(deposits: [], failures: [DepositReport.Failure(what: inbox, error)])
        }
        guard !report.deposits.isEmpty || !report.failures.isEmpty else { return }
        let text = options.json ? try? PeopleOutput.json(report) : PeopleOutput.text(report)
        print(text ?? "")
        fflush(nil)
    }
}

@Sendable private func recordKindArgument(_ text: String) throws -> RecordKind {
    guard let kind = RecordKind(rawValue: text) else {
        throw ValidationError(
            "no kind is \(text); there are \(RecordKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return kind
}
