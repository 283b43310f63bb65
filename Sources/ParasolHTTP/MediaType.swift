/// The media types of Protocols/http.md. Content of ours is binary, the very bytes that are signed and hashed.
package enum MediaType {
    package static let text = "text/plain; charset=utf-8"
    package static let plainText = "text/plain"
    package static let octets = "application/octet-stream"
    package static let treeSize = "text/x.tlog.size"
    /// Server-sent events.
    package static let eventStream = "text/event-stream"
    /// A `SignedTransaction` message.
    package static let signedTransaction = "application/vnd.parasol.signed-transaction"
    /// A `Transaction` message, not signed yet.
    package static let transaction = "application/vnd.parasol.transaction"
    /// A leaf behind its 16-bit length, and a `.tlog-proof` behind it.
    package static let receipt = "application/vnd.parasol.receipt"
    /// A checkpoint, and the receipts of a signer's coming and going.
    package static let directoryEntry = "application/vnd.parasol.directory-entry"
    /// A checkpoint, where to go on, and receipts.
    package static let trail = "application/vnd.parasol.trail"
    /// Leaves, each behind its 16-bit length: as in a bundle of tlog-tiles.
    package static let entries = "application/vnd.parasol.entries"
    /// A checkpoint behind its 32-bit length, and entries.
    package static let news = "application/vnd.parasol.news"
    /// The body of `add-checkpoint` behind its 32-bit length, and entries.
    package static let checkpointWithEntries = "application/vnd.parasol.checkpoint-with-entries"
    /// Leaves and bytes of a snapshot, 64 bits each.
    package static let offeredSnapshot = "application/vnd.parasol.offered-snapshot"
    /// Bytes of a snapshot.
    package static let snapshot = "application/vnd.parasol.snapshot"
    /// Hashes of 32 bytes, one behind the other.
    package static let hashes = "application/vnd.parasol.hashes"
    package static let shareOpening = "application/vnd.parasol.share-opening"
    package static let publicShare = "application/vnd.parasol.public-share"
    package static let signature = "application/vnd.parasol.signature"
    package static let issuanceRequest = "application/vnd.parasol.issuance-request"
    package static let issuedHalves = "application/vnd.parasol.issued-halves"
    /// A receipt behind its 32-bit length, and the capsule of each requested record.
    package static let accessProof = "application/vnd.parasol.access-proof"
    package static let transformation = "application/vnd.parasol.transformation"
    package static let fragmentDelivery = "application/vnd.parasol.fragment-delivery"
    /// Identifiers of 16 bytes, one behind the other.
    package static let identifiers = "application/vnd.parasol.identifiers"
    package static let storedRecord = "application/vnd.parasol.stored-record"
    /// Bytes of a sealed record.
    package static let sealedRecord = "application/vnd.parasol.sealed-record"
    package static let uploadPart = "application/partial-upload"
    package static let invitationTerms = "application/vnd.parasol.invitation-terms"
    /// A code, and the invitation that it is of.
    package static let issuedInvitation = "application/vnd.parasol.issued-invitation"
    /// Invitations, each behind its 16-bit length.
    package static let invitations = "application/vnd.parasol.invitations"
    /// A code, and an enrolment request behind it.
    package static let enrolment = "application/vnd.parasol.enrolment"
}
