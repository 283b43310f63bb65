import Octets
import SharingContracts
import TestKit
import Testing

struct VerifiedSignaturesTests {
    @Test func aTransactionVerifiedBeforehandIsAppliedWithoutVerifyingAgain() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        let verified = try scenario.state.verifySignatures(of: signed)
        var state = scenario.state
        try state.apply(try LedgerEntry(sequencedAt: scenario.now, signed), signatures: verified)
        #expect(state.identity(scenario.auditor)?.isActive == false)
    }

    /// The proof is about bytes, wherever they lie.
    @Test func theProofIsGoodForTheSameTransactionReadAgain() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        let again = try SignedTransaction(serialized: signed.serialized.map { $0 })
        let verified = try scenario.state.verifySignatures(of: signed)
        try scenario.state.check(again, sequencedAt: scenario.now, signatures: verified)
    }

    @Test func theProofIsGoodForNothingElse() throws {
        var scenario = try SharingScenario()
        let body = TransactionBody.identityRetired(IdentityRetired(identity: scenario.auditor))
        let signed = try scenario.sign(body)
        let other = try scenario.sign(body)
        let verified = try scenario.state.verifySignatures(of: signed)
        let time = scenario.now
        let state = scenario.state
        #expect(try code { try state.check(other, sequencedAt: time, signatures: verified) } == .signaturesNotVerified)

        // The same transaction with a spoilt signature: the proof is about the signatures too.
        var bytes = signed.signatures[0].signature.bytes
        bytes[0] ^= 1
        let spoilt = try SignedTransaction(
            signed.transaction, signatures: [try .init(signer: scenario.auditor.signer, normalizing: bytes)])
        #expect(try code { try state.check(spoilt, sequencedAt: time, signatures: verified) } == .signaturesNotVerified)

        // Keys or an origin of the verifier's own choosing.
        let stranger = try scenario.newSigningKey(for: scenario.identifier())
        #expect(
            try code {
                try VerifiedSignatures(
                    verifying: signed, origin: state.origin,
                    against: [RequiredSignature(signer: scenario.auditor.signer, key: stranger)])
            } == .invalidSignature)
        let elsewhere = try scenario.sign(body, origin: "elsewhere")
        let required = try state.requiredSignatures(of: elsewhere)
        let verifiedElsewhere = try VerifiedSignatures(verifying: elsewhere, origin: "elsewhere", against: required)
        #expect(
            try code { try state.check(elsewhere, sequencedAt: time, signatures: verifiedElsewhere) }
                == .signaturesNotVerified)
    }

    @Test func rulesStillHoldForWhatIsVerified() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        let verified = try scenario.state.verifySignatures(of: signed)
        try scenario.submit(signed)
        let (state, time) = (scenario.state, scenario.now)
        #expect(
            try code { try state.check(signed, sequencedAt: time, signatures: verified) } == .duplicateTransaction)
    }
}
