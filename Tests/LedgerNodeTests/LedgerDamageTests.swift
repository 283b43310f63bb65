import Foundation
import LedgerReplica
import Octets
import Persistence
import ServiceProtocols
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

extension Fixture {
    /// A closed database, and whatever lay beside it, under another name.
    func copyDatabase(_ name: String, to other: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder.path(other + suffix))
            guard FileManager.default.fileExists(atPath: folder.path(name + suffix)) else { continue }
            try FileManager.default.copyItem(atPath: folder.path(name + suffix), toPath: folder.path(other + suffix))
        }
    }

    /// A closed ledger's database, the small file and the folder beside it, under another name.
    func copyLedger(_ name: String, to other: String) throws {
        try copyDatabase(name + ".sqlite", to: other + ".sqlite")
        try copyDatabase(name + "-state.sqlite", to: other + "-state.sqlite")
        for suffix in [".head", "-tiles"] {
            try? FileManager.default.removeItem(atPath: folder.path(other + suffix))
            guard FileManager.default.fileExists(atPath: folder.path(name + suffix)) else { continue }
            try FileManager.default.copyItem(atPath: folder.path(name + suffix), toPath: folder.path(other + suffix))
        }
    }

    /// Runs statements on a copy, past all checks.
    func damage(_ name: String, _ schema: Schema, _ statements: [String]) async throws {
        let store = try Store(path: folder.path(name), schema: schema)
        try await store.write { transaction in
            try transaction.execute("PRAGMA ignore_check_constraints = ON")
            for statement in statements { try transaction.execute(statement) }
        }
        try store.close()
    }
}

