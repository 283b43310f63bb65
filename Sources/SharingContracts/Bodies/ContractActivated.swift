import SharingMessages

/// A quorum of the members puts another version of a contract's rules in force, for the leaves after this one.
package struct ContractActivated: Hashable, Sendable {
    package let activated: ContractVersion
    /// Who signs: 1 to 64 members, ascending. Named in what they sign, so that nobody can make another envelope of it with
    /// other signatures.
    package let members: [MemberID]

    package init(_ activated: ContractVersion, by members: [MemberID]) {
        self.activated = activated
        self.members = members.sorted()
    }

    /// How many of a ledger's `members` it takes: more than two thirds, as a final checkpoint takes of its witnesses.
    package static func quorum(of members: Int) -> Int { members * 2 / 3 + 1 }
}

extension ContractActivated {
    init(_ wire: WireContractActivated) throws(ContractViolation) {
        let fields = WireFields(message: "ContractActivated")
        activated = ContractVersion(
            contract: try fields.text(wire.contract, "contract", bytes: Limits.contractNameBytes), version: wire.version
        )
        members = try fields.identifiers(wire.memberIds, "member_ids", count: 1...Limits.members)
    }

    var wire: WireContractActivated {
        var wire = WireContractActivated()
        wire.contract = activated.contract
        wire.version = activated.version
        wire.memberIds = members.map { .init($0) }
        return wire
    }
}
