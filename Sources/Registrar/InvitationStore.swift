import Octets
import Persistence
import ServiceProtocols
import SharingContracts

/// The invitations of a registrar, in its database: of codes only what they are recognised by.
struct InvitationStore: Sendable {
    let store: Store

    static let migration = Migration(
        "invitations",
        sql: """
            CREATE TABLE invitations (
                number INTEGER PRIMARY KEY,
                lookup BLOB NOT NULL UNIQUE CHECK (length(lookup) = 16),
                code_digest BLOB NOT NULL CHECK (length(code_digest) = 32),
                role TEXT NOT NULL,
                note TEXT NOT NULL,
                created_microseconds INTEGER NOT NULL,
                expires_microseconds INTEGER NOT NULL,
                failures INTEGER NOT NULL DEFAULT 0,
                revoked_microseconds INTEGER,
                transaction_id BLOB CHECK (length(transaction_id) = 16),
                identity_id BLOB CHECK (length(identity_id) = 16),
                signed_transaction BLOB,
                used_microseconds INTEGER,
                receipt_entry BLOB,
                receipt_proof BLOB
            ) STRICT;
            CREATE INDEX pending_invitations ON invitations (number)
                WHERE signed_transaction IS NOT NULL AND used_microseconds IS NULL AND revoked_microseconds IS NULL
            """)

    private static let columns = """
        number, code_digest, role, note, created_microseconds, expires_microseconds, failures, revoked_microseconds, identity_id, \
        signed_transaction, used_microseconds, receipt_entry, receipt_proof
        """

    // MARK: Reading

    func find(_ number: UInt64) async throws(RegistrarError) -> StoredInvitation? {
        try await first("number", .unsigned(number))
    }

    func find(lookup: FixedOctets<16>) async throws(RegistrarError) -> StoredInvitation? {
        try await first("lookup", .blob(lookup))
    }

    private func first(
        _ column: String, _ value: @autoclosure () throws(PersistenceError) -> SQLValue
    ) async throws(RegistrarError) -> StoredInvitation? {
        let arguments: [SQLValue]
        // No number that SQLite cannot store was ever given out.
        do { arguments = [try value()] } catch { return nil }
        return try await Self.during {
            try await store.read { transaction in
                try transaction.row("SELECT \(Self.columns) FROM invitations WHERE \(column) = ?", arguments)
                    .map { try StoredInvitation($0) }
            }
        }
    }

    /// - Complexity: O(n) in the answer.
    func list(after number: UInt64, atMost count: Int) async throws(RegistrarError) -> [StoredInvitation] {
        try await Self.during {
            try await store.read { transaction in
                try transaction.rows(
                    "SELECT \(Self.columns) FROM invitations WHERE number > ? ORDER BY number LIMIT ?",
                    [.unsigned(min(number, UInt64(Int64.max))), .integer(Int64(count))]
                ).map { try StoredInvitation($0) }
            }
        }
    }

    /// Those whose enrolment was signed and has no receipt yet.
    func pending() async throws(RegistrarError) -> [StoredInvitation] {
        try await Self.during {
            try await store.read { transaction in
                try transaction.rows(
                    """
                    SELECT \(Self.columns) FROM invitations
                    WHERE signed_transaction IS NOT NULL AND used_microseconds IS NULL AND revoked_microseconds IS NULL
                    ORDER BY number LIMIT 256
                    """
                ).map { try StoredInvitation($0) }
            }
        }
    }

    // MARK: Writing. Each is durable when it returns.

    func insert(
        _ terms: InvitationTerms, _ digests: InvitationDigests, at time: Timestamp
    ) async throws(RegistrarError) -> StoredInvitation {
        let values: [SQLValue] = try await Self.during {
            [
                .blob(digests.lookup), .blob(digests.code), .text(terms.role.rawValue), .text(terms.note),
                try .unsigned(time.microseconds),
                try .unsigned(time.adding(milliseconds: terms.lifetimeMilliseconds).microseconds),
            ]
        }
        let stored = try await Self.during {
            try await store.write { transaction in
                let newest = try transaction.requiredRow("SELECT coalesce(max(number), 0) AS newest FROM invitations")
                guard try newest.unsigned("newest") < RegistrarLimits.invitations else {
                    throw RegistrarError.tooManyInvitations(maximum: RegistrarLimits.invitations)
                }
                try transaction.execute(
                    """
                    INSERT INTO invitations
                    (lookup, code_digest, role, note, created_microseconds, expires_microseconds) VALUES (?, ?, ?, ?, ?, ?)
                    """, values)
                return try transaction.requiredRow(
                    "SELECT \(Self.columns) FROM invitations WHERE lookup = ?", [.blob(digests.lookup)])
            }
        }
        return try await Self.during { try StoredInvitation(stored) }
    }

