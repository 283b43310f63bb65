import DurableFiles
import Foundation
import LogStorage
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

extension Fixture {
    var tiles: LogFolder { LogFolder(folder.path("ledger-tiles")) }

    /// Adds valid enrolments until there are `count` transactions.
    mutating func enroll(upTo count: Int) throws {
        while scenario.entries.count < count { _ = try scenario.enroll(.doctor, by: scenario.members[0]) }
    }
}

extension Deployment {
    /// Submits valid transactions in order, many at a time.
    func submitTogether(_ transactions: ArraySlice<[UInt8]>) async throws -> [Receipt] {
        try await withThrowingTaskGroup(of: (Int, Receipt).self) { group in
            for (offset, transaction) in transactions.enumerated() {
                group.addTask { (offset, try await ledger.submit(transaction)) }
            }
            var receipts = Array(repeating: Receipt(entry: [], proof: []), count: transactions.count)
            for try await (offset, receipt) in group { receipts[offset] = receipt }
            return receipts
        }
    }
}

@Suite struct LedgerTilesTests {
    private static let size: UInt64 = 300

    /// 300 leaves: a full bundle, whose leaves are not staged any more, and a partial one.
    private func largeLedger() async throws -> (Fixture, Deployment, [Receipt]) {
        var fixture = try Fixture()
        try fixture.enroll(upTo: Int(Self.size))
        let transactions = fixture.transactions
        let deployment = try await fixture.openDeployment()
        let first = try await deployment.submit(transactions[..<3])
        let rest = try await deployment.submitTogether(transactions[3..<299])
        return (fixture, deployment, first + rest + (try await deployment.submit(transactions[299...])))
    }

    @Test func theFolderIsTheWholeLogInTilesAndAnyReaderCanProveFromIt() async throws {
        let (fixture, deployment, receipts) = try await largeLedger()
        let published = try fixture.tiles.checkpoint()
        let note = try #require(published)
        let checkpoint = try await deployment.ledger.checkpoint()
        #expect(note == checkpoint)
        let verified = try TrustPolicy(text: Array(fixture.policyText.utf8)).verify(SignedNote(encoded: note))
        #expect(verified.checkpoint.size == Self.size)
        var lookup = fixture.tiles.lookup(size: Self.size)
        #expect(try lookup.root(ofFirst: Self.size) == verified.checkpoint.root)
        let leaves =
            try fixture.tiles.entries(of: Tile(.entries, index: 0))
            + fixture.tiles.entries(of: Tile(.entries, index: 1, width: 44))
        for receipt in receipts {
            let index = try LogProof(encoded: receipt.proof).index
            #expect(leaves[Int(index)] == receipt.entry)
            try lookup.inclusionProof(index: index, size: Self.size)
                .verify(leafHash: MerkleTree.leafHash(of: receipt.entry), root: verified.checkpoint.root)
        }
        await deployment.close()
    }

    @Test func receiptsAndReadsAreTheSameFromMemoryAndFromTiles() async throws {
        let (fixture, deployment, receipts) = try await largeLedger()
        let size = await deployment.ledger.committedSize
        let served = try await deployment.ledger.entries(from: 0, to: size)
        await deployment.close()
        let again = try await fixture.openDeployment()
        #expect(try await again.submit(fixture.transactions) == receipts)
        var read: [[UInt8]] = []
        while read.count < size { read += try await again.ledger.entries(from: UInt64(read.count), to: size) }
        #expect(Array(read.prefix(served.count)) == served)
        #expect(Set(receipts.map(\.entry)) == Set(read) && read.count == receipts.count)
        await again.close()
    }

    @Test func leavesInFullBundlesDoNotStayStaged() async throws {
        let (fixture, deployment, _) = try await largeLedger()
        await deployment.close()
        let store = try Store(path: fixture.folder.path("ledger.sqlite"), schema: .ledger)
        let staged = try await store.read {
            try $0.requiredRow("SELECT min(position) AS low, count(*) AS n FROM staged")
        }
        #expect(try staged.unsigned("low") == 256)
        #expect(try staged.unsigned("n") == 44)
        try store.close()
    }

