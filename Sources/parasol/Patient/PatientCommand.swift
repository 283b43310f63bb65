import ArgumentParser
import ParasolClient
import SharingContracts

/// `parasol patient`: folders, consents, and who looked.
struct PatientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patient",
        abstract: "Open folders, let doctors read and stop them, see who looked, and erase.",
        discussion: """
            Your keys, and the names you give to folders and records, are in your profile, sealed under a passphrase; the ledger \
            gets neither a name nor a label. Each folder is a pseudonym of its own: nobody who serves it learns which folders are \
            one patient's.

            A folder is named by what you called it or by its identifier; records and consents by the first digits of theirs.

            Example:
              parasol patient init --name "Beatriz" --network network.json
              parasol patient open-folder "My heart"
              parasol patient records
              parasol patient grant 8f3a…32 digits… --for 30d
              parasol patient proposals
              parasol patient grant --proposal 9d07a4
              parasol patient who-looked
              parasol patient revoke 51c2e9

            \(PeopleStatus.discussion)
            """,
        subcommands: [
            PatientInit.self, PatientOpenFolder.self, PatientFolders.self, PatientRecords.self, PatientLabel.self,
            PatientProposals.self, PatientDecline.self, PatientGrant.self, PatientGrants.self, PatientRevoke.self,
            PatientWhoLooked.self, PatientExport.self, PatientErase.self, PatientResume.self, PatientLookUp.self,
            PatientTrail.self,
        ])
}

/// `parasol patient init`
struct PatientInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a patient's profile. Nobody is asked, and nobody is told.")

    @Option(help: "What you are called: for you alone.")
    var name = "patient"

    @OptionGroup var network: NetworkOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.make(.patient) { try $0.patient(named: name, network: network.network) }
    }
}

/// `parasol patient open-folder NAME`
struct PatientOpenFolder: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open-folder",
        abstract: "Open a folder: what hospitals deposit into, doctors are granted, and you can erase.")

    @Argument(help: "What you call it: for you alone.")
    var name: String

    @Option(
        help: "The key service that holds the other share; default: the network's only one.", transform: wholeIdentifier
    )
    var keyService: IdentityID?

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            // As nobody: a new folder must not be known to be another one's owner's.
            try await opened.asPatient(nil) { try await $0.openFolder(named: name, at: keyService) }
        }
    }
}

/// `parasol patient folders`
struct PatientFolders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "folders", abstract: "List the folders of this profile. Nobody is asked.")

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in FoldersReport(await opened.store.profile) }
    }
}

/// `parasol patient records [FOLDER]`
struct PatientRecords: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "List the records of a folder, and how often each was opened.")

    @Argument(help: "The folder; default: the only open one.")
    var folder: String?

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            let folder = try await opened.folder(folder)
            return try await opened.asPatient(folder) { try await $0.records(in: folder) }
        }
    }
}

/// `parasol patient label RECORD TEXT`
struct PatientLabel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Keep a name for a record: in your profile, and nowhere else.")

    @Argument(help: "The record, or the first digits of it.", transform: shortIdentifier)
    var record: ShortIdentifier

    @Argument(help: "What you call it.")
    var text: String

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            try await opened.findInFolders("record", record, folder: nil, list: { $0.records(in: $1) }) {
                try await $0.label($2, in: $1, as: text)
            }
        }
    }
}

/// `parasol patient who-looked [FOLDER]`
struct PatientWhoLooked: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-looked",
        abstract: "List everybody who asked for a folder's records, and what came of it.",
        discussion: """
            What is listed was logged before anything was answered: whoever read a record is on the ledger. Each line is proved. That the \
            ledger left none out is its word, as the last line says, except with --whole-ledger: then every transaction of everybody is \
            fetched and executed here, and nothing is anybody's word.
            """)

    @Argument(help: "The folder; default: the only open one.")
    var folder: String?

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            let folder = try await opened.folder(folder)
            return try await opened.asPatient(folder) { try await $0.whoLooked(at: folder) }
        }
    }
}

/// `parasol patient export RECORD -o FOLDER`
struct PatientExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Open a record of your own, or all of a folder's, and write them out as WFDB files.",
        discussion: """
            Your own reading is on the ledger too, so that nobody can read in your name unseen.

            With --all each record gets a folder of its own, named after it, and up to \(Limits.requestedRecords) are asked for in one \
            request. What is there already is not opened again, so that the same command goes on where some failed.

            Examples:
              parasol patient export 51c2e9 -o ecg
              parasol patient export --all -o ecgs

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The record, or the first digits of it.", transform: shortIdentifier)
    var record: ShortIdentifier?

    @Flag(help: "All records of a folder.")
    var all = false

    @Option(help: "With --all, the folder: its name, or the first digits of it; default: the only one.")
    var folder: String?

    @Option(name: [.short, .long], help: "The folder to write into: new or empty.", completion: .directory)
    var output: String

    @Flag(help: "Write also where something is there, over files of the same names.")
    var force = false

    @OptionGroup var options: ReaderOptions

    func validate() throws {
        guard (record == nil) == all else {
            throw ValidationError(all ? "--all and a record exclude each other" : "which record? name one, or --all")
        }
        guard folder == nil || all else {
            throw ValidationError("--folder goes with --all; a record is found wherever it is")
        }
    }

    func run() async throws {
        guard let record else {
            return try await options.run(.patient) { opened, _ in
                let chosen = try await opened.folder(folder)
                return try await opened.asPatient(chosen) {
                    try await $0.exportAll(of: chosen, into: output, force: force)
                }
            }
        }
        try await options.run(.patient) { opened, _ in
            try await opened.findInFolders("record", record, folder: nil, list: { $0.records(in: $1) }) {
                try await $0.export($2, in: $1, to: RecordOutput(folder: output, force: force))
            }
        }
    }
}

/// `parasol patient resume`
struct PatientResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract:
            "Go on with what was interrupted: receipts that never came, keys not issued, fragments not delivered.",
        discussion: "Doing it once more changes nothing.\n\n\(PeopleStatus.discussion)")

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in try await opened.resumePatient() }
    }
}
