import Foundation
import Glibc
import ServiceProtocols

/// The receipts that submitters have in hand, in a file outside the log's folder: one a line, after the number of its transaction.
///
/// Written through one `write` on a descriptor with `O_DSYNC`, so that the calls into which `Scripts/faults` puts its faults
/// (`pwrite64`, `fsync`, `fdatasync`) are the ledger's alone.
struct Acknowledgements: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_DSYNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Wrong("\(path) cannot be opened (errno \(errno))") }
    }

    func note(_ receipt: Receipt, of transaction: Int) throws {
        let line = "\(transaction) \(Self.text(receipt.entry)) \(Self.text(receipt.proof))\n"
        let bytes = Array(line.utf8)
        let written = unsafe write(descriptor, bytes, bytes.count)
        guard written == bytes.count else { throw Wrong("a receipt cannot be noted (errno \(errno))") }
    }

    /// By transaction.
    static func read(_ paths: [String]) throws -> [Int: Receipt] {
        var receipts: [Int: Receipt] = [:]
        let text = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let number = Int(parts[0]), let entry = Data(base64Encoded: String(parts[1])),
                let proof = Data(base64Encoded: String(parts[2]))
            else { throw Wrong("a line of \(paths) is no receipt") }
            let receipt = Receipt(entry: [UInt8](entry), proof: [UInt8](proof))
            if let known = receipts[number], known != receipt {
                throw Wrong("transaction \(number) was given two receipts")
            }
            receipts[number] = receipt
        }
        return receipts
    }

    private static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
