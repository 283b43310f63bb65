import ArgumentParser
import ParasolClient
import SharingContracts

/// `parasol doctor ask FOLDER`
struct DoctorAsk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Ask a patient for a consent: for a purpose, for a time, for so many openings.",
        discussion: """
            The patient sees your identifier, your organisation and these terms; grants them, grants others, or declines. There is no             place for words: what is on the ledger stays there. Without --record the whole folder is asked for, also what is deposited             into it later. Get the folder's identifier from the patient or the hospital.

            Asking the same once more while it waits asks nothing more. At most \(Limits.countedProposals) of your questions to one folder             count at a time: until they are granted, or until the time to answer them is over, declined or not.

            Examples:
              parasol doctor ask 2f6c…32 digits… --for 30d
              parasol doctor ask 2f6c…32 digits… --purpose HRESCH --record 51c2…32 digits… --for 7d --opens 3 --answer-within 30d

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The folder's identifier, all 32 digits.", transform: wholeIdentifier)
    var folder: FolderID

    @Option(
        help: "Only this record, with all its digits; may be repeated. Default: the whole folder.",
        transform: shortIdentifier)
    var record: [ShortIdentifier] = []

    @Option(
        help: "Why you ask, a code of HL7 PurposeOfUse such as TREAT, ETREAT, HRESCH.", transform: purposeArgument)
    var purpose = Purpose.treatment

    @Option(name: .customLong("for"), help: "For how long you ask, from when it is granted: 12h, 30d, 8w.")
    var duration: String

    @Option(help: "How many times you want to ask for records, 1 to 1000000.")
    var opens: UInt32 = 20

    @Option(help: "How long the patient can answer: 1d to 90d.")
    var answerWithin = "14d"

    @OptionGroup var options: ReaderOptions

    func validate() throws {
        guard TimeSpan(duration) != nil else {
            throw ValidationError("--for takes a number and min, h, d or w, at most ten years; got \(duration)")
        }
        guard let span = TimeSpan(answerWithin), Limits.answerableMilliseconds.contains(span.milliseconds) else {
            throw ValidationError("--answer-within is 1d to 90d, got \(answerWithin)")
        }
        guard (1...Limits.maximumOpens).contains(opens) else {
            throw ValidationError("--opens is 1 to \(Limits.maximumOpens), got \(opens)")
        }
    }

    func run() async throws {
        guard let duration = TimeSpan(duration), let answerWithin = TimeSpan(answerWithin) else {
            throw ValidationError("--for and --answer-within take a number and min, h, d or w")
        }
        let wish = AskWish(
            folder: folder, records: record, purpose: purpose, duration: duration, opens: opens,
            answerWithin: answerWithin)
        try await options.run(.doctor) { opened, _ in try await opened.asDoctor { try await $0.ask(wish) } }
    }
}

/// `parasol doctor proposals`
struct DoctorProposals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proposals",
        abstract: "List what you asked patients for, and what became of it.",
        discussion: """
            A proposal is open, granted (the consent stands beside it), declined, lapsed, or its folder is erased. The patient may             have granted otherwise than you asked: `parasol doctor consents` has the terms.
            """)

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.doctor) { opened, _ in try await opened.asDoctor { try await $0.proposals() } }
    }
}