    /// Counts a use of the code as failed, until it is known not to be.
    ///
    /// - Throws: where the invitation is not open any more.
    func beginAttempt(_ number: UInt64, at time: Timestamp) async throws(RegistrarError) {
        try await update(number) { invitation, transaction in
            try invitation.demandOpen(at: time)
            try transaction.execute(
                "UPDATE invitations SET failures = failures + 1 WHERE number = ?", [.unsigned(number)])
        }
    }

    /// Takes back what ``beginAttempt(_:at:)`` counted: it was not the request's fault.
    func forgiveAttempt(_ number: UInt64) async throws(RegistrarError) {
        try await update(number) { _, transaction in
            try transaction.execute(
                "UPDATE invitations SET failures = max(0, failures - 1) WHERE number = ?", [.unsigned(number)])
        }
    }

    /// Binds an invitation to one enrolment, for good. The attempt that led here did not fail.
    ///
    /// - Throws: ``RegistrarError/alreadyUsed`` where it is bound to another one.
    func claim(_ number: UInt64, _ enrolment: SignedEnrolment) async throws(RegistrarError) {
        try await update(number) { invitation, transaction in
            if invitation.revoked != nil { throw RegistrarError.revoked }
            guard invitation.claim == nil else {
                try invitation.demandClaim(of: enrolment.signed.transaction)
                return
            }
            try transaction.execute(
                """
                UPDATE invitations SET failures = max(0, failures - 1), transaction_id = ?, identity_id = ?,
                signed_transaction = ? WHERE number = ?
                """,
                [
                    .blob(enrolment.signed.id.octets), .blob(enrolment.body.identity.octets),
                    .blob(enrolment.signed.serialized), .unsigned(number),
                ])
        }
    }

    /// Notes the receipt of the enrolment that an invitation is bound to. The first one stays.
    func settle(
        _ number: UInt64, _ receipt: Receipt, at time: Timestamp
    ) async throws(RegistrarError) -> StoredInvitation {
        try await update(number) { invitation, transaction in
            guard invitation.claim?.receipt == nil else { return }
            try transaction.execute(
                "UPDATE invitations SET used_microseconds = ?, receipt_entry = ?, receipt_proof = ? WHERE number = ?",
                [.unsigned(time.microseconds), .blob(receipt.entry), .blob(receipt.proof), .unsigned(number)])
        }
    }

    /// An invitation after every write that was asked for before.
    func newest(_ number: UInt64) async throws(RegistrarError) -> StoredInvitation {
        try await update(number) { _, _ in }
    }

    func revoke(_ number: UInt64, at time: Timestamp) async throws(RegistrarError) {
        try await update(number) { invitation, transaction in
            if invitation.claim?.receipt != nil { throw RegistrarError.alreadyUsed }
            guard invitation.revoked == nil else { return }
            try transaction.execute(
                "UPDATE invitations SET revoked_microseconds = ? WHERE number = ?",
                [.unsigned(time.microseconds), .unsigned(number)])
        }
    }

    /// Reads an invitation, changes it and reads it again, in one transaction.
    @discardableResult
    private func update(
        _ number: UInt64,
        _ change: @escaping @Sendable (StoredInvitation, StoreTransaction) throws -> Void
    ) async throws(RegistrarError) -> StoredInvitation {
        try await Self.during {
            try await store.write { transaction in
                func read() throws -> StoredInvitation {
                    let row = try transaction.row(
                        "SELECT \(Self.columns) FROM invitations WHERE number = ?", [.unsigned(number)])
                    guard let row else { throw RegistrarError.unknownInvitation(number) }
                    return try StoredInvitation(row)
                }
                try change(try read(), transaction)
                return try read()
            }
        }
    }

    private static func during<Value>(
        _ body: () async throws -> Value
    ) async throws(RegistrarError) -> Value {
        do { return try await body() } catch let error as RegistrarError { throw error } catch {
            throw .storage("\(error)")
        }
    }
}
