import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

@Suite struct LedgerNodeTests {
    @Test func everyReceiptVerifiesOfflineAgainstTheQuorum() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        for (index, transaction) in fixture.transactions.enumerated() {
            let receipt = try await deployment.ledger.submit(transaction)
            let checkpoint = try fixture.check(receipt, carries: transaction, at: UInt64(index))
            #expect(checkpoint.size == UInt64(index) + 1)
        }
        #expect(await deployment.ledger.finalSize == UInt64(fixture.transactions.count))
        await deployment.close()
    }

    @Test func sequencingTimesStrictlyIncreaseOnAClockThatStands() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let receipts = try await deployment.submit(fixture.transactions)
        let times = try receipts.map { try LedgerEntry(serialized: $0.entry).sequencedAt.microseconds }
        #expect(times == (0..<UInt64(times.count)).map { Fixture.start * 1_000 + $0 })
        await deployment.close()
    }

    @Test func aDuplicateIsAnsweredWithTheFirstReceiptForEver() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let transactions = fixture.transactions
        let first = try await deployment.submit(transactions)
        fixture.clock.advance(milliseconds: 600_000)
        _ = try await deployment.ledger.checkpoint()
        #expect(try await deployment.submit(transactions) == first)
        #expect(await deployment.ledger.committedSize == UInt64(transactions.count))
        await deployment.close()

        let again = try await fixture.openDeployment()
        #expect(try await again.submit(transactions) == first)
        for (receipt, entry) in zip(first, fixture.scenario.entries) {
            #expect(try await again.ledger.receipt(of: entry.transaction.id) == receipt)
        }
        await again.close()
    }

    @Test func theSameIdentifierUnderOtherBytesGetsTheFirstReceiptToo() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let first = try await deployment.submit(fixture.transactions)
        let founding = fixture.scenario.entries[0].transaction
        let members = fixture.scenario.members.map(\.signer)
        let other = try SignedTransaction(
            founding, signatures: try members.map { try fixture.scenario.signature(of: $0, on: founding) })
        #expect(other.serialized != fixture.transactions[0])
        #expect(try await deployment.ledger.submit(other.serialized) == first[0])
        await deployment.close()
    }

    @Test func duplicatesInsideABatchAreOneLeaf() async throws {
        let fixture = try Fixture()
        let gate = Gate(isOpen: true)
        let deployment = try await fixture.openDeployment(sequencer: { ScriptedSequencer($0, gate: gate) })
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        _ = try await ledger.submit(transactions[0])
        gate.close()
        let receipts = try await withThrowingTaskGroup(of: Receipt.self) { tasks in
            tasks.addTask { try await ledger.submit(transactions[1]) }
            await until { gate.waitingCount == 1 }
            for _ in 0..<10 { tasks.addTask { try await ledger.submit(transactions[2]) } }
            await until { await ledger.queue.count == 10 }
            gate.open()
            return try await tasks.reduce(into: Set<Receipt>()) { $0.insert($1) }
        }
        #expect(receipts.count == 2)
        #expect(await ledger.committedSize == 3)
        await deployment.close()
    }

    @Test func aCrowdSharesOneCommit() async throws {
        let fixture = try Fixture()
        let gate = Gate(isOpen: true)
        let deployment = try await fixture.openDeployment(sequencer: { ScriptedSequencer($0, gate: gate) })
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        _ = try await ledger.submit(transactions[0])
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (position, transaction) in transactions.dropFirst().enumerated() {
                tasks.addTask { _ = try await ledger.submit(transaction) }
                // The first goes alone, and holds the gate while the others gather.
                await until { position == 0 ? gate.waitingCount == 1 : await ledger.queue.count == position }
            }
            gate.open()
            try await tasks.waitForAll()
        }
        #expect(await ledger.batchesCommitted == 3)
        #expect(await ledger.finalSize == UInt64(transactions.count))
        await deployment.close()
    }

    @Test func aBatchIsNoLongerThanItMayBe() async throws {
        let fixture = try Fixture()
        let gate = Gate(isOpen: true)
        let deployment = try await fixture.openDeployment(
            adjusting: { $0.maximumBatch = 4 }, sequencer: { ScriptedSequencer($0, gate: gate) })
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        _ = try await ledger.submit(transactions[0])
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (position, transaction) in transactions[1..<10].enumerated() {
                tasks.addTask { _ = try await ledger.submit(transaction) }
                await until { position == 0 ? gate.waitingCount == 1 : await ledger.queue.count == position }
            }
            gate.open()
            try await tasks.waitForAll()
        }
        // The founding, the one that held the gate, then eight in two batches of four.
        #expect(await ledger.batchesCommitted == 4)
        await deployment.close()
    }

    @Test func aFullQueuePushesBackAndSequencesNothingMore() async throws {
        let fixture = try Fixture()
        let gate = Gate(isOpen: true)
        let deployment = try await fixture.openDeployment(
            adjusting: { $0.maximumQueued = 2 }, sequencer: { ScriptedSequencer($0, gate: gate) })
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        _ = try await ledger.submit(transactions[0])
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (position, transaction) in transactions[1...3].enumerated() {
                tasks.addTask { _ = try await ledger.submit(transaction) }
                await until { position == 0 ? gate.waitingCount == 1 : await ledger.queue.count == position }
            }
            await #expect(throws: LedgerError.busy(queued: 2)) { try await ledger.submit(transactions[4]) }
            gate.open()
            try await tasks.waitForAll()
        }
        #expect(await ledger.committedSize == 4)
        await deployment.close()
    }

    @Test func whatBreaksARuleIsRefusedAndLeavesNothing() async throws {
        var fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let ledger = deployment.ledger
        let transactions = fixture.transactions
        func code(_ bytes: [UInt8]) async -> ContractViolation.Code? {
            do throws(LedgerError) {
                _ = try await ledger.submit(bytes)
                return nil
            } catch {
                guard case .refused(let violation) = error else { return nil }
                return violation.code
            }
        }
        #expect(await code([1, 2, 3]) == .undecodable)
        #expect(await code(transactions[1]) == .notFounded)
        let elsewhere = try Fixture(seed: 2, policyText: "log x\nquorum none\n")
        #expect(await code(elsewhere.transactions[0]) == .malformedField)
        try await deployment.submit(transactions)
        let second = try Fixture(seed: 3, policyText: fixture.policyText)
        #expect(await code(second.transactions[0]) == .alreadyFounded)
        let doctor = try fixture.scenario.makeEnrollment(.doctor, by: fixture.scenario.members[0])
        let unsigned = try fixture.scenario.sign(.identityEnrolled(doctor), by: [doctor.identity.signer])
        #expect(await code(unsigned.serialized) == .missingSignature)
        let foreign = try fixture.scenario.sign(.identityEnrolled(doctor), origin: "another.ledger")
        #expect(await code(foreign.serialized) == .invalidSignature)
        #expect(await ledger.committedSize == UInt64(transactions.count))
        // Nothing of it stuck: the good one is accepted.
        let good = try fixture.scenario.sign(.identityEnrolled(doctor))
        _ = try fixture.check(try await ledger.submit(good.serialized), carries: good.serialized)
        await deployment.close()
    }

    @Test func entriesAndProofsAreServedWithinBounds() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        let ledger = deployment.ledger
        let receipts = try await deployment.submit(fixture.transactions)
        let size = UInt64(receipts.count)
        #expect(try await ledger.entries(from: 0, to: size) == receipts.map(\.entry))
        #expect(try await ledger.entries(from: 3, to: 3) == [])
        var tree = try ForgedLog(signer: fixture.log, leaves: [])
        var roots: [MerkleHash] = [MerkleTree.emptyRoot]
        for receipt in receipts {
            try tree.append(receipt.entry)
            roots.append(try Checkpoint(text: SignedNote(encoded: try tree.checkpoint()).text).root)
        }
        for old in 0...size {
            let path = try await ledger.consistencyProof(from: old, to: size).map { try MerkleHash($0) }
            try ConsistencyProof(oldSize: old, newSize: size, path: path)
                .verify(oldRoot: roots[Int(old)], newRoot: roots[Int(size)])
        }
        await #expect(throws: LedgerError.outOfRange(start: 0, end: size + 1, size: size)) {
            try await ledger.entries(from: 0, to: size + 1)
        }
        await #expect(throws: LedgerError.outOfRange(start: 2, end: 1, size: size)) {
            try await ledger.consistencyProof(from: 2, to: 1)
        }
        #expect(try await ledger.receipt(of: TransactionID(FixedOctets<16>())) == nil)
        await deployment.close()
    }

    @Test func aClosedLedgerAnswersNothing() async throws {
        let fixture = try Fixture()
        let deployment = try await fixture.openDeployment()
        await deployment.close()
        await #expect(throws: LedgerError.storage("the ledger is closed")) {
            try await deployment.ledger.submit(fixture.transactions[0])
        }
        await #expect(throws: LedgerError.self) { try await deployment.ledger.checkpoint() }
    }

    @Test func aPolicyWithoutAQuorumIsNoLedgers() throws {
        let fixture = try Fixture()
        let open = fixture.policyText.replacing("quorum all-witnesses", with: "quorum none")
        #expect(throws: LedgerError.inconsistent("the witness policy asks for no witness")) {
            try LedgerConfiguration(signer: fixture.log, policyText: open)
        }
        #expect(throws: LedgerError.self) {
            try LedgerConfiguration(signer: fixture.log, policyText: "log \(fixture.log.verifierKey)\nquorum none\n")
        }
    }

    @Test func onlyWitnessesOfThePolicyAreConnected() async throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 9)
        let ledger = try await fixture.openLedger()
        let witness = try await fixture.openWitness(0, source: ledger)
        let stranger = WitnessEndpoint(key: other.witnesses[0].verifierKey, witness: witness)
        await #expect(throws: LedgerError.self) { try await ledger.connect([stranger]) }
        let known = WitnessEndpoint(key: fixture.witnesses[0].verifierKey, witness: witness)
        await #expect(throws: LedgerError.self) { try await ledger.connect([known, known]) }
        #expect(throws: LedgerError.self) {
            try LedgerConfiguration(signer: other.log, policyText: fixture.policyText)
        }
        await ledger.close()
    }
}
