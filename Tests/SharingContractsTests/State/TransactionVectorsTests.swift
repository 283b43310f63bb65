import Foundation
import Octets
import SharingContracts
import TestKit
import Testing

// One writes the file that the other reads.
@Suite(.serialized) struct TransactionVectorsTests {
    /// Writes the file anew where the environment asks for it, and otherwise leaves it alone.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PARASOL_WRITE_TRANSACTION_VECTORS"] != nil))
    func writeTheFile() throws {
        let vectors = try TransactionVectors(seed: 1)
        try check(vectors)
        try vectors.write(to: TransactionVectors.file)
    }

    @Test func thePublishedFileHolds() throws {
        let vectors = try TransactionVectors(contentsOf: TransactionVectors.file)
        try check(vectors)
        #expect(Set(vectors.leaves.map(\.type)).count == 15)
        #expect(vectors.refusals.count == 25)
    }

    /// Every field against every other: the bytes are read, replayed and described anew.
    private func check(_ vectors: TransactionVectors) throws {
        #expect(vectors.format == TransactionVectors.formatName)
        var state = WorldState(origin: vectors.origin)
        let entries = try vectors.leaves.map { try LedgerEntry(serialized: [UInt8](hexadecimal: $0.entry)) }
        for entry in entries { try state.apply(entry) }
        for (leaf, entry) in zip(vectors.leaves, entries) {
            #expect(try TransactionVectors.Leaf(entry, origin: vectors.origin, state: state) == leaf)
        }
        for item in vectors.capsuleDigests {
            let record = try RecordID(hexadecimal: item.record)
            let digest = LedgerDigest.capsule(try [UInt8](hexadecimal: item.capsule))
            #expect(digest.hexadecimal == item.digest)
            #expect(state.record(record)?.capsuleDigest == digest)
        }
        for item in vectors.fragmentDigests {
            let request = try TransactionID(hexadecimal: item.request)
            let transformer = try IdentityID(hexadecimal: item.transformer)
            let digest = LedgerDigest.fragment(
                try [UInt8](hexadecimal: item.fragment), by: transformer, for: request)
            #expect(digest.hexadecimal == item.digest)
            #expect(state.request(request)?.transform(by: transformer)?.fragmentDigest == digest)
        }
        for refusal in vectors.refusals {
            let bytes = try [UInt8](hexadecimal: refusal.bytes)
            let refused =
                switch refusal.level {
                case "entry": try code { try LedgerEntry(serialized: bytes) }
                case "signedTransaction": try code { try SignedTransaction(serialized: bytes) }
                default: try code { try Transaction(serialized: bytes) }
                }
            #expect(refused?.rawValue == refusal.code, "\(refusal.what)")
        }
    }
}
