import ArgumentParser
import ParasolClient
import SharingContracts

/// `parasol patient proposals [FOLDER]`
struct PatientProposals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proposals",
        abstract: "List which doctors ask you for what, and until when you can answer.",
        discussion: """
            A doctor is named by an identifier and by the organisation that vouches for it: ask there, or the doctor, by another way, \
            whether it is who you think. A proposal opens nothing by itself. Grant it as asked or otherwise, decline it, or let it \
            lapse:

              parasol patient grant --proposal 9d07a4
              parasol patient grant --proposal 9d07a4 --record 51c2e9 --for 7d --opens 2
              parasol patient decline 9d07a4
            """)

    @Argument(help: "The folder; default: every open one, each on a connection of its own.")
    var folder: String?

    @Flag(help: "List also those that are answered or over.")
    var all = false

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in try await opened.proposals(to: folder, all: all) }
    }
}

/// `parasol patient decline PROPOSAL`
struct PatientDecline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline",
        abstract: "Say no to what a doctor asks. Doing it once more changes nothing.",
        discussion: """
            The doctor sees that you declined. It cannot be taken back, but you can still grant of your own accord.

            \(PeopleStatus.discussion)
            """)

    @Argument(help: "The proposal, or the first digits of it.", transform: shortIdentifier)
    var proposal: ShortIdentifier

    @Option(help: "The folder that it is to; default: every open one is looked into.")
    var folder: String?

    @OptionGroup var options: ReaderOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            try await opened.findInFolders("proposal", proposal, folder: folder, list: { $0.proposals(to: $1) }) {
                errands, _, proposal in
                try await errands.decline(proposal)
            }
        }
    }
}
