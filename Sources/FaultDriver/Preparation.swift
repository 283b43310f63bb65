import LedgerNode
import ServiceProtocols
import SharingContracts
import TestKit

/// Founds a log whose next few leaves cross the end of a bundle of 256, and keeps transactions ready for them.
struct Preparation {
    private let options: Options
    private let log: LogUnderTest

    init(_ options: Options) throws {
        self.options = options
        log = try LogUnderTest(options)
    }

    func run() async throws {
        var scenario = try SharingScenario(
            origin: "ledger.parasol.test", seed: LogUnderTest.seed, witnessPolicy: log.policyText)
        while scenario.entries.count < options.leaves + options.count {
            _ = try scenario.enroll(.doctor, by: scenario.members[0])
        }
        let transactions = scenario.entries.map(\.signedTransaction.serialized)
        try log.keep(transactions: transactions)
        let acknowledgements = try options.acknowledged.last.map { try Acknowledgements($0) }
        let running = try await log.open()
        // The founding first; enrolments are valid in any order, and a hundred checkpoints would slow every check.
        for range in [0..<1, 1..<3, 3..<options.leaves - 2, options.leaves - 2..<options.leaves] {
            try await running.submit(transactions, range) { try acknowledgements?.note($0, of: $1) }
        }
        await running.close()
    }
}

extension RunningLog {
    /// Submits some of the transactions at once, and hands each receipt over as it comes.
    ///
    /// - Throws: the first error of a submission, when all have ended.
    func submit(
        _ transactions: [[UInt8]], _ range: Range<Int>, acknowledged: (Receipt, Int) throws -> Void
    ) async throws {
        let ledger = ledger
        try await withThrowingTaskGroup(of: (Int, Result<Receipt, LedgerError>).self) { group in
            for number in range {
                let transaction = transactions[number]
                group.addTask {
                    // Not in one expression with the number: optimised, Swift 6.3 then returns another number.
                    let result: Result<Receipt, LedgerError>
                    do throws(LedgerError) { result = .success(try await ledger.submit(transaction)) } catch {
                        result = .failure(error)
                    }
                    return (number, result)
                }
            }
            var failure: LedgerError?
            for try await (number, result) in group {
                switch result {
                case .success(let receipt): try acknowledged(receipt, number)
                case .failure(let error): failure = failure ?? error
                }
            }
            if let failure { throw failure }
        }
    }
}
