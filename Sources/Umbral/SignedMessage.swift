package import Octets

/// What the owner signs for a key fragment: M = id || U1 || X || (01 || D, or 00) || (01 || B, or 00), at most 166 bytes.
package enum SignedMessage {
    package static func octets(
        id: KeyFragmentIdentifier, commitment: EncodedPoint, precursor: FixedOctets<33>, delegatingKey: PublicKey?,
        receivingKey: PublicKey?
    ) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(166)
        unsafe id.withOctets { unsafe message.append(contentsOf: $0) }
        for point in [commitment.octets, precursor] {
            unsafe point.withOctets { unsafe message.append(contentsOf: $0) }
        }
        for key in [delegatingKey, receivingKey] {
            if let key {
                message.append(1)
                unsafe key.compressed.withOctets { unsafe message.append(contentsOf: $0) }
            } else {
                message.append(0)
            }
        }
        return message
    }
}
