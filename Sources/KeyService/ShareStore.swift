import LedgerReplica
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import Umbral

/// A key service's shares at rest: sealed under the operator's master key, overwritten when their folder is erased.
struct ShareStore: Sendable {
    let store: Store
    private(set) var sealing: AtRestSealing
    private let column: SealedColumn

    static let migration = Migration(
        "delegating key shares",
        sql: """
            CREATE TABLE shares (
                folder_id BLOB PRIMARY KEY CHECK (length(folder_id) = 16),
                patient_share BLOB NOT NULL,
                signing_key BLOB NOT NULL,
                verifying_key BLOB NOT NULL,
                public_share BLOB NOT NULL,
                proof BLOB NOT NULL,
                sealed_share BLOB,
                destruction BLOB
            ) STRICT, WITHOUT ROWID;
            """)

    init(store: Store, keyring: MasterKeyring) throws(PersistenceError) {
        self.store = store
        sealing = AtRestSealing(keyring: keyring)
        column = try SealedColumn(table: "shares", column: "sealed_share", rowKey: "folder_id")
    }

    /// What is known in public of a share.
    struct Offer: Hashable, Sendable {
        let keys: FolderOpeningKeys
        let publicShare: [UInt8]
        let proof: [UInt8]
    }

    /// The offer made for a folder; nil where none was.
    func offer(for folder: FolderID) async throws -> Offer? {
        try await store.read { transaction in
            try transaction.row(
                "SELECT patient_share, signing_key, verifying_key, public_share, proof FROM shares WHERE folder_id = ?",
                [.blob(folder.bytes)]
            ).map {
                Offer(
                    keys: FolderOpeningKeys(
                        patientShare: try $0.bytes("patient_share"), signingKey: try $0.bytes("signing_key"),
                        verifyingKey: try $0.bytes("verifying_key")), publicShare: try $0.bytes("public_share"),
                    proof: try $0.bytes("proof"))
            }
        }
    }

    /// Keeps a share with its offer; where the folder has one, nothing changes.
    func insert(_ share: DelegatingKeyShare, _ offer: Offer, for folder: FolderID) async throws {
        let key = SQLValue.blob(folder.bytes)
        let sealed = try sealing.seal(share.octets, in: column, row: key)
        try await store.write {
            _ = try $0.execute(
                """
                INSERT OR IGNORE INTO shares
                    (folder_id, patient_share, signing_key, verifying_key, public_share, proof, sealed_share)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    key, .blob(offer.keys.patientShare), .blob(offer.keys.signingKey), .blob(offer.keys.verifyingKey),
                    .blob(offer.publicShare), .blob(offer.proof), .blob(sealed),
                ])
        }
    }

    /// The secret share of a folder; nil where there is none or it is destroyed.
    func share(of folder: FolderID) async throws -> DelegatingKeyShare? {
        let key = SQLValue.blob(folder.bytes)
        let sealed = try await store.read {
            try $0.row("SELECT sealed_share FROM shares WHERE folder_id = ?", [key])?.optionalBytes("sealed_share")
        }
        guard let sealed else { return nil }
        return try DelegatingKeyShare(try sealing.open(sealed, in: column, row: key), role: .service)
    }

    /// Folders of which a share is held.
    func held() async throws -> [FolderID] {
        try await store.read { transaction in
            try transaction.rows("SELECT folder_id FROM shares WHERE sealed_share IS NOT NULL")
                .map { FolderID(try $0.fixed("folder_id", as: FixedOctets<16>.self)) }
        }
    }

    /// Destroys a share, with the answers and the halves that it made, and keeps the signed transaction that is to say so,
    /// in one step.
    ///
    /// What it was stays in the file and its log until the log is emptied: see ``unreportedDestructions()``.
    func destroy(_ folder: FolderID, with consents: [ConsentID], saying destruction: [UInt8]) async throws {
        try await store.write {
            _ = try $0.execute(
                "UPDATE shares SET sealed_share = NULL, destruction = ? WHERE folder_id = ?",
                [.blob(destruction), .blob(folder.bytes)])
            try ReleaseJournal.destroyAnswers(of: folder.octets, in: $0)
            try IssuanceStore.destroy(consents, in: $0)
        }
    }

    /// Destructions that the ledger may not have yet.
    ///
    /// Before it gives any, the write-ahead log is emptied, after a crash too: what the ledger is told must be true.
    func unreportedDestructions() async throws -> [(FolderID, signedTransaction: [UInt8])] {
        let unreported = try await store.read { transaction in
            try transaction.rows("SELECT folder_id, destruction FROM shares WHERE destruction IS NOT NULL")
                .map { (FolderID(try $0.fixed("folder_id", as: FixedOctets<16>.self)), try $0.bytes("destruction")) }
        }
        if !unreported.isEmpty { try await store.checkpoint() }
        return unreported
    }

    /// Notes that the ledger has the destruction.
    func reported(_ folder: FolderID) async throws {
        try await store.write {
            _ = try $0.execute("UPDATE shares SET destruction = NULL WHERE folder_id = ?", [.blob(folder.bytes)])
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
