internal import Crypto
internal import FoundationEssentials
package import Octets
package import ServiceProtocols
package import SharingContracts

/// What a new device holds while it waits for a profile: an X25519 key that is on no disk, and the code on its screen.
///
/// Both are gone with this value. So an answer can be opened once, by the device that asked, and by nobody afterwards: not with the
/// code, not with the files, not with the new device.
package struct PairingOffer: Sendable {
    package let request: PairingRequest
    /// For the owner's eyes, to be typed on the old device.
    package let code: InvitationCode
    private let key: Curve25519.KeyAgreement.PrivateKey

    /// Draws a key and a code.
    package init(
        for kind: ProfileKind, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) throws(PairingError) {
        try self.init(
            for: kind, at: now, code: .random(using: &generator), privateKey: .random(count: 32, using: &generator))
    }

    /// With a given key: for test vectors.
    ///
    /// - Parameter privateKey: 32 bytes.
    /// - Throws: ``PairingError/malformedRequest(_:)`` for another length.
    package init(
        for kind: ProfileKind, at madeAt: Timestamp, code: InvitationCode, privateKey: SecretOctets
    ) throws(PairingError) {
        do {
            key = try unsafe privateKey.withUnsafeBytes {
                try unsafe Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0)
            }
            let publicKey = try FixedOctets<32>(Array(key.publicKey.rawRepresentation))
            request = PairingRequest(kind: kind, madeAt: madeAt, publicKey: publicKey, code: code)
            self.code = code
        } catch { throw .malformedRequest("\(error)") }
    }

    /// Opens the old device's answer.
    ///
    /// - Throws: ``PairingError``: ``PairingError/expired(madeAt:now:)`` where it comes too late,
    ///   ``PairingError/cannotOpen`` for an answer to another request, by whoever has not got the code, or changed.
    package func open(_ file: [UInt8], at now: Timestamp) throws(PairingError) -> Profile {
        try request.check(code, at: now)
        let answer = try PairingAnswer(file: file)
        let contents: SecretOctets
        do {
            let sender = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: answer.encapsulatedKey)
            guard try sender.isOfLargeOrder else { throw PairingError.cannotOpen }
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: PairingKey.suite, info: Data(PairingKey.info(of: request)),
                encapsulatedKey: Data(answer.encapsulatedKey), presharedKey: PairingKey.answer.derived(from: code),
                presharedKeyIdentifier: Data(PairingKey.identifier))
            var clear = try recipient.open(answer.ciphertext)
            defer { unsafe clear.withUnsafeMutableBytes { unsafe wipe($0) } }
            contents = SecretOctets(copying: clear)
        } catch { throw .cannotOpen }
        let profile: Profile
        do throws(ProfileError) { profile = try Profile(decoding: contents, count: contents.count) } catch {
            throw .profile(error)
        }
        guard profile.kind == request.kind else { throw .otherKind(asked: request.kind, offered: profile.kind) }
        return profile
    }
}

extension PairingOffer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "PairingOffer(hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
