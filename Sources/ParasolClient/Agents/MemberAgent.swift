package import ServiceProtocols
package import SharingContracts

/// A member organisation's errands: to vouch for keys, and to take that back.
package struct MemberAgent: Sendable {
    package let id: MemberID
    private let signer: TransactionSigner
    private let session: LedgerSession

    package init(id: MemberID, signer: TransactionSigner, session: LedgerSession) {
        self.id = id
        self.signer = signer
        self.session = session
    }

    /// Signs and submits an enrollment that the new key's holder has prepared.
    ///
    /// - Throws: ``ClientError/unknown(_:)`` for a request that names another member.
    package func enroll(_ request: EnrollmentRequest) async throws(ClientError) {
        guard request.enrollment.member == id else { throw .unknown("member \(request.enrollment.member)") }
        let signed: SignedTransaction
        do {
            signed = try SignedTransaction(
                request.transaction, signatures: [request.possession, try signer.signature(on: request.transaction)])
        } catch { throw ClientError(error) }
        _ = try await session.submit(signed)
    }

    /// Retires an identity that this member vouched for.
    package func retire(_ identity: IdentityID) async throws(ClientError) {
        try await session.submit(.identityRetired(IdentityRetired(identity: identity)), by: signer)
    }

    /// Adds this member's signature to what several members sign: a founding, or the activation of a contract's version. Signing
    /// again changes nothing.
    ///
    /// - Throws: ``ClientError/unknown(_:)`` for something that this member is not named in.
    package func sign(_ signed: SignedTransaction) throws(ClientError) -> SignedTransaction {
        guard let members = signed.body.signingMembers, members.contains(id) else {
            throw .unknown("member \(id) in \(signed.body.name)")
        }
        do {
            let others = signed.signatures.filter { $0.signer != id.signer }
            return try SignedTransaction(
                signed.transaction, signatures: others + [try signer.signature(on: signed.transaction)])
        } catch { throw ClientError(error) }
    }

    /// Submits what all that must have signed. Whoever of them does it first is enough.
    package func submit(_ signed: SignedTransaction) async throws(ClientError) -> Receipt {
        try await session.submit(signed)
    }
}

extension TransactionBody {
    /// The members that must all sign, where it is theirs to sign together; nil for everything else.
    package var signingMembers: [MemberID]? {
        switch self {
        case .ledgerFounded(let body): body.members.map(\.id)
        case .contractActivated(let body): body.members
        default: nil
        }
    }
}

/// What a holder of new keys hands to its member: the enrollment, signed with the new key to show possession.
package struct EnrollmentRequest: Sendable {
    package let enrollment: IdentityEnrolled
    let transaction: Transaction
    let possession: TransactionSignature

    package init(_ enrollment: IdentityEnrolled, signer: TransactionSigner) throws(ClientError) {
        self.enrollment = enrollment
        do {
            transaction = try Transaction.random(.identityEnrolled(enrollment))
            possession = try signer.signature(on: transaction)
        } catch { throw ClientError(error) }
    }

    /// Reads a request as it came in a file: a `SignedTransaction` (Protocols/transactions.md) with an `IdentityEnrolled` and the
    /// new key's signature, and no other.
    ///
    /// Whether that signature verifies, the ledger says.
    ///
    /// - Throws: ``ClientError/contract(_:)`` for bytes that are no signed transaction, ``ClientError/unknown(_:)`` for another one.
    package init(serialized: [UInt8]) throws(ClientError) {
        let signed: SignedTransaction
        do { signed = try SignedTransaction(serialized: serialized) } catch { throw .contract(error) }
        guard case .identityEnrolled(let enrollment) = signed.body else {
            throw .unknown("enrollment request: this is a \(signed.body.name)")
        }
        guard signed.signatures.count == 1, let possession = signed.signatures.first,
            possession.signer == enrollment.identity.signer
        else { throw .unknown("enrollment request: it must have the new key's signature, and no other") }
        self.enrollment = enrollment
        transaction = signed.transaction
        self.possession = possession
    }

    /// The request as a file.
    ///
    /// - Throws: ``ClientError/contract(_:)``.
    package func serialized() throws(ClientError) -> [UInt8] {
        do { return try SignedTransaction(transaction, signatures: [possession]).serialized } catch {
            throw .contract(error)
        }
    }
}
