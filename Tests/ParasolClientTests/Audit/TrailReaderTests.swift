import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import SharingContracts
import TestKit
import Testing
import TransparencyLog

/// A trail has what was asked for, also where a leaf names it only through a consent or a request, and nothing else.
@Suite struct TrailReaderTests {
    private let place: TemporaryFolder
    private let ledger: AuditLedger
    private let folder: LogFolder
    private let checkpoint: Checkpoint

    init() throws {
        place = try TemporaryFolder()
        var ledger = try AuditLedger()
        try ledger.scenario.liveALittle()
        try ledger.scenario.liveALittle()
        self.ledger = ledger
        folder = try ledger.write(to: place.path("log"))
        checkpoint = try ledger.trust.audited(checkpoint: folder.storedCheckpoint()).final.checkpoint
    }

    private func lines(_ change: (inout TrailFilter) -> Void = { _ in }) throws -> [AuditLine] {
        var filter = TrailFilter()
        change(&filter)
        var lines: [AuditLine] = []
        let count = try TrailReader(folder, checkpoint: checkpoint, filter: filter).read { line, _ in lines.append(line)
        }
        #expect(count == UInt64(lines.count))
        return lines
    }

    private static let oneLife = [
        "FolderOpened", "RecordDeposited", "ConsentGranted", "KeysIssued", "AccessRequested", "Transformed",
        "Transformed", "Transformed", "RecordOpened", "RecordExported", "AccessRequested", "Transformed", "Transformed",
        "Transformed", "RecordOpened", "RecordExported", "ConsentRevoked", "FragmentsDestroyed", "FragmentsDestroyed",
        "FragmentsDestroyed", "FragmentsDestroyed", "FragmentsDestroyed", "FolderErased", "FragmentsDestroyed",
    ]

    @Test func withoutAFilterEveryLeafIsThere() throws {
        let lines = try lines()
        #expect(lines.map(\.index) == Array(0..<UInt64(ledger.leaves.count)))
        #expect(Set(lines.map(\.kind)).isSubset(of: Set(TrailFilter.allKinds)))
    }

    @Test func aStateAndTheOrderOfLeavesSayTheSame() throws {
        var relations = LeafRelations()
        for leaf in ledger.leaves {
            let transaction = try LedgerEntry(serialized: leaf).transaction
            let state = ledger.scenario.state.subjects(of: transaction)
            #expect(relations.next(transaction) == state)
            #expect(state.folder.map { state.parties.contains($0.signer) } ?? true)
        }
    }

    @Test func aFolderHasAllThatConcernsItAndNothingOfAnother() throws {
        let folders = ledger.scenario.state.folders
        try #require(folders.count == 2)
        for folder in folders { #expect(try lines { $0.folder = folder.id }.map(\.kind) == Self.oneLife) }
    }

    @Test func aConsentHasWhatHappenedUnderIt() throws {
        let consent = try #require(ledger.scenario.state.allConsents.first)
        // Neither the folder's opening nor its deposit, nor its end.
        #expect(try lines { $0.consent = consent.id }.map(\.kind) == Array(Self.oneLife[2..<22]))
    }

    @Test func aRecordHasItsDepositAndItsAccesses() throws {
        let state = ledger.scenario.state
        let folder = try #require(state.folders.first)
        let record = try #require(state.records(in: folder.id).first)
        #expect(try lines { $0.record = record }.map(\.kind) == ["RecordDeposited"] + Array(Self.oneLife[4..<16]))
    }

    @Test func aDoctorHasTheirEnrolmentAndBothConsents() throws {
        let doctor = ledger.scenario.doctor
        #expect(
            try lines { $0.doctor = doctor }.map(\.kind)
                == ["IdentityEnrolled"] + Array(Self.oneLife[2..<22]) + Array(Self.oneLife[2..<22]))
        #expect(try lines { $0.doctor = ledger.scenario.otherDoctor }.map(\.kind) == ["IdentityEnrolled"])
    }

