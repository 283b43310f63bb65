import ServiceProtocols
import SharingContracts

/// An enrolment request that was handed in: well formed, and of this registrar's member and the invited role.
struct EnrolmentRequest: Sendable {
    let transaction: Transaction
    let body: IdentityEnrolled
    let possession: TransactionSignature

    /// - Throws: ``RegistrarError/malformed(_:)``.
    init(serialized bytes: [UInt8]) throws(RegistrarError) {
        guard bytes.count <= RegistrarLimits.requestBytes else {
            throw .malformed("\(bytes.count) bytes; at most \(RegistrarLimits.requestBytes) are read")
        }
        let signed: SignedTransaction
        do { signed = try SignedTransaction(serialized: bytes) } catch { throw .malformed("\(error)") }
        guard case .identityEnrolled(let body) = signed.body else { throw .malformed("this is a \(signed.body.name)") }
        guard signed.signatures.count == 1, let possession = signed.signatures.first,
            possession.signer == body.identity.signer
        else { throw .malformed("it must have the new key's signature, and no other") }
        transaction = signed.transaction
        self.body = body
        self.possession = possession
    }

    /// - Throws: ``RegistrarError/otherMember(_:)``, ``RegistrarError/wrongRole(invited:asked:)``.
    func demand(_ role: Role, of member: MemberID) throws(RegistrarError) {
        guard body.member == member else { throw .otherMember(body.member) }
        guard body.role == role else { throw .wrongRole(invited: role, asked: body.role) }
    }
}

/// An enrolment with both signatures.
struct SignedEnrolment: Sendable {
    let signed: SignedTransaction
    let body: IdentityEnrolled

    init(_ request: EnrolmentRequest, by member: TransactionSigner) throws(RegistrarError) {
        body = request.body
        do {
            signed = try SignedTransaction(
                request.transaction, signatures: [request.possession, try member.signature(on: request.transaction)])
        } catch { throw .malformed("\(error)") }
    }
}
