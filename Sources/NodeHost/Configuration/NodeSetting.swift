internal import EmbeddedNode
internal import LedgerNode
package import ParasolHTTP

/// Everything that a node can be told: in a file (YAML, by these names), in the environment (`PARASOL_` and the name in capitals with
/// `_` for what separates its words) or as a flag. A flag wins over the environment, and that over the file.
package enum NodeSetting: String, Hashable, Sendable, CaseIterable {
    case roles
    case folder
    case network
    case listenHost = "listen.host"
    case listenPort = "listen.port"
    case listenNames = "listen.names"
    case tlsCertificate = "tls.certificate"
    case tlsKey = "tls.key"
    case tlsClientAuthorities = "tls.client-authorities"
    case tlsClients = "tls.client-certificates-of"
    case tlsClientCertificate = "tls.client-certificate"
    case tlsClientKey = "tls.client-key"
    case ledgerWitnesses = "ledger.witnesses"
    case ledgerReaders = "ledger.readers"
    case mirrorWitnesses = "mirror.witnesses"
    case mirrorBeginWith = "mirror.begin-with"
    case snapshotLeaves = "snapshot.leaves"
    case vaultQuota = "vault.quota-gib"
    case housekeepingSeconds = "housekeeping.seconds"
    case addressRate = "limits.address-requests"
    case signerRate = "limits.signer-requests"
    case logLevel = "log.level"
    case metricsListen = "metrics.listen"

    /// How a value looks.
    package enum Kind: Hashable, Sendable {
        case text
        case path
        case number(ClosedRange<Int>)
        case oneOf([String])
        /// Several, each one of these.
        case someOf([String])
        /// Several lines.
        case list
    }

    package var kind: Kind {
        switch self {
        case .roles: .someOf(NodeRole.allCases.map(\.rawValue))
        case .folder, .network, .tlsCertificate, .tlsKey, .tlsClientAuthorities, .tlsClientCertificate, .tlsClientKey:
            .path
        case .tlsClients: .oneOf(["nodes", "everybody"])
        case .listenHost, .metricsListen, .mirrorBeginWith: .text
        case .listenPort: .number(0...65_535)
        case .ledgerWitnesses, .mirrorWitnesses, .listenNames: .list
        case .snapshotLeaves: .number(1...(1 << 30))
        case .ledgerReaders: .oneOf(LedgerReaders.allCases.map(\.rawValue))
        case .vaultQuota: .number(1...(1 << 20))
        case .housekeepingSeconds: .number(1...86_400)
        case .addressRate, .signerRate: .number(1...1_000_000)
        case .logLevel: .oneOf(["trace", "debug", "info", "notice", "warning", "error", "critical"])
        }
    }

    /// The value where none is given; nil for settings that must be given where they are needed.
    package var preset: [String]? {
        switch self {
        case .listenHost: ["127.0.0.1"]
        case .listenPort: ["8440"]
        case .tlsClients: ["nodes"]
        case .ledgerReaders: [LedgerReaders.enrolled.rawValue]
        case .snapshotLeaves: ["\(WitnessNode.defaultStateNoteLeaves)"]
        case .vaultQuota: ["64"]
        case .housekeepingSeconds: ["60"]
        case .addressRate, .signerRate: ["200"]
        case .logLevel: ["info"]
        case .roles, .folder, .network, .listenNames, .tlsCertificate, .tlsKey, .tlsClientAuthorities,
            .tlsClientCertificate, .tlsClientKey, .ledgerWitnesses, .mirrorWitnesses, .mirrorBeginWith, .metricsListen:
            nil
        }
    }

    /// What it is for, for people.
    package var help: String {
        switch self {
        case .roles: "What this process does."
        case .folder: "Where roles keep their keys and databases, each in a folder of its name."
        case .network: "The file network.json: the witness policy and where all services are."
        case .listenHost: "The address to listen on."
        case .listenPort: "The port to listen on; 0 for any that is free."
        case .listenNames:
            "The host names under which clients know this server, with :PORT where it is not the one listened on; "
                + "by default listen.host."
        case .tlsCertificate: "The certificate chain, PEM, own certificate first."
        case .tlsKey: "The certificate's private key, PEM."
        case .tlsClientAuthorities:
            "The authorities, PEM, of the certificates that other nodes show to this one (mutual TLS); without it none are asked for."
        case .tlsClients:
            "Who must show such a certificate: other nodes (nodes), or whoever connects (everybody)."
        case .tlsClientCertificate: "The certificate chain, PEM, that this node shows to nodes that ask for one."
        case .tlsClientKey: "That certificate's private key, PEM."
        case .ledgerWitnesses:
            "The ledger's witnesses: for each its key name and the URL before /add-checkpoint, then, where it does not read "
                + "anonymously, the identifier and key it reads with; spaces between them."
        case .ledgerReaders:
            "Who may read leaves: everybody (public); whoever the ledger knows (enrolled); or members, auditors, key services and proxies, "
                + "and everybody else only what concerns themselves (own-trail), which is enough for every command of patients and doctors."
        case .mirrorWitnesses:
            "The witnesses that a mirror asks to vouch for its snapshots: for each its key name and the URL before /state-note, a space between "
                + "them; without it a mirror makes none."
        case .mirrorBeginWith:
            "What a mirror without a state begins with: the URL of another mirror whose newest snapshot it fetches, or a snapshot's file; "
                + "without it, it executes the ledger from the first leaf before it serves."
        case .snapshotLeaves:
            "After how many leaves witnesses vouch for the state, and mirrors make snapshots: the same for all of a ledger."
        case .vaultQuota: "How much the vault stores, in GiB."
        case .housekeepingSeconds:
            "How often holders look for what the ledger has ended, and destroy it; and how often a mirror follows."
        case .addressRate:
            "Requests a second that one address may make, signed or not, and twice as many at once; more where many clients share one."
        case .signerRate:
            "Requests a second that one signer may make, and twice as many at once; a proxy makes several for each transform."
        case .logLevel: "The least important messages that are logged."
        case .metricsListen:
            "The address and port of the loopback at which /metrics is served in the clear, for Prometheus; by default nowhere."
        }
    }

    /// The name of the environment variable.
    package var variable: String {
        "PARASOL_" + rawValue.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// Who may read the ledger's leaves.
package enum LedgerReaders: String, Hashable, Sendable, CaseIterable {
    /// Whoever signs requests with a key that the ledger knows: members, identities, folders, witnesses.
    case enrolled
    case `public`
    /// Members, auditors, key services and proxies read everything: they check it, or act on it. Folders, doctors and depositors read the
    /// leaves that concern them, with proofs, doctors also the deposits that consents to them cover, and nothing else.
    case ownTrail = "own-trail"
}

extension LedgerReaders {
    package var access: LedgerAccess {
        switch self {
        case .enrolled: LedgerAccess(read: .enrolled)
        case .public: LedgerAccess(read: .anyone)
        case .ownTrail: .ownTrail
        }
    }
}
