public import Octets
import Secp256k1

/// A proof that a side knows its share, for one folder: Schnorr's, made non-interactive, 64 bytes.
///
/// Without it, whoever speaks second could answer with (its own point) - (the other's share) and hold the whole key
/// alone. With it a side can name only points whose logarithm it knows. The folder and the side are hashed in, so that a
/// proof cannot be copied: not for another folder, and not by one side from the other.
public struct ShareProof: Hashable, Sendable {
    /// Bytes of the encoding: c || z.
    public static let serializedByteCount = 64

    private let proof: ChallengeResponse

    /// Proves knowledge of `share` for the folder, with a nonce from the system's generator.
    ///
    /// - Complexity: one constant-time multiplication of the generator.
    public init(of share: DelegatingKeyShare, folder: FixedOctets<16>) throws(IssuanceError) {
        var generator = SystemEntropy()
        try self.init(of: share, folder: folder, using: &generator)
    }

    /// The same with the nonce from `generator`. A nonce used twice gives the share away.
    public init(
        of share: DelegatingKeyShare, folder: FixedOctets<16>, using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) {
        proof = try ChallengeResponse(
            knowing: share.scalar, nonce: Scalar.random(using: &generator),
            transcript: Self.transcript(share.publicKey, share.role, folder))
    }

    /// Reads c || z, 64 bytes.
    ///
    /// - Throws: ``IssuanceError/malformed(frame:reason:)``, ``IssuanceError/invalidElement(frame:field:reason:)``.
    public init(serialized: [UInt8]) throws(IssuanceError) {
        var reader = IssuanceReader(serialized, .shareProof)
        proof = try ChallengeResponse(reading: &reader)
        try reader.finish()
    }

    /// c || z, 64 bytes.
    public var serialized: [UInt8] {
        var writer = IssuanceWriter(capacity: Self.serializedByteCount)
        proof.write(to: &writer)
        return writer.bytes
    }

    /// The share as one that its side has proved to know.
    ///
    /// - Throws: ``IssuanceError/shareProofInvalid(role:)``.
    /// - Complexity: one double multiplication, about 42 µs.
    public func verified(
        share: PublicKey, role: ShareRole, folder: FixedOctets<16>
    ) throws(IssuanceError) -> VerifiedShare {
        guard proof.shows(knowledgeOf: share.point, transcript: Self.transcript(share, role, folder)) else {
            throw .shareProofInvalid(role: role)
        }
        return VerifiedShare(publicKey: share, role: role, folder: folder)
    }

    private static func transcript(
        _ share: PublicKey, _ role: ShareRole, _ folder: FixedOctets<16>
    ) -> HashToScalar {
        var hash = HashToScalar(IssuanceTag.shareProof)
        hash.append(octet: role.rawValue)
        hash.append(folder)
        hash.append(share.compressed)
        return hash
    }
}

/// A public share whose side has proved to know the secret: the only thing a delegating key is made of.
public struct VerifiedShare: Hashable, Sendable {
    public let publicKey: PublicKey
    public let role: ShareRole
    public let folder: FixedOctets<16>

    fileprivate init(publicKey: PublicKey, role: ShareRole, folder: FixedOctets<16>) {
        self.publicKey = publicKey
        self.role = role
        self.folder = folder
    }

    /// The folder's delegating key A = A1 + A2.
    ///
    /// - Throws: ``IssuanceError/wrongRole(expected:actual:)``, ``IssuanceError/differentFolders``,
    ///   ``IssuanceError/sharesEqual``, ``IssuanceError/sharesCancel``.
    public static func delegatingKey(
        patient: VerifiedShare, service: VerifiedShare
    ) throws(IssuanceError) -> PublicKey {
        guard patient.role == .patient else { throw .wrongRole(expected: .patient, actual: patient.role) }
        guard service.role == .service else { throw .wrongRole(expected: .service, actual: service.role) }
        guard patient.folder == service.folder else { throw .differentFolders }
        return try .delegatingKey(patientShare: patient.publicKey, serviceShare: service.publicKey)
    }
}

extension PublicKey {
    /// A1 + A2, of shares that are known to have been proved when the folder was opened.
    package static func delegatingKey(
        patientShare: PublicKey, serviceShare: PublicKey
    ) throws(IssuanceError) -> PublicKey {
        guard patientShare != serviceShare else { throw .sharesEqual }
        do { return PublicKey(try patientShare.point.adding(serviceShare.point)) } catch { throw .sharesCancel }
    }
}

extension HashToScalar {
    /// Appends one byte.
    mutating func append(octet: UInt8) {
        var single = FixedOctets<1>()
        unsafe withUnsafeMutableBytes(of: &single) { unsafe $0[0] = octet }
        append(single)
    }
}
