package import Crypto
package import DurableFiles
package import Octets
package import Persistence
package import ServiceProtocols
package import SharingContracts
package import TransparencyLog
package import Umbral

/// The folder of one role of a node: its keys, the names it goes by, its databases.
///
///     NAME            the log's or witness's key name, with a newline
///     IDENTITY        the identity that signs its transactions and requests, in hexadecimal, with a newline
///     log.key …       as `NodeKey` says
///     *.sqlite …      what the role stores
package struct RoleFolder: Sendable {
    private static let nameFile = "NAME"
    private static let identityFile = "IDENTITY"
    private static let maximumNameBytes = 1_024

    package let role: NodeRole
    package let path: String
    private let files: FileSystem

    package init(_ role: NodeRole, at path: String, files: FileSystem = FileSystem()) {
        self.role = role
        self.path = path
        self.files = files
    }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Whether all its keys are there: false where none is.
    ///
    /// - Throws: ``KeyFileError/missing(path:)`` where only some are: they were removed, or making them was interrupted.
    package func exists() throws(KeyFileError) -> Bool {
        let there = try names.map { (name) throws(KeyFileError) in (name, try isThere(name)) }
        guard there.contains(where: { $0.1 }) else { return false }
        if let missing = there.first(where: { !$0.1 }) { throw .missing(path: file(missing.0)) }
        return true
    }

    /// Makes the folder with new keys and a random identity.
    ///
    /// - Parameter name: The name of a log or a witness; others have none.
    /// - Throws: ``KeyFileError/exists(path:)`` where there is any of them: nothing is replaced.
    package func create(named name: KeyName? = nil) throws(KeyFileError) {
        try KeyFileError.during { () throws(FileError) in try files.makeFolder(path) }
        for name in names where try isThere(name) { throw .exists(path: file(name)) }
        for key in role.keys { _ = try KeyFile(file(key.rawValue), files: files).create() }
        if role.noteKey != nil {
            guard let name else { throw .notAKey(path: file(Self.nameFile), reason: "a \(role.rawValue) needs a name") }
            try write("\(name)", to: Self.nameFile)
        }
        if role.keys.contains(.identity) {
            var generator = SystemRandomNumberGenerator()
            try write("\(IdentityID.random(using: &generator))", to: Self.identityFile)
        }
    }

    /// Makes the folder of a role that signs in a name that there is already, with no key but that name's: a registrar, which has its
    /// member's.
    ///
    /// - Throws: ``KeyFileError/exists(path:)`` where there is any of them; ``KeyFileError/notAKey(path:reason:)`` for a role that
    ///   needs other keys, and for a secret that is no P-256 scalar.
    package func create(as signer: SignerID, identityKey: SecretOctets) throws(KeyFileError) {
        guard role.keys == [.identity], role.noteKey == nil else {
            throw .notAKey(path: path, reason: "a \(role.rawValue) needs other keys than its identity's")
        }
        do {
            _ = try unsafe identityKey.withUnsafeBytes { unsafe try P256.Signing.PrivateKey(rawRepresentation: $0) }
        } catch { throw .notAKey(path: file(NodeKey.identity.rawValue), reason: "\(error)") }
        try KeyFileError.during { () throws(FileError) in try files.makeFolder(path) }
        for name in names where try isThere(name) { throw .exists(path: file(name)) }
        try KeyFile(file(NodeKey.identity.rawValue), files: files).create(holding: identityKey)
        try write("\(signer)", to: Self.identityFile)
    }

    /// The files that make this role who it is.
    private var names: [String] {
        role.keys.map(\.rawValue) + (role.noteKey == nil ? [] : [Self.nameFile])
            + (role.keys.contains(.identity) ? [Self.identityFile] : [])
    }

    private func isThere(_ name: String) throws(KeyFileError) -> Bool {
        try KeyFileError.during { () throws(FileError) in try files.exists(file(name)) }
    }

    private func write(_ line: String, to name: String) throws(KeyFileError) {
        try KeyFileError.during { () throws(FileError) in
            try files.replace(file(name), with: Array("\(line)\n".utf8))
        }
    }

    // MARK: Keys

    /// The signer of a log's or a witness's notes.
    package func noteSigner() throws(KeyFileError) -> NoteSigner {
        let algorithm: SignatureAlgorithm = role == .ledger ? .ed25519 : .cosignatureV1
        guard let key = role.noteKey else { throw .notAKey(path: path, reason: "a \(role.rawValue) signs no notes") }
        let seed = try secret(key)
        do {
            return try NoteSigner(name: try KeyName(try line(of: Self.nameFile)), algorithm: algorithm, seed: seed)
        } catch let error as KeyFileError {
            throw error
        } catch { throw .notAKey(path: file(key.rawValue), reason: "\(error)") }
    }

    /// Whose name this role has on the ledger: an identity's, or a registrar's member.
    package func signerID() throws(KeyFileError) -> SignerID {
        let text = try line(of: Self.identityFile)
        do { return try SignerID(hexadecimal: text) } catch {
            throw .notAKey(path: file(Self.identityFile), reason: "\(text) is no identifier: \(error)")
        }
    }

    package func transactionSigner(origin: String) throws(KeyFileError) -> TransactionSigner {
        TransactionSigner(id: try signerID(), key: try identityKey(), origin: origin)
    }

    /// The key that signs in that name.
    package func identityKey() throws(KeyFileError) -> P256.Signing.PrivateKey {
        let secret = try secret(.identity)
        do {
            return try unsafe secret.withUnsafeBytes { unsafe try P256.Signing.PrivateKey(rawRepresentation: $0) }
        } catch { throw .notAKey(path: file(NodeKey.identity.rawValue), reason: "\(error)") }
    }

    package func openingKey() throws(KeyFileError) -> OpeningKey {
        let seed = try secret(.opening)
        do { return try OpeningKey(seed: seed) } catch {
            throw .notAKey(path: file(NodeKey.opening.rawValue), reason: "\(error)")
        }
    }

    package func masterKeyring() throws(KeyFileError) -> MasterKeyring {
        let secret = try secret(.master)
        do { return try MasterKeyring(current: MasterKey(id: 1, secret: secret)) } catch {
            throw .notAKey(path: file(NodeKey.master.rawValue), reason: "\(error)")
        }
    }

    private func secret(_ key: NodeKey) throws(KeyFileError) -> SecretOctets {
        try KeyFile(file(key.rawValue), files: files).load()
    }

    private func line(of name: String) throws(KeyFileError) -> String {
        let path = file(name)
        let bytes = try KeyFileError.during { () throws(FileError) in
            try files.readAll(path, atMost: Self.maximumNameBytes)
        }
        guard bytes.last == UInt8(ascii: "\n"), let text = String(validating: bytes.dropLast(), as: UTF8.self),
            !text.isEmpty
        else { throw .notAKey(path: path, reason: "a name is one line") }
        return text
    }
}
