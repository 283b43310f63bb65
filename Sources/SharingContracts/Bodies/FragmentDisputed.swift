import SharingMessages

/// A doctor shows that a proxy's answer was wrong, with the very bytes the proxy committed to.
package struct FragmentDisputed: Hashable, Sendable {
    package let request: TransactionID
    package let transformer: IdentityID
    /// The record's capsule, 98 bytes.
    package let capsule: [UInt8]
    /// What the proxy answered, 1 to 512 bytes: a liar need not follow the format.
    package let capsuleFragment: [UInt8]

    package init(request: TransactionID, transformer: IdentityID, capsule: [UInt8], capsuleFragment: [UInt8]) {
        self.request = request
        self.transformer = transformer
        self.capsule = capsule
        self.capsuleFragment = capsuleFragment
    }
}

extension FragmentDisputed {
    init(_ wire: WireFragmentDisputed) throws(ContractViolation) {
        let fields = WireFields(message: "FragmentDisputed")
        request = try fields.identifier(wire.requestID, "request_id")
        transformer = try fields.identifier(wire.transformerID, "transformer_id")
        try fields.require(
            count: wire.capsule.count, in: Limits.capsuleBytes...Limits.capsuleBytes, "capsule")
        capsule = wire.capsule.octets
        try fields.require(
            count: wire.capsuleFragment.count, in: 1...Limits.disputedFragmentBytes, "capsule_fragment")
        capsuleFragment = wire.capsuleFragment.octets
    }

    var wire: WireFragmentDisputed {
        var wire = WireFragmentDisputed()
        wire.requestID = .init(request)
        wire.transformerID = .init(transformer)
        wire.capsule = .init(capsule)
        wire.capsuleFragment = .init(capsuleFragment)
        return wire
    }
}
