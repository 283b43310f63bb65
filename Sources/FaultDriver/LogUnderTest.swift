import DurableFiles
import Foundation
import LedgerNode
import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import TransparencyLog

/// A log in a folder: its keys, which follow from a seed, and those of three witnesses of which two must cosign.
struct LogUnderTest: Sendable {
    /// 2026-03-01. The clock stands still while a process runs, so that no run depends on when it is made.
    private static let startMilliseconds: UInt64 = 1_772_366_400_000
    static let seed: UInt64 = 1

    let folder: String
    let log: NoteSigner
    let witnesses: [NoteSigner]
    let policyText: String
    let clock: ManualClock

    init(_ options: Options) throws {
        folder = options.folder
        var generator = SeededGenerator(seed: Self.seed)
        log = try NoteSigner(
            name: KeyName("ledger.parasol.test"), algorithm: .ed25519, seed: .random(count: 32, using: &generator))
        var text = "log \(log.verifierKey)\n"
        witnesses = try (0..<3).map { number in
            let signer = try NoteSigner(
                name: KeyName("w\(number).witness.test"), algorithm: .cosignatureV1,
                seed: .random(count: 32, using: &generator))
            text += "witness w\(number) \(signer.verifierKey)\n"
            return signer
        }
        policyText = text + "group all-witnesses 2 w0 w1 w2\nquorum all-witnesses\n"
        clock = ManualClock(milliseconds: Self.startMilliseconds)
        // Later in each process than in the one before: a leaf that was lost and is sequenced again gets another receipt.
        clock.advance(milliseconds: options.command.delayMilliseconds)
        clock.goBack(milliseconds: options.clockBackSeconds * 1_000)
    }

    var files: LedgerFiles { LedgerFiles(database: folder + "/ledger.sqlite") }

    /// The transactions that the log is made of, valid in this order: one a line.
    private var transactionsFile: String { folder + "/transactions" }

    func transactions() throws -> [[UInt8]] {
        try String(contentsOfFile: transactionsFile, encoding: .utf8).split(separator: "\n").map { line in
            guard let bytes = Data(base64Encoded: String(line)) else { throw Wrong("\(transactionsFile) is no base64") }
            return [UInt8](bytes)
        }
    }

    func keep(transactions: [[UInt8]]) throws {
        let lines = transactions.map { Data($0).base64EncodedString() + "\n" }.joined()
        try Data(lines.utf8).write(to: URL(fileURLWithPath: transactionsFile))
    }

    /// Opens the ledger alone.
    ///
    /// - Throws: ``Refusal``.
    func openLedger(_ check: StartCheck) async throws -> LedgerNode {
        do {
            return try await LedgerNode.open(
                path: files.database, configuration: LedgerConfiguration(signer: log, policyText: policyText),
                clock: clock, check: check)
        } catch { throw Refusal(reason: "open: \(error)") }
    }

    /// Opens the ledger and its witnesses.
    ///
    /// - Parameter allWitnesses: Whether one that cannot be opened is a refusal; otherwise it counts as a machine that is down.
    /// - Throws: ``Refusal``.
    func open(_ check: StartCheck = .newest, allWitnesses: Bool = false) async throws -> RunningLog {
        let ledger = try await openLedger(check)
        var nodes: [WitnessNode] = []
        for (number, signer) in witnesses.enumerated() {
            do {
                nodes.append(
                    try await WitnessNode.open(
                        path: folder + "/witness-\(number).sqlite", signer: signer, log: log.verifierKey,
                        source: ledger,
                        clock: clock))
            } catch {
                print("witness \(number): \(error)")
                guard !allWitnesses else {
                    await ledger.close()
                    throw Refusal(reason: "open witness \(number): \(error)")
                }
            }
        }
        let running = RunningLog(ledger: ledger, witnesses: nodes)
        try await ledger.connect(nodes.map { WitnessEndpoint(key: $0.verifierKey, witness: $0) })
        return running
    }
}

/// An open ledger with its witnesses, which read leaves from it.
struct RunningLog: Sendable {
    let ledger: LedgerNode
    let witnesses: [WitnessNode]

    func close() async {
        await ledger.close()
        for witness in witnesses { await witness.close() }
    }
}
