import ArgumentParser
import ParasolClient

/// What commands take that read the ledger for a patient or a doctor: how it is read, besides what every command takes.
struct ReaderOptions: ParsableArguments {
    @Flag(
        help: """
            Execute the whole ledger, where it lets you, instead of reading what concerns you: then nothing can have been left out.
            """)
    var wholeLedger = false

    @OptionGroup var person: PersonOptions

    /// Opens the profile, does the errand, and prints its report.
    func run<Report: PeopleReport>(
        _ kind: ProfileKind, yes: Bool = false,
        _ errand: (OpenedProfile, any Asking) async throws -> Report
    ) async throws {
        try await person.run(kind, yes: yes) { opened, asking in
            var opened = opened
            opened.readsWholeLedger = wholeLedger
            return try await errand(opened, asking)
        }
    }
}
