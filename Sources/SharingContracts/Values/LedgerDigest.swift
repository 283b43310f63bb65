private import Crypto
package import Octets

/// The digests that transactions carry in place of what must not be written down (Protocols/transactions.md).
package enum LedgerDigest {
    /// `capsule_digest` of a `RecordDeposited`: SHA-256 of the tag and the capsule.
    ///
    /// Nothing else is hashed in: a capsule has one digest, which the ledger takes once, so that no second record can have the
    /// first one's capsule. A capsule is random, and its digest says nothing of the record.
    package static func capsule(_ capsule: [UInt8]) -> FixedOctets<32> {
        digest("parasol-capsule/v1\0", [capsule])
    }

    /// What commits to one record's fragment: SHA-256 of the tag, the request, the transformer and the exact fragment.
    ///
    /// - Parameter fragment: A capsule fragment in simple form, 359 bytes, or the key service's partial decapsulation.
    package static func fragment(
        _ fragment: [UInt8], by transformer: IdentityID, for request: TransactionID
    ) -> FixedOctets<32> {
        digest("parasol-capsule-fragment/v1\0", [request.bytes, transformer.bytes, fragment])
    }

    /// `fragment_digest` of a `Transformed`: what commits to an answer, a part for each record of its request.
    ///
    /// - Parameter parts: In the order of the request's records: capsule fragments or partial decapsulations.
    package static func answer(
        _ parts: [[UInt8]], by transformer: IdentityID, for request: TransactionID
    ) -> FixedOctets<32> {
        answer(parts: parts.map { fragment($0, by: transformer, for: request) })
    }

    /// The same, of each part's ``fragment(_:by:for:)``: a part can be shown to belong to an answer without showing the others.
    ///
    /// One part's is the answer's. Of several it is SHA-256 of another tag and all of them.
    package static func answer(parts digests: [FixedOctets<32>]) -> FixedOctets<32> {
        if digests.count == 1 { return digests[0] }
        return digest("parasol-capsule-fragments/v1\0", digests.map { $0.bytes })
    }

    private static func digest(_ tag: String, _ parts: [[UInt8]]) -> FixedOctets<32> {
        var hash = SHA256()
        hash.update(data: Array(tag.utf8))
        for part in parts { hash.update(data: part) }
        return sha256(hash.finalize())
    }

    static func sha256(of bytes: [UInt8]) -> FixedOctets<32> { sha256(SHA256.hash(data: bytes)) }

    private static func sha256(_ digest: SHA256.Digest) -> FixedOctets<32> {
        do { return try FixedOctets(Array(digest)) } catch { preconditionFailure("SHA-256 has 32 bytes") }
    }
}
