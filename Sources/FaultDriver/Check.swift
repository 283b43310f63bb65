import Foundation
import LedgerNode
import LedgerReplica
import LogStorage
import ParasolClient
import ServiceProtocols
import SharingContracts
import TransparencyLog

/// Holds a log to its promises, without any fault.
///
/// It starts with everything checked; every receipt that was acknowledged is given again, byte for byte, and verifies; whatever was
/// not acknowledged can be submitted again and becomes final; the folder of tiles is whole.
struct Check {
    private let options: Options
    private let log: LogUnderTest
    private let acknowledged: [Int: Receipt]
    private let transactions: [[UInt8]]
    private let policy: TrustPolicy

    init(_ options: Options) throws {
        self.options = options
        log = try LogUnderTest(options)
        acknowledged = try Acknowledgements.read(options.acknowledged)
        transactions = try log.transactions()
        policy = try TrustPolicy(text: Array(log.policyText.utf8))
    }

    func run() async throws {
        let running = try await log.open(.everything, allWitnesses: true)
        do {
            try await checkReceipts(running)
        } catch {
            await running.close()
            throw error
        }
        await running.close()
        try await checkFolder()
        // What was written since must start as well.
        let again = try await log.openLedger(.newest)
        let size = await again.finalSize
        await again.close()
        guard size == UInt64(transactions.count) else {
            throw Wrong("\(size) leaves are final of \(transactions.count) after a second start")
        }
    }

    private func checkReceipts(_ running: RunningLog) async throws {
        var finals: [SignedNote: Checkpoint] = [:]
        var indices: Set<UInt64> = []
        for (number, transaction) in transactions.enumerated() {
            let receipt: Receipt
            do { receipt = try await running.ledger.submit(transaction) } catch {
                throw Wrong("transaction \(number), \(standing(number)), is answered with: \(error)")
            }
            if let known = acknowledged[number], known != receipt {
                throw Wrong("transaction \(number) has another receipt than the one acknowledged")
            }
            let proof = try LogProof(encoded: receipt.proof)
            let entry = try LedgerEntry(serialized: receipt.entry)
            guard entry.signedTransaction.serialized == transaction else {
                throw Wrong("the receipt of transaction \(number) is of another one")
            }
            do { try verify(proof, of: receipt, &finals) } catch {
                throw Wrong("the receipt of transaction \(number) does not verify: \(error)")
            }
            indices.insert(proof.index)
        }
        guard indices == Set(0..<UInt64(transactions.count)) else {
            throw Wrong("\(transactions.count) transactions are not \(transactions.count) leaves")
        }
        guard await running.ledger.finalSize == UInt64(transactions.count) else {
            throw Wrong("\(await running.ledger.finalSize) leaves are final of \(transactions.count)")
        }
    }

    /// Verifies a receipt as its holder would. Many lead to one checkpoint, whose signatures are verified once.
    private func verify(
        _ proof: LogProof, of receipt: Receipt, _ finals: inout [SignedNote: Checkpoint]
    ) throws {
        let final: Checkpoint
        if let known = finals[proof.note] {
            final = known
        } else {
            final = try policy.verify(proof.note, origin: LogOrigin("ledger.parasol.test")).checkpoint
            finals[proof.note] = final
        }
        try InclusionProof(index: proof.index, size: final.size, path: proof.path)
            .verify(leafHash: MerkleTree.leafHash(of: receipt.entry), root: final.root)
    }

    private func standing(_ number: Int) -> String {
        acknowledged[number] == nil ? "not acknowledged before" : "acknowledged before"
    }

    private func checkFolder() async throws {
        let trust = try TrustAnchor(policyFile: Array(log.policyText.utf8))
        var damages: [String] = []
        let summary = await LogFsck(LogFolder(log.files.tiles), trust: trust).run { finding in
            if finding.isDamage { damages.append("\(finding)") }
        }
        guard damages.isEmpty else { throw Wrong("fsck: " + damages.joined(separator: "; ")) }
        guard summary.size == UInt64(transactions.count) else {
            throw Wrong("the published checkpoint says \(summary.size.map { "\($0)" } ?? "nothing")")
        }
    }
}
