package import SharingContracts
package import TransparencyLog

/// What a party must know of a ledger beforehand, to believe anything of it later.
package struct TrustAnchor: Hashable, Sendable {
    package let origin: LogOrigin
    /// The origin as text, which every transaction's signature covers.
    package let originName: String
    /// The log's key, the witnesses and the quorum.
    package let policy: TrustPolicy
    /// The policy as text, which the ledger's founding must repeat to the byte.
    package let policyText: String

    /// Reads the policy.
    ///
    /// - Throws: what `TrustPolicy` and `LogOrigin` throw, and `TransparencyLogError/noQuorum` for a policy under which
    ///   the log's key alone decides what is final: there is no fail-open switch.
    package init(origin: String, policyText: String) throws(TransparencyLogError) {
        self.origin = try LogOrigin(origin)
        originName = origin
        policy = try TrustPolicy(text: Array(policyText.utf8))
        guard policy.hasQuorum else { throw .noQuorum }
        self.policyText = policyText
    }

    /// Verifies a signed note as a final checkpoint of this ledger.
    package func verify(checkpoint note: [UInt8]) throws(TransparencyLogError) -> FinalCheckpoint {
        FinalCheckpoint(try policy.verify(SignedNote(encoded: note), origin: origin), policy: policy)
    }
}

/// A checkpoint that meets the witness policy.
package struct FinalCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// The signed note it came as.
    package let note: [UInt8]
    /// The latest moment at which a whole quorum vouched for it: of the times of the cosignatures, newest first, the one
    /// that completes the quorum. To the second.
    package let cosignedAt: Timestamp

    init(_ verified: VerifiedCheckpoint, policy: TrustPolicy) {
        checkpoint = verified.checkpoint
        note = verified.note.encoded
        let (milliseconds, overflow) = policy.quorumTime(of: verified).multipliedReportingOverflow(by: 1000)
        cosignedAt = Timestamp(milliseconds: overflow ? .max : milliseconds)
    }
}
