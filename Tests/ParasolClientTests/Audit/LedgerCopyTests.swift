import Foundation
import LedgerReplica
import LogStorage
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import ParasolClient

/// Copies that grow with the ledger.
@Suite struct LedgerCopyTests {
    private let place: ProfileFolderOnDisk
    private let ledger: AuditLedger

    init() throws {
        place = try ProfileFolderOnDisk()
        ledger = try AuditLedger.enrolled(600)
    }

    private func source(_ leaves: Int, changing index: Int? = nil) throws -> FolderLedger {
        var all = Array(ledger.leaves.prefix(leaves))
        if let index { all[index][all[index].count - 1] ^= 1 }
        let folder = try ledger.write(to: place["log-\(leaves)-\(index ?? -1)"], leaves: all)
        return FolderLedger(folder, leaves: all)
    }

    private func copy(_ source: FolderLedger) async throws -> LedgerCopy.Written {
        let session = LedgerSession(
            ledger: source, trust: ledger.trust, heads: NoHeadStore(), clock: ManualClock())
        return try await LedgerCopy.write(session, to: LogFolder(place["copy"]), resuming: true)
    }

    @Test(arguments: [(1, 2), (5, 256), (255, 257), (256, 256), (300, 600), (511, 512)])
    func aCopyIsGoneOnWith(_ first: Int, _ second: Int) async throws {
        #expect(try await copy(source(first)) == .init(size: UInt64(first), kept: 0))
        let later = try source(second)
        #expect(try await copy(later) == .init(size: UInt64(second), kept: UInt64(first)))
        #expect(later.takeStarts().allSatisfy { $0 >= first })
        let report = try await Auditor(trust: ledger.trust).audit(LogFolder(place["copy"]))
        #expect(report.checkpoint.checkpoint.size == UInt64(second))
    }

    @Test func aDamagedRightEdgeIsWrittenAnew() async throws {
        _ = try await copy(source(300))
        let tile = place["copy"] + "/tile/0/001.p/44"
        var bytes = try Data(contentsOf: URL(filePath: tile))
        bytes[0] ^= 1
        try bytes.write(to: URL(filePath: tile))
        #expect(try await copy(source(600)) == .init(size: 600, kept: 0))
        #expect(throws: Never.self) { try FileManager.default.attributesOfItem(atPath: place["copy"] + "/checkpoint") }
        _ = try await Auditor(trust: ledger.trust).audit(LogFolder(place["copy"]))
    }

    @Test func aLedgerThatForkedOrWentBackIsNamedAndTheCopyStays() async throws {
        _ = try await copy(source(300))
        await #expect(throws: AuditError.notExtending(trusted: 300, size: 600)) {
            _ = try await copy(source(600, changing: 7))
        }
        await #expect(throws: AuditError.olderThanTrusted(trusted: 300, size: 200)) { _ = try await copy(source(200)) }
        let report = try await Auditor(trust: ledger.trust).audit(LogFolder(place["copy"]))
        #expect(report.checkpoint.checkpoint.size == 300)
    }
}
