/// What a process does for a deployment. One process may do several.
package enum NodeRole: String, Hashable, Sendable, CaseIterable {
    /// Validates, sequences and serves the log.
    case ledger
    /// Re-executes the log and cosigns its checkpoints.
    case witness
    /// Keeps a full verified copy and serves it.
    case mirror
    /// Holds one share of each folder's delegating key.
    case keyService = "key-service"
    /// Holds one fragment a grant, and transforms capsules.
    case proxy
    /// Stores ciphertext.
    case vault
    /// Vouches for others in the name of a member organisation.
    case registrar

    /// The keys that it works with.
    var keys: [NodeKey] {
        switch self {
        case .ledger: [.log]
        case .witness: [.witness, .identity]
        case .mirror, .vault, .registrar: [.identity]
        case .keyService: [.identity, .master]
        case .proxy: [.identity, .opening, .master]
        }
    }

    /// The key that signs notes, under a name of its own.
    var noteKey: NodeKey? {
        switch self {
        case .ledger: .log
        case .witness: .witness
        case .mirror, .keyService, .proxy, .vault, .registrar: nil
        }
    }
}

/// What a secret of a node is for. Each lies in a ``KeyFile`` of this name.
package enum NodeKey: String, Hashable, Sendable, CaseIterable {
    /// Signs the log's checkpoints: an Ed25519 seed (RFC 8032).
    case log = "log.key"
    /// Cosigns checkpoints: an Ed25519 seed.
    case witness = "witness.key"
    /// Signs transactions and requests: a P-256 scalar.
    case identity = "identity.key"
    /// Opens the halves that are sealed to a proxy: the seed of an X-Wing key.
    case opening = "opening.key"
    /// Seals what is kept at rest.
    case master = "master.key"
}
