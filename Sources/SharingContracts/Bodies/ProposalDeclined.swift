import SharingMessages

/// A patient says no to a doctor's proposal.
package struct ProposalDeclined: Hashable, Sendable {
    /// The transaction that proposed it.
    package let proposal: TransactionID

    package init(proposal: TransactionID) {
        self.proposal = proposal
    }
}

extension ProposalDeclined {
    init(_ wire: WireProposalDeclined) throws(ContractViolation) {
        proposal = try WireFields(message: "ProposalDeclined").identifier(wire.proposalID, "proposal_id")
    }

    var wire: WireProposalDeclined {
        var wire = WireProposalDeclined()
        wire.proposalID = .init(proposal)
        return wire
    }
}
