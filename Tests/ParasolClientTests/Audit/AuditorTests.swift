import LedgerReplica
import LogStorage
import Octets
import ParasolClient
import SharingContracts
import TestKit
import Testing
import TransparencyLog

/// A full audit accepts what keeps every rule, and names the first leaf that does not.
@Suite struct AuditorTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private func audit(
        _ ledger: AuditLedger, leaves: [[UInt8]]? = nil, from trusted: [UInt8]? = nil
    ) async throws -> AuditReport {
        let folder = try ledger.write(to: place.path("log"), leaves: leaves)
        return try await Auditor(trust: ledger.trust).audit(folder, from: trusted)
    }

    @Test func anHonestLedgerHoldsAndIsReportedInFull() async throws {
        let ledger = try AuditLedger.enrolled(300)
        var seen: [UInt64] = []
        let folder = try ledger.write(to: place.path("log"))
        let report = try await Auditor(trust: ledger.trust, jobs: 3).audit(
            folder, each: { index, _ in seen.append(index) })
        #expect(report.size == 300)
        #expect(seen == Array(0..<300))
        #expect(report.kinds == ["LedgerFounded": 1, "IdentityEnrolled": 299])
        #expect(report.signatures == 5 + 2 * 299)
        #expect(report.cosignatures.count == 3)
        // Two of leaves' hashes, one above them.
        #expect(report.tiles == 3)
        #expect(report.state == ledger.scenario.state)
    }

    @Test func everyKindOfTransactionIsReExecuted() async throws {
        var ledger = try AuditLedger()
        try ledger.scenario.liveALittle()
        let report = try await audit(ledger)
        #expect(report.state == ledger.scenario.state)
    }

    @Test(arguments: [1, 2, 8]) func theNumberOfJobsChangesNothing(_ jobs: Int) async throws {
        let ledger = try AuditLedger.enrolled(600)
        let folder = try ledger.write(to: place.path("log"))
        let report = try await Auditor(trust: ledger.trust, jobs: jobs).audit(folder)
        #expect(report.state == ledger.scenario.state)
    }

    @Test func aForgedSignatureIsNamedByItsLeaf() async throws {
        var ledger = try AuditLedger.enrolled(290)
        let body = TransactionBody.identityEnrolled(
            try ledger.scenario.makeEnrollment(.auditor, by: ledger.scenario.members[0]))
        let transaction = try Transaction(id: ledger.scenario.identifier(), body: body)
        guard case .identityEnrolled(let enrolled) = body else { return }
        // The member's signature is over another ledger's origin.
        let signatures = [
            try ledger.scenario.signature(of: enrolled.member.signer, on: transaction, origin: "elsewhere"),
            try ledger.scenario.signature(of: enrolled.identity.signer, on: transaction),
        ]
        let entry = try LedgerEntry(
            sequencedAt: ledger.scenario.now, try SignedTransaction(transaction, signatures: signatures))
        await #expect(
            throws: AuditError.ruleBroken(index: 290, ContractViolation(.invalidSignature, ""))
        ) { try await audit(ledger, leaves: ledger.leaves + [entry.serialized]) }
    }

    @Test func aLeafThatOnlyItsOwnKeysSignedIsRefused() async throws {
        var ledger = try AuditLedger.enrolled(20)
        let enrolled = try ledger.scenario.makeEnrollment(.auditor, by: ledger.scenario.members[0])
        let signed = try ledger.scenario.sign(.identityEnrolled(enrolled), by: [enrolled.identity.signer])
        let entry = try LedgerEntry(sequencedAt: ledger.scenario.now, signed)
        await #expect(
            throws: AuditError.ruleBroken(index: 20, ContractViolation(.missingSignature, ""))
        ) { try await audit(ledger, leaves: ledger.leaves + [entry.serialized]) }
    }

    @Test func aRepeatedAndAnUntimelyLeafAreRefused() async throws {
        let ledger = try AuditLedger.enrolled(20)
        await #expect(
            throws: AuditError.ruleBroken(index: 20, ContractViolation(.duplicateTransaction, ""))
        ) { try await audit(ledger, leaves: ledger.leaves + [ledger.leaves[7]]) }
        var swapped = ledger.leaves
        swapped.swapAt(18, 19)
        await #expect(
            throws: AuditError.ruleBroken(index: 19, ContractViolation(.timeNotIncreasing, ""))
        ) { try await audit(ledger, leaves: swapped) }
    }

    @Test func theFirstOfSeveralFaultsIsNamedWhateverCoreMeetsWhich() async throws {
        let ledger = try AuditLedger.enrolled(800)
        var leaves = ledger.leaves
        leaves[790] = [1, 2, 3]
        leaves[400] = [4, 5, 6]
        await #expect(throws: AuditError.ruleBroken(index: 400, ContractViolation(.undecodable, ""))) {
            try await audit(ledger, leaves: leaves)
        }
    }

    @Test func anotherPolicyThanTheFoundingsIsRefused() async throws {
        let ledger = try AuditLedger.enrolled(20)
        let folder = try ledger.write(to: place.path("log"))
        let other = try TrustAnchor(policyFile: Array((ledger.trust.policyText + "\n").utf8))
        await #expect(throws: AuditError.foreignPolicy) { try await Auditor(trust: other).audit(folder) }
    }

    @Test func tooFewWitnessesAreNoQuorum() async throws {
        let ledger = try AuditLedger.enrolled(20)
        let folder = try ledger.write(to: place.path("log"), cosigners: 1)
        await #expect(throws: AuditError.checkpoint(.quorumNotMet)) {
            try await Auditor(trust: ledger.trust).audit(folder)
        }
    }

    @Test func aPolicyWithoutWitnessesOrWithTwoLogsIsNoGround() throws {
        let ledger = try AuditLedger()
        let log = "log \(ledger.log.verifierKey.vkey)\n"
        #expect(throws: AuditError.policy(.unreadable(.noQuorum))) {
            try TrustAnchor(policyFile: Array((log + "quorum none\n").utf8))
        }
        let other = try NoteSigner(
            name: try KeyName("other"), algorithm: .ed25519, seed: .init(copying: Array(repeating: 9, count: 32)))
        #expect(throws: AuditError.policy(.logs(2))) {
            try TrustAnchor(policyFile: Array((log + "log \(other.verifierKey.vkey)\nquorum none\n").utf8))
        }
    }

    // MARK: From a trusted checkpoint

    @Test func fromATrustedCheckpointSignaturesBelowItAreNotVerifiedAgain() async throws {
        let ledger = try AuditLedger.enrolled(300)
        var old = TreeFrontier()
        for leaf in ledger.leaves.prefix(280) { try old.append(MerkleTree.leafHash(of: leaf)) }
        let note = try ledger.note(size: 280, root: old.root).encoded
        let report = try await audit(ledger, from: note)
        #expect(report.trusted?.size == 280)
        #expect(report.signatures == 40)
        #expect(report.state == ledger.scenario.state)
    }

    @Test func rulesAreCheckedBelowATrustedCheckpointToo() async throws {
        let ledger = try AuditLedger.enrolled(20)
        let leaves = ledger.leaves + [ledger.leaves[7]]
        var old = TreeFrontier()
        for leaf in leaves { try old.append(MerkleTree.leafHash(of: leaf)) }
        let note = try ledger.note(size: 21, root: old.root).encoded
        await #expect(
            throws: AuditError.ruleBroken(index: 20, ContractViolation(.duplicateTransaction, ""))
        ) { try await audit(ledger, leaves: leaves, from: note) }
        var swapped = ledger.leaves
        swapped.swapAt(18, 19)
        old = TreeFrontier()
        for leaf in swapped { try old.append(MerkleTree.leafHash(of: leaf)) }
        let other = try ledger.note(size: 20, root: old.root).encoded
        await #expect(
            throws: AuditError.ruleBroken(index: 19, ContractViolation(.timeNotIncreasing, ""))
        ) { try await audit(ledger, leaves: swapped, from: other) }
    }

    @Test func aTrustedCheckpointOfAnotherHistoryShowsTheFork() async throws {
        let ledger = try AuditLedger.enrolled(300)
        let other = try AuditLedger.enrolled(280, seed: 2)
        var old = TreeFrontier()
        for leaf in other.leaves { try old.append(MerkleTree.leafHash(of: leaf)) }
        let note = try ledger.note(size: 280, root: old.root).encoded
        await #expect(throws: AuditError.notExtending(trusted: 280, size: 300)) {
            try await audit(ledger, from: note)
        }
        let longer = try ledger.note(size: 301, root: old.root).encoded
        await #expect(throws: AuditError.olderThanTrusted(trusted: 301, size: 300)) {
            try await audit(ledger, from: longer)
        }
        let weak = try ledger.note(size: 280, root: old.root, cosigners: 1).encoded
        await #expect(throws: AuditError.checkpoint(.quorumNotMet)) { try await audit(ledger, from: weak) }
    }
}

extension SharingScenario {
    /// A folder, a record, a consent, two accesses, a revocation and an erasure.
    mutating func liveALittle() throws {
        let folder = try openFolder()
        let record = try deposit(in: folder)
        let terms = makeConsent(in: folder.id)
        let fragments = try grantAndIssue(terms, in: folder)
        for _ in 0..<2 {
            let request = try request(record.id, under: .consent(terms.consent))
            for proxy in terms.proxies.prefix(3) {
                guard let fragment = fragments[proxy] else { continue }
                try transform(request, of: record.capsule, by: proxy, with: fragment)
            }
            try submit(.recordOpened(RecordOpened(request: request)))
            try submit(.recordExported(RecordExported(request: request)))
        }
        try submit(.consentRevoked(ConsentRevoked(consent: terms.consent)))
        for proxy in terms.proxies {
            try submit(
                .fragmentsDestroyed(
                    FragmentsDestroyed(holder: proxy, target: .consent(terms.consent), reason: .revoked)))
        }
        try submit(.folderErased(FolderErased(folder: folder.id)))
        try submit(
            .fragmentsDestroyed(FragmentsDestroyed(holder: keyService, target: .folder(folder.id), reason: .erased)))
    }
}
