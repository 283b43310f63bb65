import CSecp256k1
import Crypto
public import Octets

/// An ECDSA signature over secp256k1 and SHA-256 (SEC 1, section 4.1), always in its low-S form.
public struct Signature: Hashable, Sendable {
    /// Bytes of the encoding: r ‖ s, each 32 bytes, big-endian.
    public static let byteCount = 64

    /// r ‖ s.
    public let compact: FixedOctets<64>

    /// Reads r ‖ s.
    ///
    /// - Throws: ``Secp256k1Error/wrongLength(expected:actual:)``, ``Secp256k1Error/signatureOutOfRange`` and
    ///   ``Secp256k1Error/highS``: every signature has one encoding only.
    public init(compact bytes: some Collection<UInt8>) throws(Secp256k1Error) {
        do throws(OctetsError) {
            compact = try FixedOctets(bytes)
        } catch {
            throw .wrongLength(expected: Self.byteCount, actual: bytes.count)
        }
        // The library alone would let a zero r or s pass, to refuse it only at verification.
        let isInRange = unsafe withCompactBytes { pointer in
            unsafe ScalarArithmetic.isInRange(pointer) && ScalarArithmetic.isInRange(pointer + 32)
        }
        guard isInRange else { throw .signatureOutOfRange }
        var parsed = libraryForm
        guard unsafe secp256k1_ecdsa_signature_normalize(curveContext, nil, &parsed) == 0 else { throw .highS }
    }

    private init(_ signature: secp256k1_ecdsa_signature) {
        compact = unsafe withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 16) { memory in
            assured(
                unsafe withUnsafePointer(to: signature) { signature in
                    unsafe secp256k1_ecdsa_signature_serialize_compact(
                        curveContext, memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
                        signature)
                })
            return unsafe FixedOctets(exactly: UnsafeRawBufferPointer(memory))
        }
    }

    private var libraryForm: secp256k1_ecdsa_signature {
        var signature = secp256k1_ecdsa_signature()
        assured(
            unsafe withCompactBytes { unsafe secp256k1_ecdsa_signature_parse_compact(curveContext, &signature, $0) })
        return signature
    }

    /// Gives r ‖ s to `body` as the library wants it, without allocating.
    @inline(__always)
    private func withCompactBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe withUnsafeBytes(of: compact) { bytes in
            unsafe body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Signs SHA-256(`message`), in constant time.
    ///
    /// The nonce is RFC 6979's, with 32 bytes of `entropy` as its additional input (section 3.6): a fault in the
    /// generator cannot repeat a nonce, and a fault in the computation cannot be averaged out over equal signatures.
    ///
    /// - Parameter entropy: 32 fresh random bytes, or nil for plain RFC 6979. Of another length they are refused.
    /// - Throws: ``Secp256k1Error/wrongLength(expected:actual:)`` for the entropy.
    public static func sign(
        _ message: some Collection<UInt8>, with key: Scalar, entropy: SecretOctets?
    ) throws(Secp256k1Error) -> Signature {
        guard let entropy else { return unsafe sign(message, with: key, additional: nil) }
        return try unsafe entropy.withUnsafeBytes { bytes throws(Secp256k1Error) in
            guard bytes.count == 32 else { throw .wrongLength(expected: 32, actual: bytes.count) }
            return unsafe sign(message, with: key, additional: bytes.baseAddress)
        }
    }

    /// Signs SHA-256(`message`) with fresh entropy from the system's generator; see ``sign(_:with:entropy:)``.
    public static func sign(_ message: some Collection<UInt8>, with key: Scalar) -> Signature {
        unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { entropy in
            defer { unsafe wipe(entropy) }
            unsafe fillWithRandomness(entropy)
            return unsafe sign(message, with: key, additional: UnsafeRawPointer(entropy.baseAddress))
        }
    }

    private static func sign(
        _ message: some Collection<UInt8>, with key: Scalar, additional: UnsafeRawPointer?
    ) -> Signature {
        var signature = secp256k1_ecdsa_signature()
        let signed = unsafe withDigest(of: message) { digest in
            unsafe secp256k1_ecdsa_sign(
                curveContext, &signature, digest, key.pointer, secp256k1_nonce_function_rfc6979, additional)
        }
        assured(signed)
        return Signature(declassified(signature))
    }

    /// Whether this is a signature of SHA-256(`message`) by `key`. About 35 µs.
    public func verifies(_ message: some Collection<UInt8>, for key: Point) -> Bool {
        var signature = libraryForm
        return unsafe withUnsafePointer(to: key.key) { key in
            unsafe Self.withDigest(of: message) { digest in
                unsafe secp256k1_ecdsa_verify(curveContext, &signature, digest, key) == 1
            }
        }
    }

    /// Whether the y-coordinate of the signature's nonce point is odd: the low bit of the recovery number.
    ///
    /// - Returns: nil where this is no signature of SHA-256(`message`) by `key`.
    public func recoveryParity(message: some Collection<UInt8>, key: Point) -> Bool? {
        for recovery in Int32(0)...3 {
            var signature = secp256k1_ecdsa_recoverable_signature()
            guard
                unsafe withCompactBytes({
                    unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                        curveContext, &signature, $0, recovery)
                }) == 1
            else { continue }
            var found = secp256k1_pubkey()
            let recovered = unsafe Self.withDigest(of: message) { digest in
                unsafe secp256k1_ecdsa_recover(curveContext, &found, &signature, digest)
            }
            if recovered == 1, Point(found) == key { return recovery & 1 == 1 }
        }
        return nil
    }

    private static func withDigest<Result>(
        of message: some Collection<UInt8>, _ body: (UnsafePointer<UInt8>) -> Result
    ) -> Result {
        var hash = SHA256()
        let isContiguous: Void? = message.withContiguousStorageIfAvailable {
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil { hash.update(data: Array(message)) }
        return unsafe hash.finalize().withUnsafeBytes { digest in
            unsafe body(digest.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension Signature: CustomStringConvertible {
    public var description: String { compact.hexadecimal }
}
