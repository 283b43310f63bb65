internal import Crypto
internal import FoundationEssentials
internal import Octets
package import ServiceProtocols
package import SharingContracts

/// What a new device asks the old one with (Protocols/device-pairing.md): its key for this once, authenticated by a code that the
/// devices' owner carries from one screen to the other. Not secret.
///
///     magic "PRSLPRQ1"   8
///     kind               1   of the profile
///     made at            8   µs, big-endian
///     public key        32   X25519
///     tag               32   HMAC-SHA256 of the 49 bytes before
package struct PairingRequest: Hashable, Sendable {
    package static let magic: [UInt8] = Array("PRSLPRQ1".utf8)
    package static let byteCount = 81
    /// How long a request is answered: ten minutes.
    package static let lifetimeMicroseconds: UInt64 = 600_000_000
    /// How far ahead the new device's clock may be: two minutes.
    package static let clockDifferenceMicroseconds: UInt64 = 120_000_000
    /// Bytes before the tag.
    private static let taggedByteCount = 49

    package let kind: ProfileKind
    package let madeAt: Timestamp
    let publicKey: FixedOctets<32>
    private let tag: [UInt8]

    init(kind: ProfileKind, madeAt: Timestamp, publicKey: FixedOctets<32>, code: InvitationCode) {
        self.kind = kind
        self.madeAt = madeAt
        self.publicKey = publicKey
        let tagged = Self.tagged(kind, madeAt, publicKey)
        tag = Array(HMAC<SHA256>.authenticationCode(for: tagged, using: PairingKey.request.derived(from: code)))
    }

    /// Reads a request's file.
    ///
    /// - Throws: ``PairingError/malformedRequest(_:)``.
    package init(file: [UInt8]) throws(PairingError) {
        guard file.starts(with: Self.magic) else { throw .malformedRequest("it does not begin like one") }
        let number: UInt8
        do throws(OctetsError) {
            var reader = OctetReader(file)
            _ = try reader.readBytes(Self.magic.count)
            number = try reader.readUInt8()
            madeAt = Timestamp(microseconds: try reader.readBigEndian())
            publicKey = try reader.readFixed()
            tag = try reader.readBytes(32)
            try reader.finish()
        } catch { throw .malformedRequest("\(error)") }
        guard let kind = ProfileKind(rawValue: number) else {
            throw .malformedRequest("its kind of profile is \(number)")
        }
        self.kind = kind
        guard madeAt <= .latest else { throw .malformedRequest("it is of after the year 9999") }
    }

    /// The request's file.
    package var file: [UInt8] { Self.tagged(kind, madeAt, publicKey) + tag }

    private static func tagged(_ kind: ProfileKind, _ madeAt: Timestamp, _ publicKey: FixedOctets<32>) -> [UInt8] {
        var writer = OctetWriter(reservingCapacity: byteCount)
        writer.write(magic)
        writer.writeUInt8(kind.rawValue)
        writer.writeBigEndian(madeAt.microseconds)
        writer.write(publicKey)
        return writer.bytes
    }

    // MARK: Answering

    /// Demands that a request is of the device that shows this code, and of now.
    ///
    /// - Throws: ``PairingError/wrongCode``, ``PairingError/expired(madeAt:now:)``, ``PairingError/fromTheFuture(madeAt:now:)``.
    package func check(_ code: InvitationCode, at now: Timestamp) throws(PairingError) {
        let key = PairingKey.request.derived(from: code)
        guard HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: file.prefix(Self.taggedByteCount), using: key)
        else { throw .wrongCode }
        guard now <= madeAt.adding(microseconds: Self.lifetimeMicroseconds) else {
            throw .expired(madeAt: madeAt, now: now)
        }
        guard madeAt <= now.adding(microseconds: Self.clockDifferenceMicroseconds) else {
            throw .fromTheFuture(madeAt: madeAt, now: now)
        }
    }

    /// Seals a profile to the new device: what ``PairingOffer/open(_:at:)`` opens, and nobody else.
    ///
    /// - Returns: The answer's file. Not secret.
    /// - Throws: as ``check(_:at:)``; ``PairingError/otherKind(asked:offered:)``; ``PairingError/profile(_:)``;
    ///   ``PairingError/malformedRequest(_:)`` for a key that nothing can be sealed to.
    package func answer(
        with profile: Profile, code: InvitationCode, at now: Timestamp
    ) throws(PairingError) -> [UInt8] {
        try check(code, at: now)
        guard profile.kind == kind else { throw .otherKind(asked: kind, offered: profile.kind) }
        let contents: SecretOctets
        do throws(ProfileError) { contents = try profile.encoded() } catch { throw .profile(error) }
        do {
            let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey.bytes)
            guard try recipient.isOfLargeOrder else { throw PairingError.malformedRequest("its key is of small order") }
            var sender = try HPKE.Sender(
                recipientKey: recipient, ciphersuite: PairingKey.suite, info: Data(PairingKey.info(of: self)),
                presharedKey: PairingKey.answer.derived(from: code), presharedKeyIdentifier: Data(PairingKey.identifier)
            )
            var clear = unsafe contents.withUnsafeBytes { unsafe Data($0) }
            defer { unsafe clear.withUnsafeMutableBytes { unsafe wipe($0) } }
            return PairingAnswer(
                encapsulatedKey: Array(sender.encapsulatedKey), ciphertext: Array(try sender.seal(clear))
            ).file
        } catch let error as PairingError { throw error } catch { throw .malformedRequest("\(error)") }
    }
}

/// What is derived from a code, each for one purpose.
enum PairingKey: String {
    case request = "parasol-pairing-request/v1\0"
    case answer = "parasol-pairing-answer/v1\0"

    static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    static let identifier = Array("parasol-pairing".utf8)

    /// HKDF-SHA256 of the code's 16 bytes, without salt.
    func derived(from code: InvitationCode) -> SymmetricKey {
        unsafe code.secret.withUnsafeBytes {
            unsafe HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0), info: Array(rawValue.utf8), outputByteCount: 32)
        }
    }

    /// HPKE's `info`: the answer is to this request and no other.
    static func info(of request: PairingRequest) -> [UInt8] { Array("parasol-pairing/v1\0".utf8) + request.file }
}