@Suite struct LedgerDamageTests {
    private func closedLedger() async throws -> Fixture {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions)
        await deployment.close()
        return fixture
    }

    @Test(arguments: [
        ("UPDATE staged SET leaf = CAST(leaf || x'00' AS BLOB) WHERE position = 4", "the stored hash of leaf 4"),
        ("UPDATE staged SET leaf = (SELECT leaf FROM staged WHERE position = 5) WHERE position = 4", "leaf 4"),
        ("UPDATE staged SET leaf = zeroblob(10) WHERE position = 0", "leaf 0"),
        ("UPDATE staged SET transaction_id = zeroblob(16) WHERE position = 3", "leaf 3 is filed under another"),
        ("DELETE FROM staged WHERE position = 0", "leaf 0 is missing"),
        ("DELETE FROM staged WHERE position = 6", "leaf 6 is missing"),
        ("DELETE FROM staged WHERE position = (SELECT max(position) FROM staged)", "says 11 leaves, and 10 are stored"),
        ("DELETE FROM staged", "says 11 leaves, and 0 are stored"),
        ("INSERT INTO staged SELECT 99, zeroblob(16), leaf FROM staged WHERE position = 0", "leaf 11 is missing"),
        ("UPDATE staged SET position = position + 256", "tile/1/000.p/1 is missing"),
        ("DELETE FROM head", "ledger.head says 11 leaves, and the database has 0"),
        ("UPDATE head SET note = x'00'", "the signed head"),
        ("UPDATE head SET note = (SELECT note FROM final_checkpoint WHERE size = 5)", "ledger.head says 11 leaves"),
        ("UPDATE final_checkpoint SET note = (SELECT note FROM head) WHERE size = 5", "size 5"),
        ("UPDATE final_checkpoint SET size = 99 WHERE size = 5", "filed under size 99"),
        ("DELETE FROM final_checkpoint", "the newest cosigned checkpoint"),
        ("DELETE FROM latest_checkpoint", "the newest cosigned checkpoint is missing"),
        (
            "UPDATE latest_checkpoint SET note = (SELECT note FROM final_checkpoint WHERE size = 5)",
            "not the last final"
        ),
        ("UPDATE log SET origin = 'other'", "the database is that of the log"),
    ])
    func aLedgerThatDisagreesWithItselfSaysWhereAndDoesNotRun(_ statement: String, _ words: String) async throws {
        let fixture = try await closedLedger()
        try await fixture.damage("ledger.sqlite", .ledger, [statement])
        let caught = await #expect(throws: LedgerError.self) { _ = try await fixture.openLedger(check: .everything) }
        guard case .inconsistent(let why) = caught else { throw Mismatch() }
        #expect(why.contains(words), "\(why)")
    }

    /// Whatever byte of the file is flipped: the node refuses to run, or nothing of what it holds has changed.
    @Test func noFlippedByteOfTheFileChangesWhatIsServed() async throws {
        let fixture = try await closedLedger()
        let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture.folder.path("ledger.sqlite"))))
        let ledger = try await fixture.openLedger()
        let size = await ledger.committedSize
        let leaves = try await ledger.entries(from: 0, to: size)
        await ledger.close()
        var generator = SeededGenerator(seed: 4)
        var refused = 0
        for round in 0..<60 {
            var flipped = original
            let position = Int.random(in: 0..<original.count, using: &generator)
            flipped[position] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
            let name = "flipped-\(round).sqlite"
            try Data(flipped).write(to: URL(fileURLWithPath: fixture.folder.path(name)))
            do {
                let opened = try await fixture.openLedger(name)
                #expect(await opened.committedSize == size, "byte \(position)")
                #expect(try await opened.entries(from: 0, to: size) == leaves, "byte \(position)")
                await opened.close()
            } catch is LedgerError {
                refused += 1
            }
        }
        #expect(refused > 0)
    }

    /// Bytes along the whole of a leaf, its first and last among them, in a copy that the database engine finds nothing wrong
    /// with. (Each opens a ledger; every byte takes half a minute.)
    @Test func aFlippedByteIsNoticedWhereverInALeafItIs() async throws {
        let fixture = try await closedLedger()
        let ledger = try await fixture.openLedger()
        let leaf = try await ledger.entries(from: 1, to: 2)[0]
        await ledger.close()
        let file = URL(fileURLWithPath: fixture.folder.path("ledger.sqlite"))
        let original = [UInt8](try Data(contentsOf: file))
        let found = original.firstIndex(of: leaf)
        let start = try #require(found)
        for offset in Array(stride(from: 0, to: leaf.count, by: 23)) + [leaf.count - 1] {
            var flipped = original
            flipped[start + offset] ^= 1
            try Data(flipped).write(to: file)
            let caught = await #expect(throws: LedgerError.self) { _ = try await fixture.openLedger() }
            let why = caught?.description ?? "accepted"
            #expect(why.contains("disagrees with itself") && why.contains("leaf 1"), "byte \(offset): \(why)")
        }
    }

    @Test func anotherKeysDatabaseIsRefused() async throws {
        let fixture = try await closedLedger()
        let other = try Fixture(seed: 7)
        let configuration = try other.configuration()
        await #expect(throws: LedgerError.self) {
            try await LedgerNode.open(
                path: fixture.folder.path("ledger.sqlite"), configuration: configuration, clock: fixture.clock)
        }
    }

    /// That rows cannot be read says nothing of what is in them.
    @Test(arguments: [StartCheck.newest, .everything])
    func aWorldStateThatCannotBeReadIsTheStoragesFailure(check: StartCheck) async throws {
        let fixture = try await closedLedger()
        let store = try Store(path: fixture.folder.path("ledger-state.sqlite"), schema: StateStore.schema)
        try await store.write { _ = try $0.execute("ALTER TABLE state_row RENAME TO elsewhere") }
        try store.close()
        let caught = await #expect(throws: LedgerError.self) { _ = try await fixture.openLedger(check: check) }
        guard case .storage(let why) = caught else { throw Mismatch() }
        #expect(why.contains("ledger-state.sqlite cannot be read"), "\(why)")
    }

    @Test func aWitnessThatDisagreesWithItselfDoesNotRun() async throws {
        let statements = [
            "UPDATE entry SET leaf = zeroblob(20) WHERE position = 2",
            "DELETE FROM entry WHERE position = 2",
            "DELETE FROM entry WHERE position = (SELECT max(position) FROM entry)",
            "DELETE FROM cosigned",
            "DELETE FROM held",
            "UPDATE held SET cosigned_size = NULL",
            "UPDATE held SET root = zeroblob(32)",
            "DELETE FROM cosigned; UPDATE held SET cosigned_size = 3",
            "UPDATE cosigned SET note = substr(note, 1, length(note) - 100)",
            "UPDATE witness SET witness_key = 'other'",
        ]
        let fixture = try await closedLedger()
        for (number, statement) in statements.enumerated() {
            let name = "copy-\(number).sqlite"
            try fixture.copyDatabase("witness-0.sqlite", to: name)
            try await fixture.damage(name, .witness, statement.split(separator: "; ").map(String.init))
            await #expect(throws: LedgerError.self, "\(statement)") {
                _ = try await fixture.openWitness(0, source: ServedLeaves(), name)
            }
        }
        #expect(throws: Never.self) { try fixture.copyDatabase("witness-0.sqlite", to: "whole.sqlite") }
        let whole = try await fixture.openWitness(0, source: ServedLeaves(), "whole.sqlite")
        await whole.close()
    }
}

extension [UInt8] {
    fileprivate func firstIndex(of other: [UInt8]) -> Int? {
        guard count >= other.count else { return nil }
        return (0...(count - other.count)).first { self[$0..<$0 + other.count].elementsEqual(other) }
    }
}
