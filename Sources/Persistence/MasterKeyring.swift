package import Octets

/// A key that seals what a role keeps at rest. Comes from the operator, never from the database it protects.
package struct MasterKey: Sendable {
    /// Names the key in what it seals. Public.
    package let id: UInt32
    /// 32 bytes.
    let secret: SecretOctets

    /// - Throws: ``PersistenceError/badKeyring`` for any other length than 32 bytes.
    package init(id: UInt32, secret: SecretOctets) throws(PersistenceError) {
        guard secret.count == 32 else { throw .badKeyring }
        self.id = id
        self.secret = secret
    }

    /// A new key from the system's generator.
    package static func random(id: UInt32) throws(PersistenceError) -> MasterKey {
        try MasterKey(id: id, secret: .random(count: 32))
    }
}

/// The key that seals now, and those that still open what has not been sealed anew.
package struct MasterKeyring: Sendable {
    package let current: MasterKey
    package let previous: [MasterKey]

    /// - Throws: ``PersistenceError/badKeyring`` where two keys share an ID.
    package init(current: MasterKey, previous: [MasterKey] = []) throws(PersistenceError) {
        guard Set(([current] + previous).map(\.id)).count == previous.count + 1 else { throw .badKeyring }
        self.current = current
        self.previous = previous
    }

    /// The ring with `key` in front: what was current still opens.
    ///
    /// - Throws: ``PersistenceError/badKeyring`` where the ring has a key of that ID.
    package func rotated(to key: MasterKey) throws(PersistenceError) -> MasterKeyring {
        try MasterKeyring(current: key, previous: [current] + previous)
    }

    /// - Throws: ``PersistenceError/unknownKey(id:)``.
    func key(_ id: UInt32) throws(PersistenceError) -> MasterKey {
        guard let key = ([current] + previous).first(where: { $0.id == id }) else { throw .unknownKey(id: id) }
        return key
    }
}
