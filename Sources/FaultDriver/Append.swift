import Foundation
import LedgerNode
import ServiceProtocols

/// The append into which faults are put: one leaf alone, then the others together, over the end of a bundle.
struct Append {
    private let options: Options
    private let log: LogUnderTest
    private let acknowledgements: Acknowledgements

    init(_ options: Options) throws {
        guard let path = options.acknowledged.last else { throw Wrong("append wants --acknowledged FILE") }
        self.options = options
        log = try LogUnderTest(options)
        acknowledgements = try Acknowledgements(path)
    }

    func run() async throws {
        let transactions = try log.transactions()
        let first = transactions.count - options.count
        let running = try await log.open()
        if options.hold {
            FileHandle.standardOutput.write(Data("ready\n".utf8))
            _ = readLine()
        }
        do {
            for range in [first..<first + 1, first + 1..<transactions.count] {
                try await running.submit(transactions, range) { try acknowledgements.note($0, of: $1) }
            }
        } catch let error as LedgerError {
            await running.close()
            throw Refusal(reason: "submit: \(error)")
        }
        await running.close()
    }
}

/// A start, which finishes what an interrupted run left, and a stop.
struct Recovery {
    private let log: LogUnderTest

    init(_ options: Options) throws { log = try LogUnderTest(options) }

    func run() async throws {
        let running = try await log.open()
        do { _ = try await running.ledger.checkpoint() } catch {
            await running.close()
            throw Refusal(reason: "checkpoint: \(error)")
        }
        await running.close()
    }
}
