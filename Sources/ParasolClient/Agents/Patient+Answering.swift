package import SharingContracts

extension Patient {
    /// What doctors proposed to a folder, in the order that the ledger has.
    package func proposals(to folder: FolderID) async throws(ClientError) -> [Proposal] {
        try await session.read { (state) throws(ClientError) in
            guard state.folder(folder) != nil else { throw .unknown("folder \(folder) on the ledger") }
            return state.proposals(to: folder).compactMap { state.proposal($0) }
        }
    }

    /// Says no to a proposal. Doing it once more changes nothing.
    ///
    /// - Throws: ``ClientError/unknown(_:)`` where nobody proposed it; the ledger's refusal where it is granted or has lapsed.
    package func decline(_ proposal: TransactionID) async throws(ClientError) {
        try await submitPending()
        let found = try await session.read { (state) throws(ClientError) in
            guard let found = state.proposal(proposal) else { throw .unknown("proposal \(proposal)") }
            return found
        }
        if found.declined != nil { return }
        try await submit(
            .proposalDeclined(ProposalDeclined(proposal: proposal)), by: try await signer(of: found.asked.folder))
    }
}
