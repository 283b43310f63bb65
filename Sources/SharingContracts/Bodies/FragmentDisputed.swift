package import Octets
import SharingMessages

/// A doctor shows that a proxy's answer was wrong, with the very bytes the proxy committed to.
package struct FragmentDisputed: Hashable, Sendable {
    package let request: TransactionID
    package let transformer: IdentityID
    /// The record's capsule, 98 bytes.
    package let capsule: [UInt8]
    /// What the proxy answered for the record, 1 to 512 bytes: a liar need not follow the format.
    package let capsuleFragment: [UInt8]
    /// Which of the answer's parts it is; nil where the request is for one record.
    package let part: DisputedPart?

    package init(
        request: TransactionID, transformer: IdentityID, capsule: [UInt8], capsuleFragment: [UInt8],
        part: DisputedPart? = nil
    ) {
        self.request = request
        self.transformer = transformer
        self.capsule = capsule
        self.capsuleFragment = capsuleFragment
        self.part = part
    }
}

/// One part of an answer for several records, and what shows that it is part of it without showing the others.
package struct DisputedPart: Hashable, Sendable {
    /// Whose fragment is wrong.
    package let record: RecordID
    /// ``LedgerDigest/fragment(_:by:for:)`` of every part, in the request's order.
    package let digests: [FixedOctets<32>]

    package init(record: RecordID, digests: [FixedOctets<32>]) {
        self.record = record
        self.digests = digests
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
        guard wire.recordID.isEmpty == wire.partDigests.isEmpty else {
            throw fields.violation("part_digests", "record_id is set without it, or it without record_id")
        }
        part = wire.recordID.isEmpty ? nil : try DisputedPart(wire, fields)
    }

    var wire: WireFragmentDisputed {
        var wire = WireFragmentDisputed()
        wire.requestID = .init(request)
        wire.transformerID = .init(transformer)
        wire.capsule = .init(capsule)
        wire.capsuleFragment = .init(capsuleFragment)
        if let part {
            wire.recordID = .init(part.record)
            wire.partDigests = part.digests.map { .init($0) }
        }
        return wire
    }
}

extension DisputedPart {
    fileprivate init(_ wire: WireFragmentDisputed, _ fields: WireFields) throws(ContractViolation) {
        record = try fields.identifier(wire.recordID, "record_id")
        try fields.require(count: wire.partDigests.count, in: 2...Limits.requestedRecords, "part_digests")
        var digests: [FixedOctets<32>] = []
        for data in wire.partDigests { digests.append(try fields.fixed(data, "part_digests")) }
        self.digests = digests
    }
}