    /// With 256 leaves no tile of the lowest levels is partial: the folders of the full ones are looked into all the same.
    @Test func theStartRemovesWhatAnInterruptedWriteOfTheFirstFullBundleLeft() async throws {
        var fixture = try Fixture()
        try fixture.enroll(upTo: 256)
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<3])
        _ = try await deployment.submitTogether(fixture.transactions[3...])
        await deployment.close()
        let files = FileSystem()
        let left = ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"].map { "\(fixture.tiles.path)/\($0)" }
        for path in left {
            try files.remove(path)
            try files.put(path + ".new-1a2b", [1])
        }
        let again = try await fixture.openDeployment()
        await again.close()
        for path in left {
            #expect(try files.exists(path))
            #expect(try !files.exists(path + ".new-1a2b"))
        }
    }

    @Test func aChangedOrMissingTileStopsTheStartAndIsNamed() async throws {
        let (fixture, deployment, _) = try await largeLedger()
        await deployment.close()
        func expectRefusal(_ words: String) async throws {
            let caught = await #expect(throws: LedgerError.self) {
                _ = try await fixture.openLedger(check: .everything)
            }
            guard case .inconsistent(let why) = caught else { throw Mismatch() }
            #expect(why.contains(words), "\(why)")
        }
        for (path, words) in [
            ("tile/entries/000", "leaf"), ("tile/0/000", "the stored hash of leaf 128"),
            ("tile/entries/001.p/44", "tile/entries/001.p/44 is not what the staged leaves make it"),
            ("tile/0/001.p/44", "leaf 278"), ("tile/1/000.p/1", "do not hash to the root of the signed head"),
        ] {
            let file = URL(fileURLWithPath: fixture.tiles.path + "/" + path)
            let whole = try Data(contentsOf: file)
            var bytes = whole
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            try await expectRefusal(words)
            guard !path.contains(".p/") else {
                try whole.write(to: file)
                continue
            }
            try FileManager.default.removeItem(at: file)
            try await expectRefusal(path + " is missing")
            try whole.write(to: file)
        }
        let opened = try await fixture.openLedger()
        await opened.close()
    }

    @Test func aDatabaseRestoredAloneIsRefusedWithoutAskingAnybody() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<3])
        await deployment.close()
        try fixture.copyDatabase("ledger.sqlite", to: "backup.sqlite")
        let later = try await fixture.openDeployment()
        try await later.submit(fixture.transactions[3..<6])
        await later.close()
        try fixture.copyDatabase("backup.sqlite", to: "ledger.sqlite")
        let caught = await #expect(throws: LedgerError.self) { _ = try await fixture.openLedger() }
        guard case .inconsistent(let why) = caught else { throw Mismatch() }
        #expect(why.contains("ledger.head says 6 leaves, and the database has 3: it is an older copy"), "\(why)")
    }

    @Test func theSecondCopyOfTheHeadIsDemandedAndBelievedOnlyUnderTheLogsKey() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        try await deployment.submit(fixture.transactions[..<3])
        await deployment.close()
        let head = URL(fileURLWithPath: fixture.folder.path("ledger.head"))
        let whole = try Data(contentsOf: head)
        for (bytes, words) in [
            (nil, "is missing"), (Data(), "does not count"), (whole.dropLast(9), "does not count"),
            (Data(try SignedNote(encoded: [UInt8](whole)).text), "does not count"),
        ] {
            try FileManager.default.removeItem(at: head)
            if let bytes { try bytes.write(to: head) }
            let caught = await #expect(throws: LedgerError.self) { _ = try await fixture.openLedger() }
            guard case .inconsistent(let why) = caught else { throw Mismatch() }
            #expect(why.contains("ledger.head") && why.contains(words), "\(why)")
            try whole.write(to: head)
        }
        let opened = try await fixture.openLedger()
        await opened.close()
    }

    /// Every call to the file system fails once, in the middle of writing tiles: what was committed is final after the next start,
    /// and what was acknowledged stays.
    @Test func aFaultAtAnyFileCallLosesNothingThatWasCommitted() async throws {
        var fixture = try Fixture()
        try fixture.enroll(upTo: 261)
        let prepared = try await fixture.openDeployment()
        let known =
            try await prepared.submit(fixture.transactions[..<3])
            + prepared.submitTogether(fixture.transactions[3..<250])
        await prepared.close()
        try fixture.copyLedger("ledger", to: "prepared")
        for number in 0..<3 {
            for suffix in [".sqlite", "-state.sqlite"] {
                try fixture.copyDatabase("witness-\(number)\(suffix)", to: "prepared-\(number)\(suffix)")
            }
        }
        var position = 0
        var didFail = true
        while didFail {
            try fixture.copyLedger("prepared", to: "ledger")
            for number in 0..<3 {
                for suffix in [".sqlite", "-state.sqlite"] {
                    try fixture.copyDatabase("prepared-\(number)\(suffix)", to: "witness-\(number)\(suffix)")
                }
            }
            let left = Mutex<Int?>(nil)
            let files = FileSystem { _, _ in
                left.withLock { left in
                    guard let now = left else { return nil }
                    left = now - 1
                    return now == 0 ? EIO : nil
                }
            }
            let deployment = try await fixture.openDeployment(fileSystem: files)
            left.withLock { $0 = position }
            do {
                _ = try await deployment.submitTogether(fixture.transactions[250...])
                didFail = false
            } catch let error as LedgerError {
                guard case .storage(let why) = error else { throw error }
                #expect(why.contains("errno"), "call \(position): \(why)")
            }
            await deployment.close()
            let again = try await fixture.openDeployment()
            for (offset, transaction) in fixture.transactions[250...].enumerated() {
                let receipt = try await again.ledger.submit(transaction)
                _ = try fixture.check(receipt, carries: transaction)
                if offset == 0 { #expect(try await again.ledger.submit(fixture.transactions[0]) == known[0]) }
            }
            #expect(await again.ledger.finalSize == 261)
            var lookup = fixture.tiles.lookup(size: 261)
            let published = try fixture.tiles.checkpoint()
            let checkpoint = try Checkpoint(text: SignedNote(encoded: try #require(published)).text)
            #expect(try lookup.root(ofFirst: 261) == checkpoint.root)
            await again.close()
            position += 11
        }
        #expect(position > 50)
    }
}
