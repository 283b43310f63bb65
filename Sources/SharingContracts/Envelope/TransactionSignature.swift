package import Octets
import SharingMessages

/// One signer's ECDSA P-256 signature over SHA-256 of a transaction's signature input, with a low s.
///
/// Of every ECDSA signature (r, s) anybody can make the second valid one (r, n - s). Only the lower is accepted, so that
/// nobody but the signers can make another envelope of the same transaction.
package struct TransactionSignature: Hashable, Sendable {
    package let signer: SignerID
    /// r || s, big-endian.
    package let signature: FixedOctets<64>

    /// Takes a signature whose s is low already.
    ///
    /// - Throws: ``ContractViolation/Code/highS``.
    package init(signer: SignerID, signature: FixedOctets<64>) throws(ContractViolation) {
        guard LowS.isLow(inSignature: signature) else {
            throw ContractViolation(.highS, "the signature of \(signer) has a high s")
        }
        self.signer = signer
        self.signature = signature
    }

    /// Takes any signature r || s, and replaces a high s by n - s.
    ///
    /// - Throws: ``ContractViolation/Code/malformedField`` unless there are 64 bytes and s is below the group order.
    package init(signer: SignerID, normalizing signature: [UInt8]) throws(ContractViolation) {
        guard signature.count == 64, let low = LowS.lowered(signature[32...]),
            let octets = try? FixedOctets<64>(signature[..<32] + low)
        else {
            throw ContractViolation(.malformedField, "\(signer) made no P-256 signature of 64 bytes")
        }
        try self.init(signer: signer, signature: octets)
    }
}

/// Comparison and subtraction with the order of P-256 on public big-endian numbers of 32 bytes.
enum LowS {
    /// n, the group order.
    static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]

    /// (n - 1) / 2, the highest low s.
    static let halfOrder: [UInt8] = [
        0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
    ]

    /// Whether the second half of r || s is low: nearly always its first byte says so.
    static func isLow(inSignature signature: FixedOctets<64>) -> Bool {
        for index in 0..<32 where signature[32 + index] != halfOrder[index] {
            return signature[32 + index] < halfOrder[index]
        }
        return true
    }

    static func isLow(_ s: ArraySlice<UInt8>) -> Bool {
        !halfOrder.lexicographicallyPrecedes(s)
    }

    /// `s` or n - `s`, whichever is low; nil where `s` is not below n.
    static func lowered(_ s: ArraySlice<UInt8>) -> [UInt8]? {
        guard s.lexicographicallyPrecedes(order) else { return nil }
        if isLow(s) { return Array(s) }
        var difference = order
        var borrow = 0
        for (index, byte) in zip(0..<32, s).reversed() {
            let value = Int(order[index]) - Int(byte) - borrow
            difference[index] = UInt8(truncatingIfNeeded: value)
            borrow = value < 0 ? 1 : 0
        }
        return difference
    }
}
