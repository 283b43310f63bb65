import ArgumentParser
import Foundation
import ParasolClient
import SharingContracts
import Testing

@testable import parasol

/// The commands themselves: what they take, how they end.
@Suite struct PeopleCommandTests {
    private struct Done: PeopleReport {
        let isUnfinished: Bool
        var lines: [String] { [] }
        enum CodingKeys: CodingKey {}
    }

    @Test func whatIsLeftToDoIsExitStatus2() async throws {
        let options = try PersonOptions.parse([])
        try await options.reporting { Done(isUnfinished: false) }
        await #expect(throws: ExitCode(2)) { try await options.reporting { Done(isUnfinished: true) } }
    }

    @Test func aFailureIsAnErrorForPeopleAndAnObjectForPrograms() async throws {
        let plain = try PersonOptions.parse([])
        await #expect(throws: PeopleFailure(PeopleError.confirmationNeeded)) {
            try await plain.reporting { () async throws -> Done in throw PeopleError.confirmationNeeded }
        }
        #expect("\(PeopleFailure(PeopleError.confirmationNeeded))".hasSuffix("\n  next: add --yes"))
        let json = try PersonOptions.parse(["--json"])
        await #expect(throws: ExitCode.failure) {
            try await json.reporting { () async throws -> Done in throw PeopleError.confirmationNeeded }
        }
        let object =
            try JSONSerialization.jsonObject(
                with: Data(try PeopleOutput.json(PeopleFailure(PeopleError.confirmationNeeded)).utf8))
            as? [String: String]
        #expect(object?["next"] == "add --yes" && object?["failure"]?.isEmpty == false)
    }

    private static let id = String(repeating: "ab", count: 16)

    @Test func aGrantNeedsOneEnd() throws {
        let grant = try PatientGrant.parse([Self.id, "--for", "30d", "--record", "abcdef", "--opens", "3"])
        #expect(grant.opens == 3 && grant.record.count == 1 && grant.purpose == nil)
        for arguments in [
            [Self.id], [Self.id, "--for", "30d", "--until", "2026-01-01"], [Self.id, "--for", "30"],
            [Self.id, "--for", "30d", "--opens", "0"], [Self.id, "--for", "30d", "--purpose", "FUN"],
            [Self.id, "--for", "30d", "--threshold", "0"], ["abcdef", "--for", "30d"],
        ] {
            #expect(throws: (any Error).self) { try PatientGrant.parse(arguments) }
        }
    }

    @Test func aGrantIsToADoctorOrAnswersAProposal() throws {
        let grant = try PatientGrant.parse(["--proposal", "abcdef"])
        #expect(grant.doctor == nil && grant.proposal?.digits == "abcdef" && grant.opens == nil)
        _ = try PatientGrant.parse(["--proposal", "abcdef", "--until", "2026-12-31", "--whole-folder", "--yes"])
        for arguments in [
            [], ["--for", "30d"], [Self.id, "--proposal", "abcdef", "--for", "30d"], ["--proposal", "abc"],
            ["--proposal", "abcdef", "--for", "30d", "--until", "2026-12-31"],
            ["--proposal", "abcdef", "--record", "abcdef", "--whole-folder"], ["--proposal", "abcdef", "--opens", "0"],
        ] {
            #expect(throws: (any Error).self) { try PatientGrant.parse(arguments) }
        }
    }

    @Test func aQuestionIsCheckedBeforeAnythingIsAsked() throws {
        let ask = try DoctorAsk.parse([Self.id, "--for", "30d", "--record", "abcdef", "--answer-within", "90d"])
        #expect(ask.opens == 20 && ask.record.count == 1 && ask.purpose == .treatment)
        for arguments in [
            [Self.id], ["abcdef", "--for", "30d"], [Self.id, "--for", "30"], [Self.id, "--for", "30d", "--opens", "0"],
            [Self.id, "--for", "30d", "--opens", "1000001"], [Self.id, "--for", "30d", "--purpose", "FUN"],
            [Self.id, "--for", "30d", "--answer-within", "23h"], [Self.id, "--for", "30d", "--answer-within", "91d"],
            [Self.id, "--for", "30d", "--answer-within", "soon"], [Self.id, "--for", "3653d"],
        ] {
            #expect(throws: (any Error).self) { try DoctorAsk.parse(arguments) }
        }
    }

    @Test func aStretchIsCheckedBeforeAnythingIsAsked() throws {
        let fetch = try DoctorFetch.parse(["abcdef", "-o", "x", "--from", "1:00", "--to", "2:00"])
        #expect(fetch.from == 60 && fetch.to == 120)
        for arguments in [
            ["abcdef"], ["abcdef", "-o", "x", "--from", "2", "--to", "1"], ["abcdef", "-o", "x", "--from", "x"],
            ["abc", "-o", "x"],
        ] {
            #expect(throws: (any Error).self) { try DoctorFetch.parse(arguments) }
        }
    }

    @Test func noCommandTakesAPassphraseAsAnArgument() {
        for command in [PatientCommand.helpMessage(), PatientGrant.helpMessage(), DoctorFetch.helpMessage()] {
            #expect(!command.contains("--passphrase "))
        }
        #expect(PatientGrant.helpMessage().contains("--passphrase-file"))
    }

    @Test func theProgramHelpsAndRefusesAsItSays() throws {
        let program = try ProgramFolder()
        for role in ["patient", "doctor", "deposit", "org"] {
            let run = try program.run([role, "--help"])
            #expect(run.status == 0 && run.output.contains("Exit status: 0 done; 1 not done; 2 done"))
        }
        #expect(try program.run(["patient", "grant", "12", "--for", "30d"]).status == 64)
        let missing = try program.run(["patient", "folders", "--home", "nowhere"])
        #expect(missing.status == 1 && missing.errors.contains("parasol patient init"))
        let object = try program.run(["doctor", "consents", "--home", "nowhere", "--json"])
        #expect(object.status == 1 && object.object?["next"] as? String == "make one: parasol doctor init")
    }

    /// Every command that Docs/people.md shows is one that this program takes.
    @Test func theCommandsOfTheGuideAreTaken() throws {
        let guide = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Docs/people.md")
        let text = try String(contentsOf: guide, encoding: .utf8)
        var count = 0
        for block in text.components(separatedBy: "```").enumerated() where block.offset % 2 == 1 {
            for line in block.element.split(separator: "\n") where line.hasPrefix("parasol ") {
                let words = Self.words(String(line)).dropFirst()
                #expect(throws: Never.self, "\(line)") { try Parasol.parseAsRoot(Array(words)) }
                count += 1
            }
        }
        #expect(count > 25)
        #expect(throws: (any Error).self) { try Parasol.parseAsRoot(["patient", "open-folder"]) }
    }

    /// As a shell splits a line, with a whole identifier for each that the guide shortens.
    private static func words(_ line: String) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
            index % 2 == 1 ? [String(part)] : part.split(separator: " ").map { $0.hasSuffix("…") ? id : String($0) }
        }
    }
}
