import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import parasol

/// Profiles, their folder, and the network they belong to: every way in which they do not fit together is named.
@Suite struct ProfileOpeningTests {
    private func failure(_ body: () async throws -> Void) async -> PeopleFailure? {
        do {
            try await body()
            return nil
        } catch { return PeopleFailure(error) }
    }

    @Test func homesComeFromTheOptionThenTheEnvironment() throws {
        let environment = ["HOME": "/a", "PARASOL_HOME": "/b"]
        #expect(try Home(option: "/c", environment: environment).path == "/c")
        #expect(try Home(option: nil, environment: environment).path == "/b")
        #expect(try Home(option: nil, environment: ["HOME": "/a"]).path == "/a/.parasol")
        #expect(throws: PeopleError.noHome) { try Home(option: nil, environment: [:]) }
    }

    @Test func namesOfProfilesAreNamesOfFiles() throws {
        #expect("\(try ProfileName("second-device2"))" == "second-device2")
        for name in ["", "a/b", "..", "A", "a b", String(repeating: "a", count: 65), "é"] {
            #expect(throws: PeopleError.badProfileName(name)) { try ProfileName(name) }
        }
        #expect("\(ProfileName.standard(.depositor))" == "depositor")
    }

    @Test func initNeedsANetworkOnceAndKeepsIt() async throws {
        let stage = try await PeopleStage()
        let new = try stage.new("p", .standard(.patient))
        let missing = await failure { _ = try new.patient(named: "p", network: nil) }
        #expect(missing?.message.hasSuffix("which ledger, which services?") == true)
        #expect(missing?.next?.contains("--network") == true)
        _ = try new.patient(named: "p", network: stage.networkFile)
        let again = await failure { _ = try new.patient(named: "p", network: stage.networkFile) }
        #expect(again?.message.contains("exists already") == true && again?.next?.contains("--profile") == true)
        _ = try stage.new("p", try ProfileName("second")).patient(named: "p", network: nil)
        let folder = try FileManager.default.attributesOfItem(atPath: stage.temporary.path("p"))
        #expect(folder[.posixPermissions] as? Int == 0o700)
    }

    @Test func anotherNetworkDoesNotReplaceTheFirst() async throws {
        let (one, other) = (try await PeopleStage(), try await PeopleStage())
        _ = try one.new("p", .standard(.patient)).patient(named: "p", network: one.networkFile)
        let before = FileManager.default.contents(atPath: try one.home("p").networkPath)
        let failed = await failure {
            _ = try one.new("p", try ProfileName("second")).patient(named: "p", network: other.networkFile)
        }
        #expect(failed?.next?.contains("PARASOL_HOME") == true)
        #expect(FileManager.default.contents(atPath: try one.home("p").networkPath) == before)
        #expect(try !one.home("p").holds(try ProfileName("second")))
        // A file of another policy in its place is refused by the profile.
        try FileManager.default.removeItem(atPath: try one.home("p").networkPath)
        try FileManager.default.copyItem(atPath: other.networkFile, toPath: try one.home("p").networkPath)
        let swapped = await failure { _ = try await one.open("p", .patient) }
        #expect(swapped?.message.contains("another witness policy") == true)
    }

    @Test func aNetworkFileThatIsWrongNamesTheField() async throws {
        let stage = try await PeopleStage()
        let path = stage.temporary.path("bad.json")
        try Data("{\"format\": \"parasol-network/1\"}".utf8).write(to: URL(fileURLWithPath: path))
        let failed = await failure { _ = try stage.new("p", .standard(.patient)).patient(named: "p", network: path) }
        #expect(failed?.message == "\(path): network file: name: missing")
    }

    @Test func theWrongProfileIsNamed() async throws {
        let stage = try await PeopleStage()
        let none = await failure { _ = try await stage.open("nobody", .doctor) }
        #expect(none?.message.hasPrefix("there is no doctor profile at ") == true)
        #expect(none?.next == "make one: parasol doctor init")
        _ = try stage.new("p", .standard(.doctor)).patient(named: "p", network: stage.networkFile)
        let wrong = await failure { _ = try await stage.open("p", .doctor) }
        #expect(wrong?.message.hasSuffix("is a patient profile, and this is for a doctor") == true)
    }

    @Test func twoCommandsDoNotUseOneProfileAtOnce() async throws {
        let stage = try await PeopleStage()
        _ = try stage.new("p", .standard(.patient)).patient(named: "p", network: stage.networkFile)
        let first = try await stage.open("p", .patient)
        let second = await failure { _ = try await stage.open("p", .patient) }
        #expect(second?.next == "wait for the other command to end")
        _ = await first.store.profile
    }

