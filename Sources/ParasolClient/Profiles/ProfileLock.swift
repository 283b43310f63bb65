import Ciphers
import Crypto
import Octets

/// The key of one passphrase and salt: derived once, then good for any number of saves, each with a fresh nonce.
///
/// Nonces are random, 96 bits: below 2^32 saves under one key a repetition is out of reach (NIST SP 800-38D, 8.3).
struct ProfileLock: Sendable {
    let cost: ScryptCost
    let salt: FixedOctets<32>
    private let key: SecretOctets

    /// Derives the key with a fresh salt. Takes the time and memory that `cost` says.
    init(
        _ passphrase: Passphrase, cost: ScryptCost, using generator: inout some RandomNumberGenerator
    ) throws(ProfileError) {
        try self.init(passphrase, cost: cost, salt: Self.random(using: &generator))
    }

    /// Derives the key that a header asks for.
    init(_ passphrase: Passphrase, header: ProfileHeader) throws(ProfileError) {
        try self.init(passphrase, cost: header.cost, salt: header.salt)
    }

    private init(_ passphrase: Passphrase, cost: ScryptCost, salt: FixedOctets<32>) throws(ProfileError) {
        self.cost = cost
        self.salt = salt
        do throws(CiphersError) {
            key = try Scrypt.derive(
                from: passphrase.octets, salt: salt.bytes, cost: cost, count: AEADAlgorithm.keyByteCount)
        } catch { throw .cipher(error) }
    }

    /// A key for something else than the file, which follows from this one: HKDF-SHA256, without salt.
    func derivedKey(for purpose: String) -> SymmetricKey {
        unsafe key.withUnsafeBytes {
            unsafe HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0), info: Array(purpose.utf8), outputByteCount: 32)
        }
    }

    /// The whole file.
    func seal(_ profile: Profile, using generator: inout some RandomNumberGenerator) throws(ProfileError) -> [UInt8] {
        let contents = try profile.encoded()
        let sealedByteCount = contents.count + AEADAlgorithm.tagByteCount
        let bound = ProfileLimits.fileByteCount - ProfileHeader.byteCount
        guard sealedByteCount <= bound, let length = UInt32(exactly: sealedByteCount) else {
            throw .invalid(field: .file, .tooLong(count: sealedByteCount, bound: bound))
        }
        let nonce: FixedOctets<12> = try Self.random(using: &generator)
        let header = ProfileHeader(cost: cost, salt: salt, nonce: nonce, sealedByteCount: length).bytes
        do throws(CiphersError) {
            var context = try AEADContext(.aes256GCM, key: key)
            return try [UInt8](capacity: header.count + sealedByteCount) { (output) throws(CiphersError) in
                for byte in header { output.append(byte) }
                try unsafe contents.withUnsafeBytes { (bytes) throws(CiphersError) in
                    let plaintext = unsafe Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
                    try context.seal(
                        plaintext, nonce: InlineArray { nonce[$0] }, authenticating: header.span, into: &output)
                }
            }
        } catch { throw .cipher(error) }
    }

    /// The profile in a file whose header has been parsed.
    ///
    /// - Throws: ``ProfileError/cannotOpen``, or what is wrong with the authentic contents.
    func open(_ file: [UInt8], header: ProfileHeader) throws(ProfileError) -> Profile {
        let contents = try open(file, nonce: header.nonce)
        return try Profile(decoding: contents, count: contents.count - AEADAlgorithm.tagByteCount)
    }

    /// Opens where the contents lie: in memory that wipes itself, with the tag's 16 bytes left behind them.
    private func open(_ file: [UInt8], nonce: FixedOctets<12>) throws(ProfileError) -> SecretOctets {
        let sealed = file[ProfileHeader.byteCount...]
        let header = Array(file[..<ProfileHeader.byteCount])
        do throws(CiphersError) {
            var context = try AEADContext(.aes256GCM, key: key)
            return try SecretOctets(count: sealed.count) { (memory) throws(CiphersError) in
                try unsafe memory.withUnsafeMutableBytes { (bytes) throws(CiphersError) in
                    unsafe bytes.copyBytes(from: sealed)
                    var text = unsafe MutableSpan<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
                    try context.openInPlace(
                        &text, nonce: InlineArray { nonce[$0] }, authenticating: header.span)
                }
            }
        } catch {
            if error == .authenticationFailed { throw .cannotOpen }
            throw .cipher(error)
        }
    }

    private static func random<let length: Int>(
        using generator: inout some RandomNumberGenerator
    ) throws(ProfileError) -> FixedOctets<length> {
        do throws(OctetsError) {
            return try FixedOctets((0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        } catch { throw .malformed(error) }
    }
}
