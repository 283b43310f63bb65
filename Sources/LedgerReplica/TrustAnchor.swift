package import SharingContracts
package import TransparencyLog

/// What a party must know of a ledger beforehand, to believe anything of it later.
package struct TrustAnchor: Sendable {
    package let origin: LogOrigin
    /// The origin as text, which every transaction's signature covers.
    package let originName: String
    /// The log's key, the witnesses and the quorum.
    package let policy: TrustPolicy
    /// The policy as text, which the ledger's founding must repeat to the byte.
    package let policyText: String
    private let verifiedNotes = VerifiedNotes()

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
        try finalCheckpoint(try SignedNote(encoded: note), encoded: note)
    }

    /// The same of a note that is decoded already.
    func verify(checkpoint note: SignedNote) throws(TransparencyLogError) -> FinalCheckpoint {
        try finalCheckpoint(note, encoded: note.encoded)
    }

    private func finalCheckpoint(
        _ note: SignedNote, encoded: [UInt8]
    ) throws(TransparencyLogError) -> FinalCheckpoint {
        try verifiedNotes.checkpoint(of: encoded) { () throws(TransparencyLogError) in
            FinalCheckpoint(try policy.verify(note, origin: origin), policy: policy)
        }
    }
}

/// The same where they trust the same, whatever they have verified.
extension TrustAnchor: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.originName.utf8.elementsEqual(rhs.originName.utf8) && lhs.policyText.utf8.elementsEqual(rhs.policyText.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in policyText.utf8 { hasher.combine(byte) }
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
