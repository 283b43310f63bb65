import ArgumentParser
import ParasolClient
import SharingContracts

/// `parasol patient grant DOCTOR`, `parasol patient grant --proposal ID`
struct PatientGrant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Let a doctor read: for a purpose, for a time, so many times.",
        discussion: """
            Without --record the whole folder is granted, also what is deposited into it later. Your half of the keys is made \
            here, the key service makes the other, and each proxy gets one fragment; any --threshold of them can let the doctor \
            open a record, and fewer cannot.

            Get the doctor's identifier from the doctor: who stands behind it, only its organisation can say. Where a doctor asked \
            (`parasol patient proposals`), name the proposal instead. What you say here is then granted instead of what was asked, and \
            the rest as asked. The terms are shown and confirmed first.

            Examples:
              parasol patient grant 8f3a…32 digits… --for 30d
              parasol patient grant --proposal 9d07a4
              parasol patient grant --proposal 9d07a4 --until 2026-12-31 --opens 3
              parasol patient grant 8f3a…32 digits… --folder "My heart" --record 51c2e9 --until 2026-12-31 --opens 3

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The doctor's identifier, all 32 digits. Not with --proposal.", transform: wholeIdentifier)
    var doctor: IdentityID?

    @Option(help: "Grant what a doctor asked: the proposal, or its first digits.", transform: shortIdentifier)
    var proposal: ShortIdentifier?

    @Option(help: "The folder; default: the only open one, or the proposal's.")
    var folder: String?

    @Option(
        help: "Only this record, or its first digits; may be repeated. Default: the whole folder.",
        transform: shortIdentifier)
    var record: [ShortIdentifier] = []

    @Flag(help: "The whole folder, also where a doctor asked for some records only.")
    var wholeFolder = false

    @Option(
        help: """
            Why the doctor may read, a code of HL7 PurposeOfUse such as TREAT, ETREAT, HRESCH; default: as asked, or TREAT.
            """, transform: purposeArgument)
    var purpose: Purpose?

    @Option(help: "From when: \(Moment.forms); default: now.", transform: momentArgument)
    var from: Moment?

    @Option(help: "Until when: \(Moment.forms).", transform: momentArgument)
    var until: Moment?

    @Option(name: .customLong("for"), help: "For how long from now: 12h, 30d, 8w. Instead of --until.")
    var duration: String?

    @Option(help: "How many times the doctor may ask for a record, 1 to 1000000; default: as proposed, or 100.")
    var opens: UInt32?

    @Option(help: "How many proxies must transform; default: more than half of them.")
    var threshold: Int?

    @Option(help: "A proxy; may be repeated. Default: all of the network's.", transform: wholeIdentifier)
    var proxy: [IdentityID] = []

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: ReaderOptions

    func validate() throws {
        guard (doctor == nil) != (proposal == nil) else {
            throw ValidationError("name a doctor, or what one asked with --proposal (parasol patient proposals)")
        }
        guard until == nil || duration == nil, proposal != nil || until != nil || duration != nil else {
            throw ValidationError("give one of --for and --until")
        }
        guard !wholeFolder || record.isEmpty else { throw ValidationError("give one of --record and --whole-folder") }
        if let duration, TimeSpan(duration) == nil {
            throw ValidationError("--for takes a number and min, h, d or w, at most ten years; got \(duration)")
        }
        if let opens, !(1...Limits.maximumOpens).contains(opens) {
            throw ValidationError("--opens is 1 to \(Limits.maximumOpens), got \(opens)")
        }
        if let threshold, threshold < 1 { throw ValidationError("--threshold is 1 or more, got \(threshold)") }
    }

    private var end: Moment? { until ?? duration.flatMap(TimeSpan.init).map { .after($0) } }

    func run() async throws {
        if let proposal { return try await answer(proposal) }
        guard let doctor, let end else { throw ValidationError("name a doctor, and give one of --for and --until") }
        let wish = GrantWish(
            grantee: doctor, records: record, purpose: purpose ?? .treatment, from: from, until: end,
            opens: opens ?? 100, threshold: threshold, proxies: proxy)
        try await options.run(.patient) { opened, _ in
            let folder = try await opened.folder(folder)
            return try await opened.asPatient(folder) { try await $0.grant(wish, of: folder) }
        }
    }

    private func answer(_ proposal: ShortIdentifier) async throws {
        let edits = GrantEdits(
            records: record, isWholeFolder: wholeFolder, purpose: purpose, from: from, until: end, opens: opens,
            threshold: threshold, proxies: proxy)
        try await options.run(.patient, yes: yes.yes) { opened, asking in
            try await opened.findInFolders("proposal", proposal, folder: folder, list: { $0.proposals(to: $1) }) {
                errands, _, proposal in
                try await errands.grant(answering: proposal, edits, asking: asking)
            }
        }
    }
}

/// `parasol patient grants [FOLDER]`
struct PatientGrants: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "List a folder's consents: to whom, until when, how often used.")

    @Argument(help: "The folder; default: the only open one.")
    var folder: String?

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            let folder = try await opened.folder(folder)
            return try await opened.asPatient(folder) { try await $0.grants(in: folder) }
        }
    }
}

/// `parasol patient revoke CONSENT`
struct PatientRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a consent back. From the next checkpoint on no proxy transforms under it.",
        discussion: """
            What the doctor opened before stays opened. A revocation cannot be taken back; grant anew instead.

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The consent, or the first digits of it.", transform: shortIdentifier)
    var consent: ShortIdentifier

    @Option(help: "The folder that it is of; default: every open one is looked into.")
    var folder: String?

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient, yes: yes.yes) { opened, asking in
            try await opened.findInFolders("consent", consent, folder: folder, list: { $0.consents(in: $1) }) {
                errands, _, consent in
                try await errands.revoke(consent, asking: asking)
            }
        }
    }
}

/// `parasol patient erase FOLDER`
struct PatientErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a folder: destroy every key of it, so that its records are unreadable for ever.",
        discussion: """
            Your share of the key goes here, the key service's share and the proxies' fragments go there, each with a statement on \
            the ledger. Nobody can bring it back: not you, not the hospital. Old copies of your profile file still hold your \
            share; destroy them.

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The folder, by its name or identifier. It must be named.")
    var folder: String

    @OptionGroup var yes: YesFlag
    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient, yes: yes.yes) { opened, asking in
            let folder = try await opened.folder(folder)
            return try await opened.asPatient(folder) { try await $0.erase(folder, asking: asking) }
        }
    }
}

@Sendable func purposeArgument(_ text: String) throws -> Purpose {
    guard let purpose = Purpose(code: text) else {
        throw ValidationError(
            "no purpose is \(text); there are \(Purpose.codes.sorted().joined(separator: ", "))")
    }
    return purpose
}
