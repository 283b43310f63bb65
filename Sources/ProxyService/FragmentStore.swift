import LedgerReplica
import Octets
import Persistence
import SharingContracts
import Umbral

/// A proxy's key fragments at rest: sealed under the operator's master key, overwritten when they are destroyed.
struct FragmentStore: Sendable {
    let store: Store
    private(set) var sealing: AtRestSealing
    private let column: SealedColumn

    static let migration = Migration(
        "key fragments",
        sql: """
            CREATE TABLE fragments (
                consent_id BLOB PRIMARY KEY CHECK (length(consent_id) = 16),
                sealed_fragment BLOB,
                destruction BLOB
            ) STRICT, WITHOUT ROWID;
            """)

    init(store: Store, keyring: MasterKeyring) throws(PersistenceError) {
        self.store = store
        sealing = AtRestSealing(keyring: keyring)
        column = try SealedColumn(table: "fragments", column: "sealed_fragment", rowKey: "consent_id")
    }

    /// Keeps a fragment; where one is kept already, or was destroyed, nothing changes.
    func insert(_ fragment: VerifiedKeyFragment, of consent: ConsentID) async throws {
        let key = SQLValue.blob(consent.bytes)
        let sealed = try sealing.seal(fragment.serialized, in: column, row: key)
        try await store.write {
            _ = try $0.execute(
                "INSERT OR IGNORE INTO fragments (consent_id, sealed_fragment) VALUES (?, ?)", [key, .blob(sealed)])
        }
    }

    /// The fragment of a consent; nil where none was installed or it is destroyed.
    func fragment(of consent: ConsentID) async throws -> VerifiedKeyFragment? {
        let key = SQLValue.blob(consent.bytes)
        let sealed = try await store.read {
            try $0.row("SELECT sealed_fragment FROM fragments WHERE consent_id = ?", [key])?
                .optionalBytes("sealed_fragment")
        }
        guard let sealed else { return nil }
        // What was sealed had been verified, and the seal says that it is unchanged.
        return VerifiedKeyFragment(
            trusting: try KeyFragment(serialized: try sealing.open(sealed, in: column, row: key)))
    }

    /// Consents of which a fragment is held.
    func held() async throws -> [ConsentID] {
        try await store.read { transaction in
            try transaction.rows("SELECT consent_id FROM fragments WHERE sealed_fragment IS NOT NULL")
                .map { ConsentID(try $0.fixed("consent_id", as: FixedOctets<16>.self)) }
        }
    }

    /// Destroys a fragment, with the answers that it made, and keeps the signed transaction that is to say so, in one step.
    ///
    /// What it was stays in the file and its log until the log is emptied: see ``unreportedDestructions()``.
    func destroy(_ consent: ConsentID, saying destruction: [UInt8]) async throws {
        try await store.write {
            _ = try $0.execute(
                "UPDATE fragments SET sealed_fragment = NULL, destruction = ? WHERE consent_id = ?",
                [.blob(destruction), .blob(consent.bytes)])
            try ReleaseJournal.destroyAnswers(of: consent.octets, in: $0)
        }
    }

    /// Destructions that the ledger may not have yet.
    ///
    /// Before it gives any, the write-ahead log is emptied, after a crash too: what the ledger is told must be true.
    func unreportedDestructions() async throws -> [(ConsentID, signedTransaction: [UInt8])] {
        let unreported = try await store.read { transaction in
            try transaction.rows("SELECT consent_id, destruction FROM fragments WHERE destruction IS NOT NULL")
                .map { (ConsentID(try $0.fixed("consent_id", as: FixedOctets<16>.self)), try $0.bytes("destruction")) }
        }
        if !unreported.isEmpty { try await store.checkpoint() }
        return unreported
    }

    /// Notes that the ledger has the destruction.
    func reported(_ consent: ConsentID) async throws {
        try await store.write {
            _ = try $0.execute(
                "UPDATE fragments SET destruction = NULL WHERE consent_id = ?", [.blob(consent.bytes)])
        }
    }

    /// From now on seals under the current key of another ring, which must still hold the keys in use.
    mutating func use(_ keyring: MasterKeyring) { sealing = AtRestSealing(keyring: keyring) }

    /// Seals anew what is not under the ring's current key.
    ///
    /// - Returns: The number of values sealed anew.
    func resealAll() async throws -> Int {
        let (sealing, column) = (sealing, column)
        return try await store.write { try sealing.resealAll(column, in: $0) }
    }
}