    @Test func withoutATransportTheErrorSaysSo() async throws {
        let stage = try await PeopleStage()
        _ = try stage.new("p", .standard(.patient)).patient(named: "p", network: stage.networkFile)
        let opened = try await OpenedProfile.open(
            .standard(.patient), of: .patient, in: try stage.home("p"), asking: stage.asking,
            connecting: NoConnection(), clock: stage.clock)
        let failed = await failure {
            _ = try await opened.asPatient(nil) { try await $0.openFolder(named: "f", at: nil) }
        }
        #expect(failed?.message.hasPrefix("no way to the services") == true)
    }
}

/// Passphrases: from a file that nobody else can read, or typed unseen.
@Suite struct PassphraseTests {
    private func flaw(_ path: String) -> PassphraseFileFlaw? {
        do throws(PeopleError) {
            _ = try PassphraseFile.read(path)
            return nil
        } catch {
            guard case .passphraseFile(path: path, let flaw) = error else { return nil }
            return flaw
        }
    }

    private func write(_ text: String, _ mode: Int = 0o600, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func oneLineEndDoesNotCount() throws {
        let folder = try TemporaryFolder()
        let (one, other) = (folder.path("one"), folder.path("other"))
        try write("correct horse", to: one)
        try write("correct horse\n", to: other)
        #expect(try PassphraseFile.read(one) == PassphraseFile.read(other))
        try write("correct horse\n\n", to: other)
        #expect(try PassphraseFile.read(one) != PassphraseFile.read(other))
        try write(String(repeating: "p", count: 1024) + "\n", 0o400, to: one)
        #expect(flaw(one) == nil)
    }

    @Test func whatOthersCanReadIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        for mode in [0o644, 0o640, 0o604, 0o660, 0o601] {
            try write("p", mode, to: path)
            #expect(flaw(path) == .readableByOthers(mode: UInt32(mode)))
        }
        #expect(
            PeopleError.passphraseFile(path: path, .readableByOthers(mode: 0o644)).next == "chmod 600 \(path)")
    }

    @Test func whatIsNoPassphraseFileIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        #expect(flaw(path) == .missing)
        try write("", to: path)
        #expect(flaw(path) == .length(0))
        try write("\n", to: path)
        #expect(flaw(path) == .length(0))
        try write(String(repeating: "p", count: 1025), to: path)
        #expect(flaw(path) == .length(1025))
        try write(String(repeating: "p", count: 5000), to: path)
        #expect(flaw(path) == .length(5000))
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
        #expect(flaw(folder.path("link")) == .notAFile)
        #expect(flaw(folder.url.path) == .notAFile)
    }

    private func typed(_ bytes: [UInt8]) throws -> (PassphraseLine.Step, Passphrase?) {
        let line = PassphraseLine()
        for byte in bytes {
            let step = line.take(byte)
            if step != .more { return (step, try? line.passphrase()) }
        }
        return (.more, try? line.passphrase())
    }

    @Test func aLineIsEditedUnseen() throws {
        let wanted = try typed(Array("pä\n".utf8)).1
        #expect(wanted != nil)
        #expect(try typed(Array("pöx\u{7f}\u{8}ä\n".utf8)).1 == wanted)
        #expect(try typed(Array("rubbish\u{15}pä\r".utf8)).1 == wanted)
        #expect(try typed(Array("pä\u{4}".utf8)).1 == wanted)
        #expect(try typed([0x04]).0 == .interrupted)
        #expect(try typed(Array("p\u{3}".utf8)).0 == .interrupted)
        #expect(try typed(Array("\u{7f}\u{7f}pä\n".utf8)).1 == wanted)
        #expect(try typed([0x0a]) == (.done, nil))
        // What is too long is refused, and not cut.
        #expect(try typed([UInt8](repeating: 0x61, count: 3000) + [0x0a]) == (.done, nil))
        #expect(try typed([UInt8](repeating: 0x61, count: 1024) + [0x0a]).1 != nil)
    }
}

/// A network that cannot be reached.
private struct NoConnection: ServiceConnecting {
    func connect(to network: Network, as caller: TransactionSigner?) async throws(ClientError) -> ServiceConnection {
        throw .connection("there is none")
    }

    @Test func theNextCommandExecutesOnlyTheLeavesSince() async throws {
        let stage = try await PeopleStage()
        let (patient, folder) = try await stage.patient()
        _ = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
        _ = stage.connecting.takeStarts()
        _ = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
        #expect(stage.connecting.takeStarts() == [])
        let size = try await stage.state { $0.entryCount }
        _ = try await stage.person(.doctor, "doctor")
        _ = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
        #expect(stage.connecting.takeStarts() == [size])
        // What somebody changed beside the profile is not believed: everything is executed again.
        let kept = try stage.home("patient").ledgerPath(.standard(.patient)) + "/state.sqlite"
        var bytes = try Data(contentsOf: URL(filePath: kept))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: kept))
        let grants = try await patient.asPatient(folder) { try await $0.grants(in: folder) }
        #expect(stage.connecting.takeStarts() == [0] && grants.grants.isEmpty)
    }
}
