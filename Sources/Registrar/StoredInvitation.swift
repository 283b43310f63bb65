import Octets
import Persistence
import ServiceProtocols
import SharingContracts

/// An invitation with what its registrar alone knows.
struct StoredInvitation: Sendable {
    /// The enrolment that an invitation is bound to.
    struct Claim: Sendable {
        let identity: IdentityID
        /// The exact bytes that are submitted, however often.
        let signedTransaction: [UInt8]
        let receipt: Receipt?
        let used: Timestamp?
    }

    let number: UInt64
    let codeDigest: FixedOctets<32>
    let role: Role
    let note: String
    let created: Timestamp
    let expires: Timestamp
    let failures: Int
    let revoked: Timestamp?
    let claim: Claim?

    init(_ row: SQLRow) throws {
        func time(_ column: String) throws -> Timestamp? {
            try row.isNull(column) ? nil : Timestamp(microseconds: try row.unsigned(column))
        }
        number = try row.unsigned("number")
        codeDigest = try row.fixed("code_digest")
        guard let role = Role(rawValue: try row.text("role")) else {
            throw PersistenceError.wrongType(column: "role")
        }
        self.role = role
        note = try row.text("note")
        created = Timestamp(microseconds: try row.unsigned("created_microseconds"))
        expires = Timestamp(microseconds: try row.unsigned("expires_microseconds"))
        failures = Int(clamping: try row.unsigned("failures"))
        revoked = try time("revoked_microseconds")
        if let bytes = try row.optionalBytes("signed_transaction") {
            var receipt: Receipt?
            if let entry = try row.optionalBytes("receipt_entry") {
                receipt = Receipt(entry: entry, proof: try row.bytes("receipt_proof"))
            }
            claim = Claim(
                identity: IdentityID(try row.fixed("identity_id", as: FixedOctets<16>.self)),
                signedTransaction: bytes, receipt: receipt, used: try time("used_microseconds"))
        } else {
            claim = nil
        }
    }

    /// As its registrar may be told it.
    var invitation: Invitation {
        let state: Invitation.State =
            if let claim, let used = claim.used {
                .used(claim.identity, at: used)
            } else if let revoked {
                .revoked(at: revoked)
            } else if let claim {
                .pending(claim.identity)
            } else { .open }
        return Invitation(
            number: number, role: role, note: note, created: created, expires: expires, failures: failures, state: state
        )
    }

    /// - Throws: why the code is not taken for a new enrolment.
    func demandOpen(at time: Timestamp) throws(RegistrarError) {
        if revoked != nil { throw .revoked }
        if claim != nil { throw .alreadyUsed }
        guard time < expires else { throw .expired(at: expires) }
        guard failures < RegistrarLimits.failures else { throw .tooManyFailures(maximum: RegistrarLimits.failures) }
    }

    /// - Throws: ``RegistrarError/alreadyUsed`` unless the invitation is bound to this very transaction.
    func demandClaim(of transaction: Transaction) throws(RegistrarError) {
        guard let claim, let signed = try? SignedTransaction(serialized: claim.signedTransaction),
            signed.transaction == transaction
        else { throw .alreadyUsed }
    }
}
