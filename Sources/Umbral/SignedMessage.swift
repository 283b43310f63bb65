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
        unsafe commitment.octets.withOctets { unsafe message.append(contentsOf: $0) }
        unsafe precursor.withOctets { unsafe message.append(contentsOf: $0) }
        append(delegatingKey, to: &message)
        append(receivingKey, to: &message)
        return message
    }

    private static func append(_ key: PublicKey?, to message: inout [UInt8]) {
        guard let key else { return message.append(0) }
        message.append(1)
        unsafe key.compressed.withOctets { unsafe message.append(contentsOf: $0) }
    }
}
