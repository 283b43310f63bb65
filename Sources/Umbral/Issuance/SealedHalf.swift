private import Crypto
private import FoundationEssentials
public import Octets
import Secp256k1

/// One half of a key fragment, sealed to its proxy by HPKE (RFC 9180, base mode) with X-Wing, HKDF-SHA256 and
/// AES-256-GCM.
///
/// The HPKE `info` names side, consent, proxy and fragment: a half opens only as what it was sealed as. The seal does not
/// say who made it; the signed commitment does.
public struct SealedHalf: Hashable, Sendable {
    /// Whose half.
    public let side: ShareRole
    /// Of which fragment.
    public let fragment: KeyFragmentIdentifier
    private let encapsulatedKey: [UInt8]
    private let ciphertext: [UInt8]

    private static let encapsulatedKeyByteCount = 1120
    private static let tagByteCount = 16

    private static func ciphertextByteCount(_ side: ShareRole) -> Int {
        switch side {
        case .patient: PatientHalf.byteCount + tagByteCount
        case .service: ServiceHalf.byteCount + tagByteCount
        }
    }

    /// Bytes of the encoding: 1364 for the patient's half, 1201 for the key service's.
    public static func serializedByteCount(of side: ShareRole) -> Int {
        33 + encapsulatedKeyByteCount + ciphertextByteCount(side)
    }

    /// Reads side || fragment id || encapsulated key || ciphertext.
    public init(serialized: [UInt8]) throws(IssuanceError) {
        var reader = IssuanceReader(serialized, .sealedHalf)
        let role = try reader.byte()
        guard let side = ShareRole(rawValue: role) else { throw .unknownRole(found: role) }
        self.side = side
        fragment = try reader.fixed()
        encapsulatedKey = try reader.octets(Self.encapsulatedKeyByteCount)
        ciphertext = try reader.octets(Self.ciphertextByteCount(side))
        try reader.finish()
    }

    /// side || fragment id || encapsulated key || ciphertext.
    public var serialized: [UInt8] {
        var writer = IssuanceWriter(capacity: Self.serializedByteCount(of: side))
        writer.byte(side.rawValue)
        writer.fixed(fragment)
        writer.octets(encapsulatedKey)
        writer.octets(ciphertext)
        return writer.bytes
    }

    fileprivate init(
        _ side: ShareRole, _ fragment: KeyFragmentIdentifier, plaintext: SecretOctets, to key: SealingKey,
        proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) throws(IssuanceError) {
        var bytes = unsafe plaintext.withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&bytes) }
        let info = Self.info(side, fragment, proxy: proxy, consent: consent)
        do {
            var sender = try HPKE.Sender(recipientKey: key.key, ciphersuite: Self.suite, info: Data(info))
            ciphertext = Array(try sender.seal(bytes))
            encapsulatedKey = Array(sender.encapsulatedKey)
        } catch { throw .sealingFailed }
        self.side = side
        self.fragment = fragment
    }

    /// The plaintext, which the caller has to wipe.
    private func opened(
        by key: OpeningKey, proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) throws(IssuanceError) -> [UInt8] {
        let info = Self.info(side, fragment, proxy: proxy, consent: consent)
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key.key, ciphersuite: Self.suite, info: Data(info), encapsulatedKey: Data(encapsulatedKey))
            var plaintext = try recipient.open(ciphertext)
            defer { plaintext.resetBytes(in: plaintext.startIndex..<plaintext.endIndex) }
            return Array(plaintext)
        } catch { throw .sealedHalfRefused(side: side) }
    }

    /// Opens the patient's half as the proxy it was sealed to.
    ///
    /// - Throws: ``IssuanceError/wrongRole(expected:actual:)``, ``IssuanceError/sealedHalfRefused(side:)``, or what is
    ///   wrong with the content.
    public func openedAsPatientHalf(
        by key: OpeningKey, proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) throws(IssuanceError) -> PatientHalf {
        guard side == .patient else { throw .wrongRole(expected: .patient, actual: side) }
        var reader = IssuanceReader(try opened(by: key, proxy: proxy, consent: consent), .patientHalf)
        defer { reader.wipeInput() }
        let secret = try reader.secretScalar(.half)
        let precursor = PublicKey(try reader.point(.precursor))
        let sum = try reader.point(.commitment)
        let serviceCommitment = try reader.point(.serviceCommitment)
        let signature = try reader.signature()
        try reader.finish()
        return PatientHalf(
            id: fragment, key: secret, precursor: precursor, sum: sum, serviceCommitment: serviceCommitment,
            signature: signature)
    }

    /// Opens the key service's half as the proxy it was sealed to.
    ///
    /// - Throws: as ``openedAsPatientHalf(by:proxy:consent:)``.
    public func openedAsServiceHalf(
        by key: OpeningKey, proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) throws(IssuanceError) -> ServiceHalf {
        guard side == .service else { throw .wrongRole(expected: .service, actual: side) }
        var reader = IssuanceReader(try opened(by: key, proxy: proxy, consent: consent), .serviceHalf)
        defer { reader.wipeInput() }
        let secret = try reader.secretScalar(.half)
        try reader.finish()
        return ServiceHalf(id: fragment, key: secret)
    }

    private static let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

    /// tag || side || consent || proxy || fragment.
    static func info(
        _ side: ShareRole, _ fragment: KeyFragmentIdentifier, proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) -> [UInt8] {
        let tag = IssuanceTag.sealedHalf.octets
        var writer = IssuanceWriter(capacity: tag.count + 65)
        writer.octets(tag)
        writer.byte(side.rawValue)
        writer.fixed(consent)
        writer.fixed(proxy)
        writer.fixed(fragment)
        return writer.bytes
    }
}

extension ServiceHalf {
    /// Seals the half to its proxy.
    ///
    /// - Throws: ``IssuanceError/sealingFailed``.
    public func sealed(
        to key: SealingKey, proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) throws(IssuanceError) -> SealedHalf {
        try SealedHalf(.service, id, plaintext: self.key.secretOctets, to: key, proxy: proxy, consent: consent)
    }
}

extension PatientHalf {
    /// Seals the half, with what the patient signed, to its proxy.
    ///
    /// - Throws: ``IssuanceError/sealingFailed``.
    public func sealed(
        to key: SealingKey, proxy: FixedOctets<16>, consent: FixedOctets<16>
    ) throws(IssuanceError) -> SealedHalf {
        var writer = IssuanceWriter(capacity: Self.byteCount)
        writer.secret(self.key)
        writer.fixed(precursor.compressed)
        writer.fixed(commitment)
        writer.point(serviceCommitment)
        writer.fixed(signature.compact)
        return try SealedHalf(
            .patient, id, plaintext: writer.takeSecret(), to: key, proxy: proxy, consent: consent)
    }
}
