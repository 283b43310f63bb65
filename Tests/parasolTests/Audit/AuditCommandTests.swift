import Foundation
import Testing

/// `parasol audit`, run as a program on what `parasol demo --keep` leaves.
@Suite struct AuditCommandTests {
    private let program: ProgramFolder
    private var folder: URL { program.url }

    init() throws { program = try ProgramFolder() }

    private func parasol(_ arguments: String...) throws -> ProgramFolder.Run { try program.run(arguments) }

    @Test func aKeptDemonstrationIsAuditedProvedComparedAndFoundWhole() throws {
        let demo = try parasol("demo", "--proxies", "2", "--threshold", "1", "--keep", "kept")
        #expect(demo.status == 0)
        #expect(demo.output.contains("parasol audit verify"))
        let policy = ["--policy", "kept/policy"]

        let verified = try parasol("audit", "verify", "kept/log", policy[0], policy[1], "--json")
        #expect(verified.status == 0)
        #expect(verified.object?["holds"] as? Bool == true)
        let again = try parasol(
            "audit", "verify", "kept/log", policy[0], policy[1], "--from", "kept/log/checkpoint")
        #expect(again.status == 0)
        #expect(again.output.contains("not verified again"))
        // No terminal, no bar.
        #expect(again.errors == "")

        #expect(try parasol("audit", "prove", "kept/log", "3", "-o", "p.tlog-proof").status == 0)
        #expect(try parasol("audit", "prove", "kept/log", "4", "-o", "p.tlog-proof").status == 1)
        let checked = try parasol("audit", "check", "p.tlog-proof", "--leaf", "p.leaf", policy[0], policy[1])
        #expect(checked.status == 0)
        #expect(checked.output.contains("leaf 3 of"))
        #expect(
            try parasol("audit", "check", "p.tlog-proof", "--leaf", "p.tlog-proof", policy[0], policy[1]).status == 1)

        let same = try parasol("audit", "compare", "kept/log", "kept/log/checkpoint", policy[0], policy[1])
        #expect(same.status == 0)

        let whole = try parasol(
            "audit", "fsck", "kept/log", policy[0], policy[1], "--database", "kept/ledger/ledger.sqlite", "--json")
        #expect(whole.status == 0)
        #expect(whole.object?["damages"] as? Int == 0)
        try Data([1]).write(to: folder.appending(path: "kept/log/stranger"))
        #expect(try parasol("audit", "fsck", "kept/log", policy[0], policy[1]).output.contains("extra: stranger"))
        try FileManager.default.removeItem(at: folder.appending(path: "kept/log/stranger"))

        let trail = try parasol("audit", "trail", "kept/log", policy[0], policy[1], "--format", "json")
        #expect(trail.status == 0)
        #expect(trail.object?["complete"] as? Bool == true)
        let sheet = try parasol("audit", "trail", "kept/log", policy[0], policy[1], "--format", "csv", "--bare")
        let records = sheet.output.components(separatedBy: "\r\n").filter { !$0.isEmpty }
        #expect(records.count == 1 + (trail.object?["count"] as? Int ?? 0))

        try spoil("kept/log/tile/0/000.p")
        #expect(try parasol("audit", "verify", "kept/log", policy[0], policy[1]).status == 1)
        #expect(
            try parasol("audit", "fsck", "kept/log", policy[0], policy[1]).output.contains("damaged: tile/0/000.p"))
        let failed = try parasol("audit", "verify", "kept/log", policy[0], policy[1], "--json")
        #expect(failed.status == 1)
        #expect(failed.object?["holds"] as? Bool == false)
    }

    @Test(
        arguments: [
            ["audit", "verify", "nowhere"], ["audit", "prove", "nowhere", "zz", "-o", "x"],
            ["audit", "trail", "nowhere", "--policy", "p", "--kind", "Nothing"],
            ["audit", "trail", "nowhere", "--policy", "p", "--since", "yesterday"],
            ["audit", "trail", "nowhere", "--policy", "p", "--folder", "12"],
            ["audit", "verify", "nowhere", "--policy", "p", "--jobs", "0"],
        ]) func wrongUsageExitsWith64(_ arguments: [String]) throws
    {
        #expect(try program.run(arguments).status == 64)
    }

    @Test func whatIsNotThereExitsWith1AndIsNamed() throws {
        let run = try parasol("audit", "verify", "nowhere", "--policy", "no-policy")
        #expect(run.status == 1)
        #expect(run.errors.contains("no-policy"))
    }

    /// Flips a bit in the only file of a folder.
    private func spoil(_ path: String) throws {
        let place = folder.appending(path: path)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: place.path()).first)
        var bytes = try Data(contentsOf: place.appending(path: name))
        bytes[5] ^= 1
        try bytes.write(to: place.appending(path: name))
    }
}