    @Test func whatWasAskedAndAnsweredIsTheFoldersAndTheDoctors() throws {
        var ledger = try AuditLedger()
        let folders = [try ledger.scenario.openFolder().id, try ledger.scenario.openFolder().id]
        try ledger.scenario.activate("consent", 3)
        var asked: [TransactionID] = []
        for doctor in [ledger.scenario.doctor, ledger.scenario.otherDoctor] {
            asked.append(
                try ledger.scenario.submit(.accessProposed(ledger.scenario.makeProposal(to: folders[0], by: doctor))))
        }
        let terms = ledger.scenario.makeConsent(in: folders[0], proposal: asked[0])
        try ledger.scenario.submit(.consentGranted(terms))
        try ledger.scenario.submit(.proposalDeclined(ProposalDeclined(proposal: asked[1])))
        let folder = try ledger.write(to: place.path("asked"))
        let checkpoint = try ledger.trust.audited(checkpoint: folder.storedCheckpoint()).final.checkpoint
        func lines(_ change: (inout TrailFilter) -> Void) throws -> [AuditLine] {
            var filter = TrailFilter()
            change(&filter)
            var lines: [AuditLine] = []
            _ = try TrailReader(folder, checkpoint: checkpoint, filter: filter).read { line, _ in lines.append(line) }
            return lines
        }
        #expect(
            try lines { $0.folder = folders[0] }.map(\.kind)
                == ["FolderOpened", "AccessProposed", "AccessProposed", "ConsentGranted", "ProposalDeclined"])
        #expect(try lines { $0.folder = folders[1] }.map(\.kind) == ["FolderOpened"])
        #expect(
            try lines { $0.doctor = ledger.scenario.otherDoctor }.map(\.kind)
                == ["IdentityEnrolled", "AccessProposed", "ProposalDeclined"])
        #expect(
            try lines { $0.kinds = ["ContractActivated", "ProposalDeclined"] }.map(\.kind)
                == ["ContractActivated", "ProposalDeclined"])
        let detail = try #require(try lines { $0.consent = terms.consent }.first).detail
        #expect(detail.hasSuffix("answering proposal \(asked[0])"))
        let question = try #require(try lines { $0.kinds = ["AccessProposed"] }.first).detail
        #expect(question.contains("\(ledger.scenario.doctor) asks folder \(folders[0]) for the whole folder for TREAT"))
    }

    @Test func aProxyHasWhatItHoldsAndDoes() throws {
        let life = ["ConsentGranted", "KeysIssued", "Transformed", "Transformed", "FragmentsDestroyed"]
        #expect(try lines { $0.proxy = ledger.scenario.proxies[0] }.map(\.kind) == ["IdentityEnrolled"] + life + life)
        let idle = ["ConsentGranted", "KeysIssued", "FragmentsDestroyed"]
        #expect(try lines { $0.proxy = ledger.scenario.proxies[4] }.map(\.kind) == ["IdentityEnrolled"] + idle + idle)
    }

    @Test func filtersCombineAndTimesAreHalfOpen() throws {
        let entries = ledger.scenario.entries
        let since = entries[12].sequencedAt
        let until = entries[20].sequencedAt
        #expect(
            try lines {
                $0.since = since
                $0.until = until
            }.map(\.index) == Array(12..<20))
        let first = try #require(ledger.scenario.state.allConsents.first?.terms.folder)
        let opened = try lines {
            $0.folder = first
            $0.kinds = ["RecordOpened", "FolderErased"]
            $0.doctor = ledger.scenario.doctor
        }
        #expect(opened.map(\.kind) == ["RecordOpened", "RecordOpened"])
    }

    @Test func aTrailOfChangedLeavesEndsWithAnError() throws {
        let other = try AuditLedger.enrolled(ledger.leaves.count, seed: 9)
        let forged = try other.write(to: place.path("forged"))
        #expect(throws: AuditError.wrongRoot(size: checkpoint.size)) {
            _ = try TrailReader(forged, checkpoint: checkpoint, filter: TrailFilter()).read { _, _ in }
        }
    }
}
