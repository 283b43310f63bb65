package import Octets
import SharingMessages

/// A proxy, or the key service for the owner, is about to answer a request with exactly one fragment for each of its records.
package struct Transformed: Hashable, Sendable {
    package let request: TransactionID
    package let transformer: IdentityID
    /// ``LedgerDigest/answer(_:by:for:)``.
    package let fragmentDigest: FixedOctets<32>

    package init(request: TransactionID, transformer: IdentityID, fragmentDigest: FixedOctets<32>) {
        self.request = request
        self.transformer = transformer
        self.fragmentDigest = fragmentDigest
    }
}

extension Transformed {
    init(_ wire: WireTransformed) throws(ContractViolation) {
        let fields = WireFields(message: "Transformed")
        request = try fields.identifier(wire.requestID, "request_id")
        transformer = try fields.identifier(wire.transformerID, "transformer_id")
        fragmentDigest = try fields.fixed(wire.fragmentDigest, "fragment_digest")
    }

    var wire: WireTransformed {
        var wire = WireTransformed()
        wire.requestID = .init(request)
        wire.transformerID = .init(transformer)
        wire.fragmentDigest = .init(fragmentDigest)
        return wire
    }
}
