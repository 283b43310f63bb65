import Octets
import Persistence
import ServiceProtocols
import SharingContracts

/// What a key service answered to issuance requests, until the ledger has the consent's keys or the consent is over.
///
/// The halves are sealed to their proxies. But a threshold of proxies could open them, and with what the grantee knows
/// compute the share itself: so they are kept no longer than somebody may ask for them again.
struct IssuanceStore: Sendable {
    let store: Store

    static let migration = Migration(
        "issuances",
        sql: """
            CREATE TABLE issuances (
                consent_id BLOB PRIMARY KEY CHECK (length(consent_id) = 16),
                request_digest BLOB NOT NULL CHECK (length(request_digest) = 32),
                precursor BLOB NOT NULL CHECK (length(precursor) = 33),
                response BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE issued_halves (
                consent_id BLOB NOT NULL REFERENCES issuances (consent_id) ON DELETE CASCADE,
                place INTEGER NOT NULL,
                fragment_id BLOB NOT NULL CHECK (length(fragment_id) = 32),
                sealed_half BLOB NOT NULL,
                PRIMARY KEY (consent_id, place)
            ) STRICT, WITHOUT ROWID;
            """)

    struct Issuance: Sendable {
        /// SHA-256 of the request, which itself holds d and is kept by nobody.
        let requestDigest: FixedOctets<32>
        let precursor: FixedOctets<33>
        let fragments: [FixedOctets<32>]
        let answer: IssuedHalves
    }

    func issuance(for consent: ConsentID) async throws -> Issuance? {
        try await store.read { transaction in
            let key = SQLValue.blob(consent.bytes)
            guard
                let row = try transaction.row(
                    "SELECT request_digest, precursor, response FROM issuances WHERE consent_id = ?", [key])
            else { return nil }
            let halves = try transaction.rows(
                "SELECT fragment_id, sealed_half FROM issued_halves WHERE consent_id = ? ORDER BY place", [key])
            return Issuance(
                requestDigest: try row.fixed("request_digest"), precursor: try row.fixed("precursor"),
                fragments: try halves.map { try $0.fixed("fragment_id") },
                answer: IssuedHalves(
                    response: try row.bytes("response"), sealedHalves: try halves.map { try $0.bytes("sealed_half") }))
        }
    }

    /// Consents of which an issuance is kept.
    func held() async throws -> [ConsentID] {
        try await store.read { transaction in
            try transaction.rows("SELECT consent_id FROM issuances")
                .map { ConsentID(try $0.fixed("consent_id", as: FixedOctets<16>.self)) }
        }
    }

    static func destroy(_ consents: [ConsentID], in transaction: StoreTransaction) throws {
        for consent in consents {
            try transaction.execute("DELETE FROM issuances WHERE consent_id = ?", [.blob(consent.bytes)])
        }
    }

    /// Destroys issuances, and empties the write-ahead log of what they were.
    func destroy(_ consents: [ConsentID]) async throws {
        guard !consents.isEmpty else { return }
        try await store.write { try Self.destroy(consents, in: $0) }
        try await store.checkpoint()
    }

    /// Keeps an issuance in place of an earlier one of the same consent.
    func replace(_ issuance: Issuance, for consent: ConsentID) async throws {
        try await store.write { transaction in
            let key = SQLValue.blob(consent.bytes)
            try transaction.execute("DELETE FROM issuances WHERE consent_id = ?", [key])
            try transaction.execute(
                "INSERT INTO issuances (consent_id, request_digest, precursor, response) VALUES (?, ?, ?, ?)",
                [key, .blob(issuance.requestDigest), .blob(issuance.precursor), .blob(issuance.answer.response)])
            for (place, (fragment, half)) in zip(issuance.fragments, issuance.answer.sealedHalves).enumerated() {
                try transaction.execute(
                    "INSERT INTO issued_halves (consent_id, place, fragment_id, sealed_half) VALUES (?, ?, ?, ?)",
                    [key, .integer(Int64(place)), .blob(fragment), .blob(half)])
            }
        }
    }
}
