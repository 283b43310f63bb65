package import Octets

/// A request to read some records once each, as the ledger knows it now.
package struct AccessRequest: Hashable, Sendable {
    /// The transaction identifier of its `AccessRequested`.
    package let id: TransactionID
    package let authority: AccessAuthority
    /// The grantee, or the folder itself.
    package let requester: SignerID
    package let folder: FolderID
    /// 1 to ``Limits/requestedRecords``, ascending: an answer has a part for each in this order.
    package let records: [RecordID]
    package let purpose: Purpose
    /// What answers are sealed to.
    package let answerKey: FixedOctets<32>
    package let requested: LedgerEvent
    /// How many transforms opening needs: the consent's threshold; 1 for the folder's owner.
    package let threshold: Int
    /// In the order they were logged, at most one a transformer.
    package internal(set) var transforms: [Transform] = []
    package internal(set) var opened: LedgerEvent?
    package internal(set) var exported: LedgerEvent?

    /// What `transformer` committed to for this request.
    package func transform(by transformer: IdentityID) -> Transform? {
        transforms.first { $0.transformer == transformer }
    }
}

/// One transformer's commitment to the fragments it answers.
package struct Transform: Hashable, Sendable {
    package let transformer: IdentityID
    /// ``LedgerDigest/answer(_:by:for:)``.
    package let fragmentDigest: FixedOctets<32>
    package let event: LedgerEvent
    /// The dispute that proved a fragment wrong.
    package internal(set) var disputed: LedgerEvent?
}
