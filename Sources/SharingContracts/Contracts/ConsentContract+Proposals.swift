extension ConsentContract {
    // MARK: AccessProposed

    func check(
        _ body: AccessProposed, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        try surroundings.rules.requireProposals(for: "AccessProposed")
        try surroundings.enrollment.activeIdentity(body.proposer, as: .doctor)
        try surroundings.records.openFolder(body.folder)
        if case .records(let records) = body.scope {
            for record in records { try surroundings.records.record(record, in: body.folder) }
        }
        let counting = counting(ProposalTie(doctor: body.proposer, folder: body.folder), at: time).count
        guard counting < Limits.countedProposals else {
            throw ContractViolation(
                .tooManyProposals,
                "\(counting) proposals of \(body.proposer) to folder \(body.folder) are neither granted nor lapsed")
        }
    }

    mutating func perform(_ body: AccessProposed, _ event: LedgerEvent) {
        let tie = ProposalTie(doctor: body.proposer, folder: body.folder)
        let counted = CountedProposals(counting(tie, at: event.time) + [event.transaction])
        countedProposals.set(counted, for: tie)
        proposals.set(Proposal(asked: body, proposed: event), for: event.transaction)
        proposalsOfFolder.append(event.transaction, to: body.folder)
        proposalsOfDoctor.append(event.transaction, to: body.proposer)
    }

    /// The proposals that count against the bound at `time`: neither granted nor lapsed.
    ///
    /// A declined one counts until it would have lapsed. Otherwise a doctor could ask as often as the patient says no.
    ///
    /// - Complexity: O(1), reading at most ``Limits/countedProposals`` of them.
    private func counting(_ tie: ProposalTie, at time: Timestamp) -> [TransactionID] {
        (countedProposals[tie]?.proposals ?? []).filter { id in
            proposals[id].map { $0.granted == nil && !$0.hasLapsed(at: time) } ?? false
        }
    }

    // MARK: ProposalDeclined

    func check(
        _ body: ProposalDeclined, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        let proposal = try proposal(body.proposal)
        try surroundings.records.openFolder(proposal.asked.folder)
        try requireOpen(proposal, at: time)
    }

    mutating func perform(_ body: ProposalDeclined, _ event: LedgerEvent) {
        proposals.update(body.proposal) { $0.declined = event }
    }

    // MARK: ConsentGranted

    /// That what a consent says it answers is open, and of this doctor to this folder.
    func checkAnswer(_ body: ConsentGranted, at time: Timestamp, _ rules: ConsentRules) throws(ContractViolation) {
        guard let id = body.proposal else { return }
        try rules.requireProposals(for: "ConsentGranted with proposal_id")
        let proposal = try proposal(id)
        guard proposal.asked.folder == body.folder, proposal.asked.proposer == body.grantee else {
            throw ContractViolation(
                .proposalMismatch,
                "proposal \(id) is of \(proposal.asked.proposer) to folder \(proposal.asked.folder)")
        }
        try requireOpen(proposal, at: time)
    }

    private func requireOpen(_ proposal: Proposal, at time: Timestamp) throws(ContractViolation) {
        guard !proposal.isAnswered else {
            let answer = proposal.granted == nil ? "declined" : "granted"
            throw ContractViolation(.proposalAnswered, "proposal \(proposal.id) is \(answer) already")
        }
        guard !proposal.hasLapsed(at: time) else {
            throw ContractViolation(
                .proposalLapsed, "proposal \(proposal.id) could be answered until \(proposal.answerableUntil)")
        }
    }
}

extension ConsentSurroundings {
    func status(of proposal: Proposal, at time: Timestamp) -> ProposalStatus {
        if proposal.granted != nil { return .granted }
        if proposal.declined != nil { return .declined }
        if records.folders[proposal.asked.folder]?.isErased != false { return .erased }
        if enrollment.identities[proposal.asked.proposer]?.isActive != true { return .proposerRetired }
        return proposal.hasLapsed(at: time) ? .lapsed : .open
    }
}
