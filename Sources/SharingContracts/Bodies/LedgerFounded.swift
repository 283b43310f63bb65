import SharingMessages

/// The first leaf: who the members are, which witnesses make a checkpoint final, and which rules are in force.
package struct LedgerFounded: Hashable, Sendable {
    /// The checkpoint origin, also the log's key name: 1 to 255 printable ASCII characters, no space and no plus sign.
    package let origin: String
    /// 1 to 64, ascending by identifier.
    package let members: [Member]
    /// A C2SP tlog-policy, 1 to 16,384 bytes. What it says is the log's matter, not the contracts'.
    package let witnessPolicy: String
    /// One for each contract: enrollment, record, consent. In force until a ``ContractActivated``.
    package let contracts: [ContractVersion]

    package init(
        origin: String, members: [Member], witnessPolicy: String,
        contracts: [ContractVersion] = ContractVersion.first
    ) {
        self.origin = origin
        self.members = members.sorted { $0.id < $1.id }
        self.witnessPolicy = witnessPolicy
        self.contracts = contracts
    }
}

/// A member organisation.
package struct Member: Hashable, Sendable {
    package let id: MemberID
    /// 1 to 255 bytes, without the characters that Protocols/transactions.md lists.
    package let name: String
    package let signingKey: SigningKey

    package init(id: MemberID, name: String, signingKey: SigningKey) {
        self.id = id
        self.name = name
        self.signingKey = signingKey
    }
}

/// One contract and the version of its rules.
package struct ContractVersion: Hashable, Sendable {
    /// `enrollment`, `record` or `consent`.
    package let contract: String
    package let version: UInt32

    package init(contract: String, version: UInt32) {
        self.contract = contract
        self.version = version
    }

    /// The first version of each contract, in the order that a founding lists them.
    package static let first = [
        ContractVersion(contract: "enrollment", version: 1), ContractVersion(contract: "record", version: 1),
        ContractVersion(contract: "consent", version: 1),
    ]

    /// The newest version of each contract that this software has, in that order: what a new ledger begins with.
    package static let newest = [
        ContractVersion(contract: "enrollment", version: 1), ContractVersion(contract: "record", version: 1),
        ContractVersion(contract: "consent", version: 4),
    ]
}

// Texts are the same where their bytes are. Swift's own comparison of them takes those for equal that only mean the same.

extension LedgerFounded {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.origin.utf8.elementsEqual(rhs.origin.utf8) && lhs.members == rhs.members
            && lhs.witnessPolicy.utf8.elementsEqual(rhs.witnessPolicy.utf8) && lhs.contracts == rhs.contracts
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(Array(origin.utf8))
        hasher.combine(members)
        hasher.combine(Array(witnessPolicy.utf8))
        hasher.combine(contracts)
    }
}

extension Member {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.id == rhs.id && lhs.name.utf8.elementsEqual(rhs.name.utf8) && lhs.signingKey == rhs.signingKey
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(Array(name.utf8))
        hasher.combine(signingKey)
    }
}

extension ContractVersion {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.contract.utf8.elementsEqual(rhs.contract.utf8) && lhs.version == rhs.version
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(Array(contract.utf8))
        hasher.combine(version)
    }
}

extension LedgerFounded {
    init(_ wire: WireLedgerFounded) throws(ContractViolation) {
        let fields = WireFields(message: "LedgerFounded")
        try fields.require(count: wire.origin.utf8.count, in: 1...Limits.originBytes, "origin")
        // The characters that a key name in a signed note may have without ever needing a decision about Unicode.
        guard wire.origin.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "+") }) else {
            throw fields.violation("origin", "must be printable ASCII without spaces and plus signs")
        }
        origin = wire.origin
        try fields.require(count: wire.members.count, in: 1...Limits.members, "members")
        var members: [Member] = []
        for wireMember in wire.members {
            let member = try Member(wireMember)
            if let last = members.last, last.id >= member.id {
                throw ContractViolation(.notAscending, "LedgerFounded.members: \(member.id) does not follow \(last.id)")
            }
            members.append(member)
        }
        self.members = members
        try fields.require(
            count: wire.witnessPolicy.utf8.count, in: 1...Limits.witnessPolicyBytes, "witness_policy")
        witnessPolicy = wire.witnessPolicy
        try fields.require(count: wire.contracts.count, in: 3...3, "contracts")
        contracts = wire.contracts.map { ContractVersion(contract: $0.contract, version: $0.version) }
    }

    var wire: WireLedgerFounded {
        var wire = WireLedgerFounded()
        wire.origin = origin
        wire.members = members.map(\.wire)
        wire.witnessPolicy = witnessPolicy
        wire.contracts = contracts.map { version in
            var wire = WireContractVersion()
            wire.contract = version.contract
            wire.version = version.version
            return wire
        }
        return wire
    }
}

extension Member {
    init(_ wire: WireMember) throws(ContractViolation) {
        let fields = WireFields(message: "Member")
        id = try fields.identifier(wire.memberID, "member_id")
        name = try fields.text(wire.name, "name", bytes: Limits.memberNameBytes)
        signingKey = try fields.signingKey(wire.signingKey, "signing_key")
    }

    var wire: WireMember {
        var wire = WireMember()
        wire.memberID = .init(id)
        wire.name = name
        wire.signingKey = .init(signingKey)
        return wire
    }
}
