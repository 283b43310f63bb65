import ServiceProtocols
package import SharingContracts

extension Doctor {
    /// A proposal that the ledger has.
    package struct Asked: Hashable, Sendable {
        package let proposal: Proposal
        /// Whether it was there before: asking the same once more asks nothing more.
        package let isEarlier: Bool
    }

    /// Asks a folder's owner for a consent, unless the same is asked already and can still be answered.
    ///
    /// A question whose receipt was lost is so found again, and takes no second of the few places that a doctor has at a folder.
    ///
    /// - Parameter question: Of this doctor.
    package func propose(_ question: AccessProposed) async throws(ClientError) -> Asked {
        let now = session.clock.now()
        let earlier = try await proposals().first { $0.asked == question && !$0.isAnswered && !$0.hasLapsed(at: now) }
        if let earlier { return Asked(proposal: earlier, isEarlier: true) }
        let (id, _) = try await session.submit(.accessProposed(question), by: signer)
        let made = try await session.read { (state) throws(ClientError) in state.proposal(id) }
        guard let made else { throw .badReceipt("proposal \(id) has a receipt and is not on the ledger") }
        return Asked(proposal: made, isEarlier: false)
    }

    /// What this doctor proposed, in the order that the ledger has.
    package func proposals() async throws(ClientError) -> [Proposal] {
        let identity = identity
        return try await session.read { (state) throws(ClientError) in
            state.proposals(by: identity).compactMap { state.proposal($0) }
        }
    }
}
