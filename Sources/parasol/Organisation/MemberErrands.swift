import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts

/// A member organisation's errands.
struct MemberErrands {
    let member: MemberAgent
    let session: LedgerSession

    /// Everybody the ledger knows, or those that this member vouches for.
    func identities(ofAll: Bool) async throws -> IdentitiesReport {
        let own = member.id
        return try await session.read { (state) throws(ClientError) in
            IdentitiesReport(
                member: "\(own)",
                identities: state.identities.filter { ofAll || $0.member == own }.map {
                    IdentitiesReport.Row($0, in: state)
                })
        }
    }

    /// Vouches for a key, whose holder made the request, once that is confirmed.
    func enroll(_ request: EnrollmentRequest, asking: any Asking) async throws -> EnrollmentReport {
        let enrollment = request.enrollment
        try asking.demand("Vouch for \(enrollment.role.rawValue) \(enrollment.identity)?")
        try await member.enroll(request)
        return EnrollmentReport(request.enrollment)
    }

    /// Retires an identity that this member vouched for, once that is confirmed.
    func retire(_ identity: IdentityID, asking: any Asking) async throws -> RetirementReport {
        let own = member.id
        let found = try await session.read { (state) throws(ClientError) in state.identity(identity) }
        guard let found, found.member == own else {
            throw PeopleError.unknown(what: "identity of this organisation", text: "\(identity)")
        }
        guard found.isActive else { throw PeopleError.retired(identity) }
        try asking.demand("Retire \(found.role.rawValue) \(identity), for ever?")
        try await member.retire(identity)
        return RetirementReport(identity: "\(identity)", role: found.role.rawValue)
    }

    /// Submits what all have signed.
    func submit(_ document: SignedTransaction) async throws -> SubmissionReport {
        let status = SigningStatus(document)
        guard status.missing.isEmpty else {
            throw PeopleError.wrongDocument(
                "not all have signed: \(status.missing.map { "\($0)" }.joined(separator: ", "))")
        }
        _ = try await member.submit(document)
        return SubmissionReport(transaction: "\(document.id)", kind: document.body.name)
    }

    /// Drafts the activation of a contract's version.
    ///
    /// - Parameter members: Who will sign; every member of the ledger where it is empty.
    func draftActivation(_ version: ContractVersion, by members: [MemberID]) async throws -> SignedTransaction {
        let all = try await session.read { (state) throws(ClientError) in
            guard let founding = state.founding else { throw .unknown("founding of this ledger") }
            return founding.members.map(\.id)
        }
        let chosen = members.isEmpty ? all : members
        let needed = ContractActivated.quorum(of: all.count)
        guard chosen.count >= needed else {
            throw PeopleError.wrongDocument(
                "\(chosen.count) members are named, and \(needed) of \(all.count) must sign")
        }
        for id in chosen where !all.contains(id) { throw PeopleError.unknown(what: "member", text: "\(id)") }
        return try SignedTransaction(
            try .random(.contractActivated(ContractActivated(version, by: chosen))), signatures: [])
    }
}

/// Documents that go from member to member to be signed: a `SignedTransaction` (Protocols/transactions.md) with as many signatures
/// as it has by then.
enum SigningDocument {
    /// A founding of the network's ledger.
    ///
    /// - Parameter contracts: The rules that it begins with.
    static func founding(
        _ members: [Member], network: Network, contracts: [ContractVersion] = ContractVersion.newest
    ) throws -> SignedTransaction {
        try SignedTransaction(
            try .random(
                .ledgerFounded(
                    LedgerFounded(
                        origin: network.trust.originName, members: members, witnessPolicy: network.witnessPolicy,
                        contracts: contracts))),
            signatures: [])
    }

    /// What a member checks before it signs: that a founding is of this network's ledger, under its policy, and has the member's own
    /// key.
    ///
    /// - Throws: ``PeopleError/wrongDocument(_:)``.
    static func demand(
        _ document: SignedTransaction, isFor network: Network, signedBy signer: TransactionSigner
    ) throws(PeopleError) {
        guard let members = document.body.signingMembers else {
            throw .wrongDocument("a \(document.body.name) is nothing that members sign together")
        }
        guard members.contains(MemberID(signer.id)) else {
            throw .wrongDocument("it does not name this organisation, member \(signer.id)")
        }
        guard case .ledgerFounded(let founding) = document.body else { return }
        guard founding.origin.utf8.elementsEqual(network.trust.originName.utf8) else {
            throw .wrongDocument(
                "it founds \(founding.origin), and this network's ledger is \(network.trust.originName)")
        }
        guard founding.witnessPolicy.utf8.elementsEqual(network.witnessPolicy.utf8) else {
            throw .wrongDocument("it states another witness policy than this network's")
        }
        guard founding.members.first(where: { $0.id.signer == signer.id })?.signingKey == signer.signingKey else {
            throw .wrongDocument("it names another key than this organisation's")
        }
    }
}

/// Who has signed a document, and who has not.
struct SigningStatus {
    let signed, missing: [MemberID]

    init(_ document: SignedTransaction) {
        let signers = Set(document.signatures.map(\.signer))
        let members = document.body.signingMembers ?? []
        signed = members.filter { signers.contains($0.signer) }
        missing = members.filter { !signers.contains($0.signer) }
    }
}

extension OpenedProfile {
    /// Runs an errand as the organisation of this profile.
    ///
    /// - Parameter isFounded: Before the founding the ledger knows no organisation, and requests that one signs are refused.
    func asMember<Value>(
        isFounded: Bool = true, _ errand: (MemberErrands) async throws -> Value
    ) async throws -> Value {
        let signer = try await signer()
        return try await connected(as: isFounded ? signer : nil) { session, _ in
            try await errand(
                MemberErrands(
                    member: MemberAgent(id: MemberID(signer.id), signer: signer, session: session), session: session))
        }
    }

    /// Signs a document, once that is confirmed. No service is asked.
    func sign(_ document: SignedTransaction, asking: any Asking) async throws -> SignedTransaction {
        let signer = try await signer()
        try SigningDocument.demand(document, isFor: network, signedBy: signer)
        let lines = DocumentReport(document, file: "").members
        try asking.demand((["Sign: \(document.body.summary)?"] + lines).joined(separator: "\n  "))
        let signatures = document.signatures.filter { $0.signer != signer.id }
        return try SignedTransaction(
            document.transaction, signatures: signatures + [try signer.signature(on: document.transaction)])
    }
}
