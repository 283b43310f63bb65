import ArgumentParser
import DurableFiles
import Foundation
import ParasolClient
import ServiceProtocols

/// `parasol device`: the same profile on a second device.
struct DeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device",
        abstract:
            "Have a profile on a second device too, bring two devices of yours up to date, or change a passphrase.",
        discussion: """
            With both devices beside you: the new one writes a request and shows a code. Carry the file to the old one and type \
            the code there; it writes an answer, which only the waiting new device can open. Carry that back. The files are not \
            secret; the code is, for the ten minutes that it counts.

            Both devices are then you: they have the same keys, and the ledger cannot tell them apart. Each knows by itself what the \
            ledger says; a new folder or a record's name made on one comes to the other by joining again.

            A device that is lost is locked by its passphrase alone. Where that may be known, a doctor's organisation retires the \
            identity (parasol org retire), and a patient revokes, opens a new folder and erases the old one.

            Example, on the new device and then the old:
              parasol device join request answer --network network.json
              parasol device add request -o answer

            \(PeopleStatus.discussion)
            """,
        subcommands: [DeviceJoin.self, DeviceAdd.self, DevicePassphrase.self])
}

/// `parasol device join REQUEST ANSWER`
struct DeviceJoin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "On the new device: ask for the profile, show a code, and wait for the answer.",
        discussion: """
            Where the profile is here already, what the other device has besides is added: folders, erasures, and names of records. \
            The code is printed on standard error. Whatever ends this command ends the code and the request with it.
            """)

    @Argument(help: "Where to write the request: a file that is not there yet.", completion: .file())
    var request: String

    @Argument(help: "Where the answer will be: a file that is not there yet.", completion: .file())
    var answer: String

    @OptionGroup var kind: KitKind
    @OptionGroup var network: NetworkOption
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.reporting {
            let asking = TerminalAsking(passphraseFile: options.passphraseFile, isConfirmed: false)
            let new = NewProfile(
                home: try Home(option: options.home), name: try options.name(kind.kind), asking: asking)
            let joining = DeviceJoining(new: new, kind: kind.kind, request: request, answer: answer)
            return try await joining.run(network: network.network) {
                FileHandle.standardError.write(Data(($0 + "\n").utf8))
            } waiting: {
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }
}

/// `parasol device add REQUEST -o ANSWER`
struct DeviceAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "On the old device: seal the profile to the new device whose code you type.",
        discussion:
            "The profile stays here as it is. The answer opens on the device that waits for it, and nowhere else.")

    @Argument(help: "The new device's request.", completion: .file())
    var request: String

    @Option(name: .shortAndLong, help: "Where to write the answer: a file that is not there yet.", completion: .file())
    var output: String

    @Option(help: "The code on the new device's screen; `-`, the default, reads it from the standard input.")
    var code = "-"

    @OptionGroup var kind: KitKind
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(kind.kind) { opened, _ in
            if code == "-" { PeopleProgress.say("The code on the new device's screen:") }
            let typed = code == "-" ? readLine(strippingNewline: true) ?? "" : code
            return try await opened.addDevice(request: request, code: typed, answer: output)
        }
    }
}

/// `parasol device passphrase`
struct DevicePassphrase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase", abstract: "Seal the profile on this device under another passphrase.",
        discussion: """
            Asks for the passphrase of now, and then twice for the new one. Copies of the profile that were made before, a backup's say, still             open with the old one, and so do other devices. What was kept of the ledger is read again by the next command.

            Without a terminal:
              parasol device passphrase --passphrase-file old --new-passphrase-file new
            """)

    @Option(help: "A file with the new passphrase, which only you can read; default: asked for.", completion: .file())
    var newPassphraseFile: String?

    @OptionGroup var kind: KitKind
    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(kind.kind) { opened, _ in
            let asking = TerminalAsking(passphraseFile: newPassphraseFile, isConfirmed: false)
            let path = opened.home.profilePath(opened.name)
            return try await opened.changePassphrase(to: try asking.newPassphrase("The new passphrase of \(path)"))
        }
    }
}
