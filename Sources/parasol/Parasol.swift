import ArgumentParser

/// The command line of Parasol.
@main
struct Parasol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parasol",
        abstract: "Share electrocardiograms with the doctors you choose, and with nobody else.",
        discussion: """
            A recording is encrypted once, to its patient. A key service and the patient together issue a \
            re-encryption key for a doctor; independent proxies transform the recording's key capsule so that only that \
            doctor can open it; everything that happens is a signed transaction in a ledger that cannot be rewritten \
            unnoticed.

            Start with `parasol demo`: it does all of this on this machine with real keys, and tries to break it.

            Exit status: 0 all went well, 1 something did not hold or could not be done, 2 done but for something that waits and is \
            named, 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, PatientCommand.self, DoctorCommand.self, DepositCommand.self, OrganisationCommand.self,
            DeviceCommand.self, KitCommand.self, ServeCommand.self, NodeCommand.self, ConfigCommand.self,
            AuthorityCommand.self,
            AuditCommand.self, ECGCommand.self, VectorsCommand.self,
        ])

    static func main() async {
        ServerLog.bootstrap()
        await main(nil)
    }
}
