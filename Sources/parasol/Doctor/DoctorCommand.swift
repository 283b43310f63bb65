import ArgumentParser
import ParasolClient
import SharingContracts

/// `parasol doctor`: read what patients granted.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "See what patients granted you, open records, and draw them.",
        discussion: """
            Your organisation enrols the key that `init` makes. Patients need your identifier to grant you anything, and you need a \
            folder's to ask for it; neither is a secret. Every opening is on the ledger before any proxy answers, and the patient \
            sees it.

            Example:
              parasol doctor init --name "Amrit Kaur" --member 4c1d…32 digits… --network network.json
              parasol doctor ask 2f6c…32 digits… --for 30d
              parasol doctor proposals
              parasol doctor consents
              parasol doctor records
              parasol doctor fetch 51c2e9 -o ecg
              parasol doctor fetch --all -o ecgs
              parasol doctor plot ecg/100.hea -o ecg.svg

            \(PeopleStatus.discussion)
            """,
        subcommands: [
            DoctorInit.self, DoctorEnroll.self, DoctorAsk.self, DoctorProposals.self, DoctorConsents.self,
            DoctorRecords.self, DoctorRequests.self, DoctorFetch.self, LookUp<LookingDoctor>.self,
            OwnTrailCommand<LookingDoctor>.self,
            ECGPlot.self,
        ])
}

/// `parasol doctor consents`
struct DoctorConsents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consents", abstract: "List the consents that name you.")

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.doctor) { opened, _ in try await opened.asDoctor { try await $0.consents() } }
    }
}

/// `parasol doctor records`
struct DoctorRecords: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "List the records that you are granted.")

    @Option(help: "Only those of this consent, or the first digits of it.", transform: shortIdentifier)
    var consent: ShortIdentifier?

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.doctor) { opened, _ in
            try await opened.asDoctor { try await $0.records(under: consent) }
        }
    }
}

/// `parasol doctor requests`
struct DoctorRequests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "List what you asked for and have not opened: each counts already, and `fetch` goes on with it.")

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.doctor) { opened, _ in try await opened.asDoctor { try await $0.requests() } }
    }
}

/// `parasol doctor fetch RECORD… | --all -o FOLDER`
struct DoctorFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Ask for records, open them, and write them out as WFDB files.",
        discussion: """
            Counts as one of the consent's opens, except where an earlier request for the record was never opened: that one is gone \
            on with. Files are written whole, the header last: a record that is there is complete. With --from and --to only that \
            stretch is fetched, opened and written: the depositor's word on all of the ciphertext is then not checked. A download \
            that was interrupted goes on where it stopped.

            Several records, or --all that your consents cover, are asked for up to \(Limits.requestedRecords) in one request, each \
            counting as one opening, and each gets a folder of its own, named after it. What is there already is not asked for again, \
            so that the same command goes on where some failed; those are named, and the others are there. An earlier request for \
            several records is gone on with as a whole.

            Examples:
              parasol doctor fetch 51c2e9 -o ecg
              parasol doctor fetch --all --consent a0b1c2 -o ecgs
              parasol doctor fetch 51c2e9 --consent a0b1c2 --from 1:00:00 --to 1:01:00 -o minute

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The records, or the first digits of each.", transform: shortIdentifier)
    var records: [ShortIdentifier] = []

    @Flag(help: "All records that consents in force cover; with --consent, that one.")
    var all = false

    @Option(help: "Under which consent; default: the first that is in force.", transform: shortIdentifier)
    var consent: ShortIdentifier?

    @Option(name: [.short, .long], help: "The folder to write into: new or empty.", completion: .directory)
    var output: String

    @Option(help: "From where in the recording: seconds, m:ss or h:mm:ss.", transform: position)
    var from: Double?

    @Option(help: "To where in the recording.", transform: position)
    var to: Double?

    @Flag(help: "Write also where something is there, over files of the same names.")
    var force = false

    @Flag(help: "Put proxies that answer wrongly on record, on the ledger.")
    var dispute = false

    @OptionGroup var options: ReaderOptions

    func validate() throws {
        guard records.isEmpty == all else {
            throw ValidationError(all ? "--all and records exclude each other" : "which record? name some, or --all")
        }
        guard from == nil && to == nil || records.count == 1 else {
            throw ValidationError("--from and --to are for one record")
        }
        guard RecordingStretch(from: from, to: to) != nil else { throw ValidationError("--from must be before --to") }
    }

    func run() async throws {
        var place = RecordOutput(folder: output, force: force)
        if from != nil || to != nil { place.stretch = RecordingStretch(from: from, to: to) }
        let chosen = place
        guard records.count == 1, let record = records.first else {
            return try await options.run(.doctor) { opened, _ in
                try await opened.asDoctor {
                    try await $0.fetchSeveral(records, under: consent, into: output, force: force, disputing: dispute)
                }
            }
        }
        try await options.run(.doctor) { opened, _ in
            try await opened.asDoctor { try await $0.fetch(record, under: consent, to: chosen, disputing: dispute) }
        }
    }
}

@Sendable private func position(_ text: String) throws -> Double {
    guard let seconds = RecordingStretch.seconds(text) else {
        throw ValidationError("a place in a recording is seconds, m:ss or h:mm:ss; got \(text)")
    }
    return seconds
}
