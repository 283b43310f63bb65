import Foundation
import SharingContracts
import SharingMessages
import SwiftProtobuf
import TestKit
import Testing

struct CanonicalEncodingTests {
    /// A `RecordOpened` transaction: 0a 10 id, then field 11 holding 0a 10 request.
    private let id = [UInt8](repeating: 0x11, count: 16)
    private let request = [UInt8](repeating: 0x22, count: 16)
    private var identifierField: [UInt8] { [0x0a, 0x10] + id }
    private var requestField: [UInt8] { [0x0a, 0x10] + request }
    private var bodyField: [UInt8] { [0x5a, 0x12] + requestField }
    private var canonical: [UInt8] { identifierField + bodyField }

    @Test func theCanonicalEncodingIsAccepted() throws {
        let transaction = try Transaction(serialized: canonical)
        #expect(transaction.serialized == canonical)
        #expect(transaction.body == .recordOpened(RecordOpened(request: try TransactionID(request))))
        #expect(try Transaction(id: try TransactionID(id), body: transaction.body).serialized == canonical)
    }

    @Test func unknownFieldsCannotBeSmuggledIn() throws {
        // Field 99 in the transaction, and field 7 within the body.
        #expect(try code { try Transaction(serialized: canonical + [0x98, 0x06, 0x01]) } == .nonCanonicalEncoding)
        let padded = [0x5a, 0x14] + requestField + [0x38, 0x01]
        #expect(try code { try Transaction(serialized: identifierField + padded) } == .nonCanonicalEncoding)
    }

    @Test func fieldsOutOfOrderAreRefused() throws {
        #expect(try code { try Transaction(serialized: bodyField + identifierField) } == .nonCanonicalEncoding)
    }

    @Test func repeatedFieldsAreRefused() throws {
        #expect(
            try code { try Transaction(serialized: identifierField + identifierField + bodyField) }
                == .nonCanonicalEncoding)
        #expect(try code { try Transaction(serialized: canonical + bodyField) } == .nonCanonicalEncoding)
        // Another body first: the last of a oneof wins in decoding, so the first would be smuggled.
        let exported = [0x62, 0x12] + requestField
        #expect(
            try code { try Transaction(serialized: identifierField + exported + bodyField) } == .nonCanonicalEncoding)
    }

    @Test func needlesslyLongNumbersAreRefused() throws {
        let longLength = [0x5a, 0x92, 0x00] + requestField
        #expect(try code { try Transaction(serialized: identifierField + longLength) } == .nonCanonicalEncoding)
        let longTag = [0xda, 0x00, 0x12] + requestField
        #expect(try code { try Transaction(serialized: identifierField + longTag) } == .nonCanonicalEncoding)
    }

    @Test func defaultsWrittenOutAreRefused() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        var (body, _) = try scenario.makeDeposit(in: folder)
        body = RecordDeposited(
            record: body.record, folder: body.folder, depositor: body.depositor,
            ciphertextCommitment: body.ciphertextCommitment, capsuleDigest: body.capsuleDigest, sizeClass: 0,
            kind: body.kind)
        let plain = try Transaction(id: scenario.identifier(), body: .recordDeposited(body)).serialized
        // The last field, kind, begins with 38; size_class 0 would be 30 00 before it.
        let kind = Array(plain.suffix(2))
        #expect(kind[0] == 0x38)
        var explicit = Array(plain.dropLast(2)) + [0x30, 0x00] + kind
        // Both lengths that enclose it grow by two: the body's is the second byte after the 18 of the identifier.
        #expect(explicit[18] == 0x32)
        explicit[19] += 2
        #expect(try code { try Transaction(serialized: explicit) } == .nonCanonicalEncoding)
    }

    @Test func truncatedAndTrailingBytesAreRefused() throws {
        for count in 0..<canonical.count {
            let code = try code { try Transaction(serialized: Array(canonical.prefix(count))) }
            #expect(
                code == .undecodable || code == .missingBody || code == .malformedField,
                "\(count) bytes: \(code as Any)")
        }
        #expect(try code { try Transaction(serialized: canonical + [0]) } == .undecodable)
    }

    @Test func everyLevelIsCanonical() throws {
        var scenario = try SharingScenario(seed: 2)
        let signed = try scenario.sign(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        #expect(try SignedTransaction(serialized: signed.serialized) == signed)
        #expect(
            try code { try SignedTransaction(serialized: signed.serialized + [0x98, 0x06, 0x01]) }
                == .nonCanonicalEncoding)
        let entry = try LedgerEntry(sequencedAt: scenario.now, signed)
        #expect(try LedgerEntry(serialized: entry.serialized) == entry)
        #expect(
            try code { try LedgerEntry(serialized: entry.serialized + [0x98, 0x06, 0x01]) } == .nonCanonicalEncoding)
    }

    @Test func boundsComeBeforeDecoding() throws {
        let long = [UInt8](repeating: 0, count: 65_536)
        #expect(try code { try LedgerEntry(serialized: long) } == .tooLong)
        #expect(try code { try SignedTransaction(serialized: Array(long.prefix(60_001))) } == .tooLong)
        #expect(try code { try Transaction(serialized: Array(long.prefix(60_001))) } == .tooLong)
    }

    @Test func aTransactionWithoutABodyIsRefused() throws {
        #expect(try code { try Transaction(serialized: identifierField) } == .missingBody)
    }
}
