import Crypto
import Foundation
import Octets
import SharingContracts
import SharingMessages
import SwiftProtobuf
import TestKit
import Testing

struct SignatureTests {
    private func retire(_ scenario: SharingScenario) -> TransactionBody {
        .identityRetired(IdentityRetired(identity: scenario.auditor))
    }

    @Test func signatureInputIsTagOriginAndBytes() throws {
        let transaction = try Transaction(
            id: try TransactionID([UInt8](repeating: 1, count: 16)),
            body: .recordOpened(RecordOpened(request: try TransactionID([UInt8](repeating: 2, count: 16)))))
        let input = try transaction.signatureInput(origin: "abc")
        #expect(input == Array("parasol-transaction/v1\0".utf8) + [0, 3] + Array("abc".utf8) + transaction.serialized)
        for origin in ["", String(repeating: "a", count: 256)] {
            #expect(try code { try transaction.signatureInput(origin: origin) } == .malformedField)
        }
    }

    @Test func everyFlippedBitOfASignedTransactionIsRefused() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let body = try scenario.makeDeposit(in: folder).body
        let signed = try scenario.sign(.recordDeposited(body)).serialized
        let time = scenario.now
        for index in signed.indices {
            for bit in [UInt8(1), 0x10, 0x80] {
                var spoilt = signed
                spoilt[index] ^= bit
                let refused = try code {
                    try scenario.state.check(try SignedTransaction(serialized: spoilt), sequencedAt: time)
                }
                #expect(refused != nil, "bit \(bit) of byte \(index)")
            }
        }
        let intact = try SignedTransaction(serialized: signed)
        #expect(try code { try scenario.state.check(intact, sequencedAt: time) } == nil)
    }

    @Test func aTransactionForAnotherLedgerIsRefused() throws {
        // Two ledgers with the same members and keys.
        var here = try SharingScenario(origin: "here.parasol.test", seed: 5)
        var there = try SharingScenario(origin: "there.parasol.test", seed: 5)
        #expect(here.members == there.members)
        let replayed = try there.sign(retire(there))
        #expect(try here.refusal(of: replayed) == .invalidSignature)
        #expect(try there.refusal(of: replayed) == nil)
    }

    @Test func missingExtraAndForeignSignaturesAreRefused() throws {
        var scenario = try SharingScenario()
        let (body, _) = try scenario.makeFolder()
        let folder = body.folder.signer
        let service = scenario.keyService.signer
        let opening = TransactionBody.folderOpened(body)
        #expect(try scenario.refusal(of: opening, by: []) == .missingSignature)
        #expect(try scenario.refusal(of: opening, by: [folder]) == .missingSignature)
        #expect(try scenario.refusal(of: opening, by: [service]) == .missingSignature)
        #expect(
            try scenario.refusal(of: opening, by: [folder, service, scenario.depositor.signer])
                == .unexpectedSignature)
        #expect(try scenario.refusal(of: opening, by: [folder, service]) == nil)
    }

    @Test func aSignatureUnderAnothersNameIsRefused() throws {
        var scenario = try SharingScenario()
        let transaction = try Transaction(id: scenario.identifier(), body: retire(scenario))
        let byDoctor = try scenario.signature(of: scenario.doctor.signer, on: transaction)
        let forged = try TransactionSignature(signer: scenario.auditor.signer, signature: byDoctor.signature)
        #expect(try scenario.refusal(of: try SignedTransaction(transaction, signatures: [forged])) == .invalidSignature)
    }

    @Test func signaturesOutOfOrderOrTwiceAreRefused() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(.folderOpened(try scenario.makeFolder().body))
        var wire = try WireSignedTransaction(serializedBytes: signed.serialized)
        wire.signatures.reverse()
        let reversed: [UInt8] = try wire.serializedBytes()
        #expect(try code { try SignedTransaction(serialized: reversed) } == .notAscending)
        wire.signatures = [wire.signatures[0], wire.signatures[0]]
        let doubled: [UInt8] = try wire.serializedBytes()
        #expect(try code { try SignedTransaction(serialized: doubled) } == .notAscending)
    }

    @Test func theHighTwinOfASignatureIsRefused() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(retire(scenario))
        var wire = try WireSignedTransaction(serializedBytes: signed.serialized)
        // Any s above half the order will do: the rule is looked at before the curve is.
        wire.signatures[0].signature[32] = 0xf0
        let high: [UInt8] = try wire.serializedBytes()
        #expect(try code { try SignedTransaction(serialized: high) } == .highS)
    }

    @Test func zeroAndOversizedSignatureNumbersDoNotVerify() throws {
        var scenario = try SharingScenario()
        let transaction = try Transaction(id: scenario.identifier(), body: retire(scenario))
        for bytes in [
            [UInt8](repeating: 0, count: 64), [UInt8](repeating: 0xff, count: 32) + [UInt8](repeating: 1, count: 32),
        ] {
            let forged = try TransactionSignature(
                signer: scenario.auditor.signer, signature: try FixedOctets(bytes))
            #expect(
                try scenario.refusal(of: try SignedTransaction(transaction, signatures: [forged])) == .invalidSignature)
        }
    }

    @Test func moreSignaturesThanMembersCanBeAreRefusedBeforeTheyAreRead() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(retire(scenario))
        var wire = try WireSignedTransaction(serializedBytes: signed.serialized)
        wire.signatures = (0..<65).map { index in
            var signature = WireTransactionSignature()
            signature.signerID = Data([UInt8(index)] + [UInt8](repeating: 0, count: 15))
            return signature
        }
        let bytes: [UInt8] = try wire.serializedBytes()
        #expect(try code { try SignedTransaction(serialized: bytes) } == .malformedField)
    }

    @Test func signaturesAreNormalisedAndSortedByTheBuilder() throws {
        var scenario = try SharingScenario()
        for _ in 0..<16 {
            let body = try scenario.makeFolder().body
            let transaction = try Transaction(id: scenario.identifier(), body: .folderOpened(body))
            let signatures = try [scenario.keyService.signer, body.folder.signer].map {
                try scenario.signature(of: $0, on: transaction)
            }
            let one = try SignedTransaction(transaction, signatures: signatures)
            let other = try SignedTransaction(transaction, signatures: signatures.reversed())
            #expect(one == other)
            #expect(try SignedTransaction(serialized: one.serialized) == one)
        }
    }
}
