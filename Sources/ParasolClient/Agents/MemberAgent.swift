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
}
