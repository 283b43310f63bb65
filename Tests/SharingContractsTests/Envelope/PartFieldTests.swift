import Foundation
import Octets
import SharingContracts
import SharingMessages
import SwiftProtobuf
import Testing

/// The fields of a request for several records and of a dispute about one of them, spoilt one at a time.
struct PartFieldTests {
    private static let short = Data(repeating: 1, count: 15)

    private func refusal(
        of body: TransactionBody, _ spoil: (inout WireTransaction) -> Void = { _ in }
    ) throws -> ContractViolation.Code? {
        let honest = try Transaction(id: TransactionID(FixedOctets<16>()), body: body)
        var wire = try WireTransaction(serializedBytes: honest.serialized)
        spoil(&wire)
        let bytes: [UInt8] = try wire.serializedBytes()
        return try code { try Transaction(serialized: bytes) }
    }

    private func records(_ count: UInt8) throws -> [RecordID] {
        try (1...count).map { try RecordID([UInt8](repeating: $0, count: 16)) }
    }

    private func request(of count: UInt8) throws -> AccessRequested {
        AccessRequested(
            authority: .folder(FolderID(FixedOctets<16>())), records: try records(count), purpose: .patientRequested,
            answerKey: FixedOctets())
    }

    private func dispute(digests count: Int) throws -> TransactionBody {
        .fragmentDisputed(
            FragmentDisputed(
                request: TransactionID(FixedOctets<16>()), transformer: IdentityID(FixedOctets<16>()),
                capsule: [UInt8](repeating: 1, count: 98), capsuleFragment: [1],
                part: DisputedPart(
                    record: try records(1)[0], digests: Array(repeating: FixedOctets<32>(), count: count))))
    }

    @Test func aRequestIsForOneRecordOrForTwoTo64() throws {
        for count in [1, 2, 64] as [UInt8] {
            let asked = try request(of: count)
            let transaction = try Transaction(id: TransactionID(FixedOctets<16>()), body: .accessRequested(asked))
            #expect(transaction.body == .accessRequested(asked))
        }
        let tooMany = try request(of: 65)
        #expect(
            try code { try Transaction(id: TransactionID(FixedOctets<16>()), body: .accessRequested(tooMany)) }
                == .malformedField)
        let none = AccessRequested(
            authority: tooMany.authority, records: [], purpose: .patientRequested, answerKey: FixedOctets())
        #expect(
            try code { try Transaction(id: TransactionID(FixedOctets<16>()), body: .accessRequested(none)) }
                == .malformedField)
    }

    @Test func spoiltListsOfRecordsAreRefused() throws {
        let body = TransactionBody.accessRequested(try request(of: 3))
        #expect(try refusal(of: body) == nil)
        #expect(
            try refusal(of: body) { $0.accessRequested.recordID = Data(repeating: 1, count: 16) } == .malformedField)
        #expect(try refusal(of: body) { $0.accessRequested.recordIds.removeLast(2) } == .malformedField)
        #expect(try refusal(of: body) { $0.accessRequested.recordIds = [] } == .malformedField)
        #expect(try refusal(of: body) { $0.accessRequested.recordIds.reverse() } == .notAscending)
        #expect(
            try refusal(of: body) { $0.accessRequested.recordIds[1] = $0.accessRequested.recordIds[0] } == .notAscending
        )
        #expect(try refusal(of: body) { $0.accessRequested.recordIds[0] = Self.short } == .malformedField)
    }

    @Test func spoiltPartsAreRefused() throws {
        for count in [2, 64] { #expect(try refusal(of: try dispute(digests: count)) == nil) }
        let body = try dispute(digests: 3)
        #expect(try refusal(of: body) { $0.fragmentDisputed.partDigests = [] } == .malformedField)
        #expect(try refusal(of: body) { $0.fragmentDisputed.partDigests.removeLast(2) } == .malformedField)
        #expect(try refusal(of: body) { $0.fragmentDisputed.recordID = Data() } == .malformedField)
        #expect(try refusal(of: body) { $0.fragmentDisputed.recordID = Self.short } == .malformedField)
        #expect(try refusal(of: body) { $0.fragmentDisputed.partDigests[1].removeLast() } == .malformedField)
        #expect(
            try refusal(of: body) {
                $0.fragmentDisputed.partDigests = Array(repeating: Data(count: 32), count: 65)
            } == .malformedField)
    }
}
