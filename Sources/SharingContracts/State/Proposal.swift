/// What a doctor asked of a patient, as the ledger knows it now.
package struct Proposal: Hashable, Sendable {
    /// What the doctor signed.
    package let asked: AccessProposed
    package let proposed: LedgerEvent
    package internal(set) var declined: LedgerEvent?
    /// The consent that answers it.
    package internal(set) var granted: Grant?

    package struct Grant: Hashable, Sendable {
        package let consent: ConsentID
        package let event: LedgerEvent
    }

    /// The transaction identifier of its `AccessProposed`.
    package var id: TransactionID { proposed.transaction }
    package var isAnswered: Bool { declined != nil || granted != nil }

    /// The last microsecond at which it can be answered.
    package var answerableUntil: Timestamp { proposed.time.adding(milliseconds: asked.answerableMilliseconds) }

    package func hasLapsed(at time: Timestamp) -> Bool { time > answerableUntil }
}

/// What became of a proposal. The first that applies, from the top.
package enum ProposalStatus: String, Hashable, Sendable, CaseIterable {
    case granted
    case declined
    /// The folder is erased.
    case erased
    /// The doctor's identity is retired.
    case proposerRetired
    /// The time to answer it is over.
    case lapsed
    /// The patient can answer it.
    case open
}

/// A doctor and a folder to which the doctor proposed something.
struct ProposalTie: StateRowKey {
    let doctor: IdentityID
    let folder: FolderID

    var rowName: [UInt8] { doctor.bytes + folder.bytes }
}

/// The proposals of one doctor to one folder that counted against ``Limits/countedProposals`` when the last one came.
struct CountedProposals: Hashable, Sendable {
    /// Oldest first, that one included.
    let proposals: [TransactionID]

    init(_ proposals: [TransactionID]) { self.proposals = proposals }
}
