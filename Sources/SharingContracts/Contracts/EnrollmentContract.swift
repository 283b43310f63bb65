import Octets
import Umbral

/// Who takes part: the founding members, the identities they vouch for, and which keys are in use.
///
/// Every `check` only reads and every `perform` cannot fail, so that a transaction is applied wholly or not at all.
package struct EnrollmentContract: Hashable, Sendable {
    private var foundings: StateCell<LedgerFounded>
    private(set) var identities: StateTable<IdentityID, Identity>
    /// The key of everybody who signs. Members, identities and folders share one space of identifiers.
    private var signers: StateTable<SignerID, SigningKey>
    private var signingKeys: StateTable<SigningKey, Taken>
    /// SHA-256 of each.
    private var sealingKeys: StateTable<FixedOctets<32>, Taken>
    /// Every secp256k1 key that was ever named: receiving, verifying and delegating keys, shares and precursors.
    private var groupKeys: StateTable<FixedOctets<33>, Taken>

    init(_ backing: StateBacking?) {
        foundings = StateCell(.founding, backing)
        identities = StateTable(.identities, backing)
        signers = StateTable(.signers, backing)
        signingKeys = StateTable(.signingKeys, backing)
        sealingKeys = StateTable(.sealingKeys, backing)
        groupKeys = StateTable(.groupKeys, backing)
    }

    package var founding: LedgerFounded? { foundings.value }

    /// - Complexity: O(n) in the number of members, at most 64.
    func member(_ id: MemberID) -> Member? { founding?.members.first { $0.id == id } }

    // MARK: What other contracts ask

    func key(of signer: SignerID) -> SigningKey? { signers[signer] }

    /// The identity, which must be enrolled and not retired.
    func activeIdentity(_ id: IdentityID) throws(ContractViolation) -> Identity {
        guard let identity = identities[id] else {
            throw ContractViolation(.unknownIdentity, "no identity \(id) is enrolled")
        }
        guard identity.isActive else { throw ContractViolation(.identityRetired, "identity \(id) is retired") }
        return identity
    }

    /// The identity, which must be enrolled with `role` and not retired.
    @discardableResult
    func activeIdentity(_ id: IdentityID, as role: Role) throws(ContractViolation) -> Identity {
        let identity = try activeIdentity(id)
        guard identity.role == role else {
            throw ContractViolation(.wrongRole, "identity \(id) is a \(identity.role.rawValue), not a \(role.rawValue)")
        }
        return identity
    }

    /// That a new signer's identifier and key are nobody's yet.
    func checkFresh(_ signer: SignerID, _ key: SigningKey) throws(ContractViolation) {
        guard signers[signer] == nil else {
            throw ContractViolation(.identifierTaken, "\(signer) already names a member, an identity or a folder")
        }
        guard !signingKeys.contains(key) else {
            throw ContractViolation(.keyTaken, "signing key \(key) is already in use")
        }
    }

    /// That secp256k1 keys are new to the ledger and to each other.
    func checkFresh(_ keys: [PublicKey]) throws(ContractViolation) {
        for (index, key) in keys.enumerated() {
            guard !groupKeys.contains(key.compressed), !keys[..<index].contains(key) else {
                throw ContractViolation(.keyTaken, "secp256k1 key \(key) is already in use")
            }
        }
    }

    mutating func register(_ signer: SignerID, _ key: SigningKey) {
        signers.set(key, for: signer)
        signingKeys.insert(key)
    }

    mutating func register(_ keys: [PublicKey]) {
        for key in keys { groupKeys.insert(key.compressed) }
    }

    // MARK: LedgerFounded

    func check(_ body: LedgerFounded, origin: String, known: KnownContracts) throws(ContractViolation) {
        guard founding == nil else { throw ContractViolation(.alreadyFounded, "the ledger is already founded") }
        guard body.origin.utf8.elementsEqual(origin.utf8) else {
            throw ContractViolation(.wrongOrigin, "the founding is of \(body.origin), this ledger is \(origin)")
        }
        try known.require(founding: body.contracts)
        var keys: Set<SigningKey> = []
        for member in body.members where !keys.insert(member.signingKey).inserted {
            throw ContractViolation(.keyTaken, "two members have the signing key \(member.signingKey)")
        }
    }

    mutating func perform(_ body: LedgerFounded) {
        foundings.value = body
        for member in body.members {
            register(member.id.signer, member.signingKey)
        }
    }

    // MARK: IdentityEnrolled

    func check(_ body: IdentityEnrolled) throws(ContractViolation) {
        guard member(body.member) != nil else {
            throw ContractViolation(.unknownMember, "\(body.member) is not a member")
        }
        try checkFresh(body.identity.signer, body.signingKey)
        if let key = body.receivingKey { try checkFresh([key]) }
        if let key = body.sealingKey, sealingKeys.contains(LedgerDigest.sha256(of: key.serialized)) {
            throw ContractViolation(.keyTaken, "the sealing key is already another proxy's")
        }
    }

    mutating func perform(_ body: IdentityEnrolled, _ event: LedgerEvent) {
        identities.set(Identity(enrollment: body, enrolled: event), for: body.identity)
        register(body.identity.signer, body.signingKey)
        if let key = body.receivingKey { register([key]) }
        if let key = body.sealingKey { sealingKeys.insert(LedgerDigest.sha256(of: key.serialized)) }
    }

    // MARK: IdentityRetired

    func check(_ body: IdentityRetired) throws(ContractViolation) {
        _ = try activeIdentity(body.identity)
    }

    mutating func perform(_ body: IdentityRetired, _ event: LedgerEvent) {
        identities.update(body.identity) { $0.retired = event }
    }
}

extension EnrollmentContract {
    var parts: [any StateStored] { [foundings, identities, signers, signingKeys, sealingKeys, groupKeys] }

    mutating func take(_ step: SettlementStep) {
        foundings.take(step)
        identities.take(step)
        signers.take(step)
        signingKeys.take(step)
        sealingKeys.take(step)
        groupKeys.take(step)
    }
}
