import CSecp256k1
package import Octets

extension Point {
    /// SEC 1's uncompressed encoding (section 2.3.3), 65 bytes: 04, x, y.
    ///
    /// Written for vectors and for comparison; ``init(compressed:)-(Collection<UInt8>)`` refuses it.
    package var uncompressed: FixedOctets<65> {
        unsafe withUnsafeTemporaryAllocation(byteCount: 65, alignment: 16) { memory in
            var count = 65
            let output = unsafe memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            let done = unsafe withUnsafePointer(to: key) { key in
                unsafe secp256k1_ec_pubkey_serialize(
                    curveContext, output, &count, key, UInt32(SECP256K1_EC_UNCOMPRESSED))
            }
            assured(done)
            return unsafe FixedOctets(exactly: UnsafeRawBufferPointer(memory))
        }
    }
}
