import Foundation
import LedgerReplica
import LogStorage
import ParasolClient
import SharingContracts
import TestKit
import Testing

/// Makes a log of a realistic mix to measure an audit on: `PARASOL_AUDIT_LOG=FOLDER` and `PARASOL_AUDIT_LEAVES=100000`, and then
/// `parasol audit verify FOLDER/log --policy FOLDER/policy` of a release build.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PARASOL_AUDIT_LOG"] != nil))
struct AuditRateTests {
    @Test func aLogToMeasureOnIsMade() throws {
        let environment = ProcessInfo.processInfo.environment
        let place = try #require(environment["PARASOL_AUDIT_LOG"])
        let count = Int(environment["PARASOL_AUDIT_LEAVES"] ?? "") ?? 10_000
        var ledger = try AuditLedger()
        while ledger.scenario.entries.count < count { try ledger.scenario.liveLong() }
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try ledger.write(to: place + "/log")
        try Data(ledger.trust.policyText.utf8).write(to: URL(filePath: place + "/policy"))
    }
}

extension SharingScenario {
    /// A folder with a record and a consent, ten accesses of three transforms each: 54 leaves.
    fileprivate mutating func liveLong() throws {
        let folder = try openFolder()
        let record = try deposit(in: folder)
        let terms = makeConsent(in: folder.id)
        _ = try grantAndIssue(terms, in: folder)
        for _ in 0..<10 {
            let request = try request(record.id, under: .consent(terms.consent))
            for proxy in terms.proxies.prefix(3) {
                // What the fragment is, no rule asks before somebody disputes it.
                try submit(.transformed(makeTransformed(request, by: proxy, answering: bytes(359))))
            }
            try submit(.recordOpened(RecordOpened(request: request)))
        }
    }
}
