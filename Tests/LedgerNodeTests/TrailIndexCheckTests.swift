import Foundation
import LedgerReplica
import Persistence
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import LedgerNode

/// An index of trails that is not what the leaves make it is found.
@Suite struct TrailIndexCheckTests {
    private let fixture: Fixture
    private let files: LedgerFiles

    init() throws {
        fixture = try Fixture()
        files = LedgerFiles(database: fixture.folder.path("ledger.sqlite"))
    }

    /// Submits the fixture's transactions, indexes the first so many leaves, and closes all.
    private func close(indexing count: Int) async throws {
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<count])
        let index = try TrailIndex(path: files.trails, ledger: deployment.ledger, clock: ManualClock())
        try await index.catchUp()
        await index.close()
        try await deployment.submit(fixture.transactions[count...])
        await deployment.close()
    }

    private func check() async throws(LedgerError) {
        try await LedgerFilesCheck(files, policyText: fixture.policyText).run()
    }

    @Test func aWholeIndexOneThatIsBehindAndNoneHold() async throws {
        try await close(indexing: 7)
        try await check()
        try FileManager.default.removeItem(atPath: files.trails)
        try await check()
    }

    @Test(arguments: [
        ("DELETE FROM trail WHERE position = 4", "the rows of the leaves from 0 on"),
        ("UPDATE trail SET signer = zeroblob(16) WHERE position = 4", "the rows of the leaves from 0 on"),
        ("INSERT INTO trail (signer, position) VALUES (zeroblob(16), 4)", "the rows of the leaves from 0 on"),
        ("INSERT INTO trail (signer, position) VALUES (zeroblob(16), 5000)", "the rows of the leaves from 4096 on"),
        (
            "INSERT INTO granted (grantee, position, consent) VALUES (zeroblob(16), 4, zeroblob(16))",
            "the rows of the leaves from 0 on"
        ),
        ("UPDATE indexed SET size = 12", "is of 12 leaves, and the log has 11"),
        ("UPDATE indexed SET size = 10", "ends with another leaf 10"),
        ("UPDATE indexed SET last = zeroblob(32)", "ends with another leaf 11"),
    ]) func aChangedRowIsFoundAndNamed(_ statement: String, _ reason: String) async throws {
        try await close(indexing: fixture.transactions.count)
        try await check()
        try await fixture.damage("ledger-trails.sqlite", .trails, [statement])
        do {
            try await check()
            Issue.record("\(statement): not found")
        } catch {
            guard case LedgerError.inconsistent(let text) = error else { throw error }
            #expect(text.contains(reason), "\(text)")
        }
    }
}
