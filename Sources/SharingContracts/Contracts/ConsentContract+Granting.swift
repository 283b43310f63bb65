extension ConsentContract {
    // MARK: ConsentGranted

    func check(
        _ body: ConsentGranted, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        guard consents[body.consent] == nil else {
            throw ContractViolation(.consentTaken, "consent \(body.consent) is already granted")
        }
        try surroundings.records.openFolder(body.folder)
        try surroundings.enrollment.activeIdentity(body.grantee, as: .doctor)
        if case .records(let records) = body.scope {
            for record in records { try surroundings.records.record(record, in: body.folder) }
        }
        // To the millisecond, as the period is: it must go on after the one in which it is granted.
        guard body.notBefore <= body.notAfter, body.notAfter.milliseconds > time.milliseconds,
            body.notAfter.milliseconds - body.notBefore.milliseconds <= Limits.consentMilliseconds
        else {
            throw ContractViolation(
                .badConsentPeriod,
                "from \(body.notBefore) to \(body.notAfter), granted at \(time): must end later, within ten years")
        }
        var members: [MemberID] = []
        for proxy in body.proxies {
            members.append(try surroundings.enrollment.activeIdentity(proxy, as: .proxy).member)
        }
        try surroundings.rules.checkIndependence(of: members, threshold: body.threshold)
        try checkAnswer(body, at: time, surroundings.rules)
    }

    mutating func perform(_ body: ConsentGranted, _ event: LedgerEvent, _ records: inout RecordContract) {
        consents.set(Consent(terms: body, granted: event), for: body.consent)
        records.note(consent: body.consent, in: body.folder)
        if let proposal = body.proposal {
            proposals.update(proposal) { $0.granted = Proposal.Grant(consent: body.consent, event: event) }
        }
    }

    // MARK: KeysIssued

    func check(
        _ body: KeysIssued, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        let consent = try consent(body.consent)
        try surroundings.require([.active, .notYetValid], of: consent, at: time)
        guard consent.keys == nil else {
            throw ContractViolation(.keysAlreadyIssued, "keys of consent \(body.consent) are already issued")
        }
        guard body.fragments.map(\.proxy) == consent.terms.proxies else {
            throw ContractViolation(
                .fragmentsMismatch, "the fragments are not one for each proxy of consent \(body.consent)")
        }
        try surroundings.enrollment.checkFresh([body.precursor])
    }

    mutating func perform(_ body: KeysIssued, _ event: LedgerEvent, _ enrollment: inout EnrollmentContract) {
        consents.update(body.consent) { consent in
            consent.keys = body
            consent.issued = event
        }
        enrollment.register([body.precursor])
    }

    // MARK: ConsentRevoked

    func check(_ body: ConsentRevoked, _ records: RecordContract) throws(ContractViolation) {
        let consent = try consent(body.consent)
        try records.openFolder(consent.terms.folder)
        guard consent.revoked == nil else {
            throw ContractViolation(.consentRevoked, "consent \(body.consent) is already revoked")
        }
    }

    mutating func perform(_ body: ConsentRevoked, _ event: LedgerEvent) {
        consents.update(body.consent) { $0.revoked = event }
    }
}
