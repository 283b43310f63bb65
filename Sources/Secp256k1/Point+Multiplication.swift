import CSecp256k1
public import Octets

extension Point {
    /// k·G in constant time, blinded (about 21 µs).
    public static func generator(times k: Scalar) -> Point {
        var product = secp256k1_pubkey()
        assured(unsafe secp256k1_ec_pubkey_create(curveContext, &product, k.pointer))
        return Point(declassified(product))
    }

    /// k·G for a public k.
    public static func generator(times k: PublicScalar) -> Point {
        var product = secp256k1_pubkey()
        assured(unsafe k.withPointer { unsafe secp256k1_ec_pubkey_create(curveContext, &product, $0) })
        return Point(product)
    }

    /// k·self in constant time (about 41 µs). The product is a public point: for one that must stay secret see
    /// ``sharedSecret(times:)``.
    public func multiplied(by k: Scalar) -> Point {
        unsafe multiplied(bySecret: k.pointer)
    }

    /// k·self in constant time for a number in range that lies at `k`.
    ///
    /// libsecp256k1 exports its constant-time multiplication only as Diffie-Hellman with a hash of the caller's choice;
    /// ours hashes nothing and keeps both coordinates. Reading them back as a point takes a tenth of a microsecond.
    @inline(__always)
    func multiplied(bySecret k: UnsafePointer<UInt8>) -> Point {
        unsafe withUnsafeTemporaryAllocation(byteCount: 65, alignment: 16) { memory in
            let output = unsafe memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            unsafe diffieHellman(k, into: output, keeping: keepUncompressed)
            // A `Point` is public by definition.
            unsafe declassify(UnsafeRawBufferPointer(memory))
            var product = secp256k1_pubkey()
            assured(unsafe secp256k1_ec_pubkey_parse(curveContext, &product, output, 65))
            unsafe wipe(memory)
            return Point(product)
        }
    }

    /// The compressed encoding of k·self, 33 bytes, in constant time and never outside memory that wipes itself: a
    /// Diffie-Hellman secret, or the seed of a capsule.
    public func sharedSecret(times k: Scalar) -> SecretOctets {
        SecretOctets(count: Self.compressedByteCount) { span in
            unsafe span.withUnsafeMutableBytes { memory in
                let output = unsafe memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
                unsafe diffieHellman(k.pointer, into: output, keeping: keepCompressed)
            }
        }
    }

    @inline(__always)
    private func diffieHellman(
        _ k: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<UInt8>,
        keeping callback: secp256k1_ecdh_hash_function
    ) {
        assured(
            unsafe withUnsafePointer(to: key) { point in
                unsafe secp256k1_ecdh(curveContext, output, point, k, callback, nil)
            })
    }

    /// k·self in variable time (about 32 µs), for a k that everybody may know.
    public func multiplied(byPublic k: PublicScalar) -> Point {
        var product = self
        assured(unsafe k.withPointer { unsafe secp256k1_ec_pubkey_tweak_mul(curveContext, &product.key, $0) })
        return product
    }
}

/// Keeps 04 ‖ x ‖ y.
private let keepUncompressed: secp256k1_ecdh_hash_function = { output, x, y, _ in
    guard let output = unsafe output, let x = unsafe x, let y = unsafe y else { return 0 }
    unsafe output[0] = 0x04
    unsafe (output + 1).update(from: x, count: 32)
    unsafe (output + 33).update(from: y, count: 32)
    return 1
}

/// Keeps 02 or 03 (by y's parity) ‖ x.
private let keepCompressed: secp256k1_ecdh_hash_function = { output, x, y, _ in
    guard let output = unsafe output, let x = unsafe x, let y = unsafe y else { return 0 }
    unsafe output[0] = 0x02 | (y[31] & 1)
    unsafe (output + 1).update(from: x, count: 32)
    return 1
}
