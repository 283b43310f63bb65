import Octets
import ParasolClient
import SharingContracts

extension Profile {
    /// A profile as the vectors state it: without records, deliveries, outbox and trust.
    init(vector node: VectorNode) throws(VectorError) {
        var fields = try node.fields()
        let name = try fields["kind"]
        let text = try name.string()
        guard let kind = ProfileKind.allCases.first(where: { $0.description == text }) else {
            throw name.failure(.refused("no kind of profile"))
        }
        self.init(
            kind: kind, displayName: try fields["display_name"].string(),
            signer: try fields.optional("signer")?.parsed { bytes throws in try SignerID(bytes) },
            signingKey: try fields.secret("signing_key"), receivingKey: try fields.secret("receiving_key"))
        for node in try fields.optional("folders")?.array() ?? [] { folders.append(try ProfileFolder(vector: node)) }
        try fields.finish()
    }
}

extension ProfileFolder {
    fileprivate init(vector node: VectorNode) throws(VectorError) {
        var fields = try node.fields()
        let keys = try FolderKeysVector(
            signingKey: fields.secret("signing_key"), verifyingSecret: fields.secret("verifying_secret"),
            share: fields.secret("share"))
        self.init(
            id: try fields["id"].parsed { bytes throws in try FolderID(bytes) }, name: try fields["name"].string(),
            createdAt: Timestamp(microseconds: try fields["created_at"].unsigned()),
            state: .open(try node.attempt { () throws(ProfileError) in try keys.keys() }))
        try fields.finish()
    }
}

/// A folder's keys, before they are checked.
private struct FolderKeysVector {
    let signingKey, verifyingSecret, share: SecretOctets?

    func keys() throws(ProfileError) -> FolderKeys {
        guard let signingKey, let verifyingSecret, let share else { throw .invalid(field: .folders, .notAKey) }
        return try FolderKeys(signingKey: signingKey, verifyingSecret: verifyingSecret, share: share)
    }
}

extension VectorFields {
    fileprivate mutating func secret(_ name: String) throws(VectorError) -> SecretOctets? {
        try optional(name).map { node throws(VectorError) in SecretOctets(copying: try node.octets()) }
    }
}
