import Foundation
import LedgerNode
import LedgerReplica
import LogStorage
import ParasolClient
import ServiceProtocols
import TestKit

/// Damages a prepared log, one byte after the other.
struct Damage {
    private let log: LogUnderTest
    private let every: Int
    private let only: [String]

    init(_ options: Options) throws {
        only = options.only
        log = try LogUnderTest(options)
        every = options.every
    }

    private func chosen(of files: [String]) throws -> [String] {
        if let missing = only.first(where: { !files.contains($0) }) { throw Wrong("there is no \(missing)") }
        return only.isEmpty ? files : only
    }

    /// Every file of the published folder: `audit fsck`'s checks must find each change, or nothing is read otherwise.
    func changeLog() async throws {
        let trust = try TrustAnchor(policyFile: Array(log.policyText.utf8))
        let original = log.files.tiles
        let before = try LogReading(LogFolder(original), trust: trust)
        try await DamageSweep(
            original: original, scratch: log.folder + "/damaged",
            files: try chosen(of: FilesBelow(original).names),
            kinds: DamageKind.allCases, every: every,
            // Of a note anybody may add and take lines that no known key signed: what it says stays the same.
            mayBeHarmless: ["checkpoint"]
        ) { path, file in
            let folder = LogFolder(path)
            // The check that reads the file.
            let checks = file == "checkpoint" ? [LogFsck.checkpointCheck] : [LogFsck.tilesCheck]
            var isFound = false
            _ = await LogFsck(folder, trust: trust, checks: checks).run { isFound = isFound || $0.isDamage }
            if isFound { return .found }
            return (try? LogReading(folder, trust: trust)) == before ? .harmless : .missed
        }.run()
    }

    /// The databases and the second head: the check of a ledger's files must refuse each change, or no row is another one.
    func changeDatabases() async throws {
        let ledger = try await log.openLedger(.everything)
        do {
            let trails = try TrailIndex(path: log.files.trails, ledger: ledger, clock: SystemClock())
            try await trails.catchUp()
            await trails.close()
        } catch {
            await ledger.close()
            throw error
        }
        await ledger.close()
        let policyText = log.policyText
        // As it is found, the check must hold.
        try await LedgerFilesCheck(log.files, policyText: policyText).run()
        // The ledger's files and nothing else of the folder.
        let original = log.folder + "/ledger"
        try? FileManager.default.removeItem(atPath: original)
        try FileManager.default.createDirectory(atPath: original, withIntermediateDirectories: true)
        let moved = LedgerFiles(database: original + "/ledger.sqlite")
        for (from, to) in [
            (log.files.database, moved.database), (log.files.head, moved.head), (log.files.tiles, moved.tiles),
            (log.files.state, moved.state), (log.files.trails, moved.trails),
        ] { try FileManager.default.copyItem(atPath: from, toPath: to) }
        let files = ["ledger.head", "ledger.sqlite", "ledger-state.sqlite", "ledger-trails.sqlite"]
        let before = try await StoredRows(moved)
        let changed = try chosen(of: files)
        try await DamageSweep(
            original: original, scratch: log.folder + "/damaged", files: changed, kinds: [.flipped, .cut], every: every,
            // Much of a page is unused.
            mayBeHarmless: Set(files)
        ) { folder, _ in
            let files = LedgerFiles(database: folder + "/ledger.sqlite")
            do throws(LedgerError) { try await LedgerFilesCheck(files, policyText: policyText).run() } catch {
                return .found
            }
            return (try? await StoredRows(files))?.readsAs(before) == true ? .harmless : .missed
        }.run()
    }
}
