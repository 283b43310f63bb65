import LedgerNode
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import ParasolHTTP

/// A witness that refuses as a test has told it to.
private final class StubWitness: Witnessing, StateVouching {
    let refusal: WitnessRefusal?
    let asked = Mutex<[AddCheckpoint]>([])
    let brought = Mutex<[[[UInt8]]]>([])
    let note = Mutex<[UInt8]?>(nil)

    init(_ refusal: WitnessRefusal? = nil) { self.refusal = refusal }

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        try await addCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint, bringing: [])
    }

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        brought.withLock { $0.append(leaves) }
        asked.withLock {
            $0.append(AddCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint))
        }
        if let refusal { throw refusal }
        return Array("— witness AAAA\n".utf8)
    }

    func stateNote() async throws(WitnessRefusal) -> [UInt8]? {
        if let refusal { throw refusal }
        return note.withLock { $0 }
    }
}

@Suite struct WitnessOverHTTPTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
    }

    @Test func whatAWitnessSaysOfTheStateIsReadByAnybody() async throws {
        let (witness, unable) = (StubWitness(), StubWitness(.unavailable("its disk is gone")))
        let routes = WitnessRoutes.routes(witness) + WitnessRoutes.routes(unable, prefix: "/unable")
        let notes = try await fixture.serve(routes, certificates: certificates) { [fixture, certificates] port in
            try await fixture.connect(port, certificates, as: nil) { connection in
                let remote = RemoteWitness(connection)
                let before = try await remote.stateNote()
                witness.note.withLock { $0 = Array("note\n".utf8) }
                let after = try await remote.stateNote()
                var refusal: WitnessRefusal?
                do throws(WitnessRefusal) {
                    _ = try await RemoteWitness(connection, prefix: "/unable").stateNote()
                } catch {
                    refusal = error
                }
                return (before, after, refusal)
            }
        }
        #expect(notes.0 == nil && notes.1 == Array("note\n".utf8))
        #expect(notes.2 == .unavailable("its disk is gone"))
    }

    @Test func aWitnessIsAskedAsTLogWitnessSays() async throws {
        let witness = StubWitness()
        let proof = [[UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32)]
        let routes = WitnessRoutes.routes(witness)
        let lines = try await fixture.serve(routes, certificates: certificates) { [fixture, certificates] port in
            try await fixture.connect(port, certificates, as: nil) { connection in
                try await RemoteWitness(connection).addCheckpoint(
                    old: 7, consistencyProof: proof, checkpoint: Array("note\n".utf8))
            }
        }
        #expect(lines == Array("— witness AAAA\n".utf8))
        let asked = AddCheckpoint(old: 7, consistencyProof: proof, checkpoint: Array("note\n".utf8))
        #expect(witness.asked.withLock { $0 == [asked] })
    }

    @Test func leavesArriveWithTheCheckpoint() async throws {
        let witness = StubWitness()
        let leaves: [[UInt8]] = [[1, 2, 3], [UInt8](repeating: 4, count: 65_535)]
        let routes = WitnessRoutes.routes(witness)
        let lines = try await fixture.serve(routes, certificates: certificates) { [fixture, certificates] port in
            try await fixture.connect(port, certificates, as: nil) { connection in
                try await RemoteWitness(connection).addCheckpoint(
                    old: 7, consistencyProof: [], checkpoint: Array("note\n".utf8), bringing: leaves)
            }
        }
        #expect(lines == Array("— witness AAAA\n".utf8))
        let asked = AddCheckpoint(old: 7, consistencyProof: [], checkpoint: Array("note\n".utf8))
        #expect(witness.asked.withLock { $0 == [asked] })
        #expect(witness.brought.withLock { $0 == [leaves] })
    }

    /// One that knows nothing but tlog-witness is tried with leaves once, and asked as that says ever after.
    @Test func aForeignWitnessIsAskedWithoutLeaves() async throws {
        let witness = StubWitness()
        let routes = WitnessRoutes.routes(witness).filter { !$0.path.contains("entries") }
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: nil) { connection async throws -> Void in
                let remote = RemoteWitness(connection)
                for old in UInt64(0)..<3 {
                    let lines = try await remote.addCheckpoint(
                        old: old, consistencyProof: [], checkpoint: Array("note\n".utf8), bringing: [[1]])
                    #expect(lines == Array("— witness AAAA\n".utf8))
                }
            }
        }
        #expect(witness.asked.withLock { $0.map(\.old) == [0, 1, 2] })
        #expect(witness.brought.withLock { $0 == [[], [], []] })
    }

    @Test func whatIsNoCheckpointWithEntriesIsMalformed() async throws {
        let routes = WitnessRoutes.routes(StubWitness())
        let good = try WireCoding.encode(
            checkpoint: AddCheckpoint(old: 0, consistencyProof: [], checkpoint: [1]).encoded, with: [[1, 2]])
        #expect(try WireCoding.checkpointWithEntries(good).entries == [[1, 2]])
        let bad: [[UInt8]] = [
            [], [0], Array(good.dropLast()), good + [0], [255, 255, 255, 255] + good, [0, 0, 0, 0],
            good.dropFirst(4) + [],
        ]
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: nil) { connection async throws -> Void in
                for body in bad {
                    await #expect(throws: CallFailure.self, "\(body)") {
                        try await connection.call(
                            .send(
                                "/witness/add-checkpoint-with-entries", body, type: MediaType.checkpointWithEntries,
                                atMost: 1_024, isIdempotent: true))
                    }
                }
            }
        }
    }

    @Test(arguments: ProblemTests.witness) func aRefusalArrivesAsItself(_ refusal: WitnessRefusal) async throws {
        let routes = WitnessRoutes.routes(StubWitness(refusal))
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: nil) { connection async throws -> Void in
                await #expect(throws: refusal) {
                    try await RemoteWitness(connection).addCheckpoint(old: 0, consistencyProof: [], checkpoint: [])
                }
            }
        }
    }

    @Test func theBodyIsWrittenAndReadInOneWay() throws {
        let body = Array("old 12\n\(String(repeating: "A", count: 43))=\n\nnote\n\nsignature\n".utf8)
        let parsed = try AddCheckpoint(encoded: body)
        #expect(parsed.old == 12)
        #expect(parsed.consistencyProof == [[UInt8](repeating: 0, count: 32)])
        #expect(parsed.checkpoint == Array("note\n\nsignature\n".utf8))
        #expect(parsed.encoded == body)
        let line = String(repeating: "A", count: 43) + "=\n"
        let bad = [
            "", "old 1", "old 1\n", "old 01\n\n", "old -1\n\n", "new 1\n\n", "old 1\nAAAA\n\n", "old 1\nAB==\n\n",
            "old 18446744073709551616\n\n", "old 1\n" + String(repeating: line, count: 64) + "\n",
        ]
        for text in bad {
            #expect(throws: WitnessRefusal.self, "\(text)") { try AddCheckpoint(encoded: Array(text.utf8)) }
        }
    }

    /// Ledger and witnesses that know each other over the wire only: what is submitted becomes final.
    @Test func aLedgerAndItsWitnessesWorkOverTheWire() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock(milliseconds: 1_772_366_400_000)
        let keys = try LogKeys()
        let scenario = try SharingScenario(witnessPolicy: keys.policyText)
        let transactions = scenario.entries.map(\.signedTransaction.serialized)
        var configuration = try LedgerConfiguration(signer: keys.log, policyText: keys.policyText)
        // However slow the machine is.
        configuration.roundDeadline = { try? await Task.sleep(for: .seconds(3_600)) }
        let ledger = try await LedgerNode.open(
            path: folder.path("ledger.sqlite"), configuration: configuration, clock: clock)
        let origin = scenario.origin
        let (fixture, certificates) = (fixture, certificates)
        try await fixture.serve(
            LedgerRoutes.routes(ledger, origin: origin), certificates: certificates
        ) { port async throws -> Void in
            try await fixture.connect(port, certificates, as: fixture.doctor) { reader async throws -> Void in
                let source = RemoteLedger(reader, origin: origin)
                var routes: [Route] = []
                for (number, signer) in keys.witnesses.enumerated() {
                    let witness = try await WitnessNode.open(
                        path: folder.path("witness-\(number).sqlite"), signer: signer, log: keys.log.verifierKey,
                        source: source, clock: clock)
                    routes += WitnessRoutes.routes(witness, prefix: "/witness-\(number)")
                }
                try await fixture.serve(routes, certificates: certificates) { port async throws -> Void in
                    try await fixture.connect(port, certificates, as: nil) { connection async throws -> Void in
                        try await ledger.connect(
                            keys.witnesses.enumerated().map { number, signer in
                                WitnessEndpoint(
                                    key: signer.verifierKey,
                                    witness: RemoteWitness(connection, prefix: "/witness-\(number)"))
                            })
                        for transaction in transactions {
                            let receipt = try await source.submit(transaction)
                            let again = try await source.submit(transaction)
                            #expect(receipt == again)
                        }
                        let entries = try await source.entries(from: 0, to: UInt64(transactions.count))
                        #expect(entries.count == transactions.count)
                    }
                }
            }
        }
        await ledger.close()
    }
}
