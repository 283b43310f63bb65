package import Octets

/// The patient's secrets of one folder. With them gone the folder's records are gone.
package struct FolderKeys: Sendable, Equatable {
    /// P-256, 32 bytes: signs as the folder.
    package let signingKey: SecretOctets
    /// secp256k1, 32 bytes: the Umbral key that signs key fragments.
    package let verifyingSecret: SecretOctets
    /// secp256k1, 32 bytes: the patient's share a1 of the delegating key.
    package let share: SecretOctets

    /// - Throws: ``ProfileError/invalid(field:_:)`` unless each is a secret key of its group.
    package init(
        signingKey: SecretOctets, verifyingSecret: SecretOctets, share: SecretOctets
    ) throws(ProfileError) {
        try ProfileKeys.checkP256(signingKey, .folderSigningKey)
        try ProfileKeys.checkSecp256k1(verifyingSecret, .folderVerifyingSecret)
        try ProfileKeys.checkSecp256k1(share, .folderShare)
        self.signingKey = signingKey
        self.verifyingSecret = verifyingSecret
        self.share = share
    }
}

extension FolderKeys: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "FolderKeys(hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
