import ArgumentParser
import Electrocardiogram
import Foundation
import Octets
import SharingContracts
import TransparencyLog

/// How results of an audit are printed.
enum AuditOutput {
    /// One JSON object, its keys in order.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return TerminalText.printable(json: String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Does the work of a command. What does not hold is an error to people, and to programs an object that says why; both
    /// exit with 1.
    static func reporting(json: Bool, _ work: () async throws -> Void) async throws {
        do { try await work() } catch let error as ExitCode { throw error } catch let error as ValidationError {
            throw error
        } catch {
            guard json else { throw error }
            print(try Self.json(Failure(holds: false, failure: "\(error)")))
            throw ExitCode.failure
        }
    }

    private struct Failure: Encodable {
        let holds: Bool
        let failure: String
    }

    /// A witness's time, which counts seconds.
    static func time(seconds: UInt64) -> String {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return "\(Timestamp(milliseconds: overflow ? .max : milliseconds))"
    }

    static func count(_ number: some BinaryInteger, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }
}

/// A checkpoint as programs read it.
struct CheckpointSummary: Encodable {
    struct Witness: Encodable {
        let name, time: String
    }

    let ledger: String
    let size: UInt64
    /// Hexadecimal.
    let root: String
    let cosignedBy: [Witness]

    init(_ checkpoint: Checkpoint, _ cosignatures: [Cosignature]) {
        ledger = "\(checkpoint.origin)"
        size = checkpoint.size
        root = checkpoint.root.hexadecimal
        cosignedBy = cosignatures.map {
            Witness(name: "\($0.key.name)", time: AuditOutput.time(seconds: $0.time))
        }
    }

    /// Who cosigned and when, one line each.
    var witnessLines: [String] {
        cosignedBy.map { "\(TerminalText.printable($0.name)) at \($0.time)" }
    }
}
