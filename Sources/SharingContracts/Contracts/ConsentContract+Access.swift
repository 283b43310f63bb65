extension ConsentContract {
    // MARK: AccessRequested

    func check(
        _ body: AccessRequested, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        try surroundings.rules.requireRecords(body.records.count)
        let needed: Purpose
        switch body.authority {
        case .consent(let id):
            let consent = try consent(id)
            try surroundings.require([.active], of: consent, at: time)
            guard consent.keys != nil else {
                throw ContractViolation(.keysNotIssued, "no keys are issued for consent \(id)")
            }
            guard body.records.count <= consent.opensLeft else {
                throw ContractViolation(
                    .tooFewOpensLeft,
                    "\(body.records.count) records, and consent \(id) has \(consent.opensLeft) of its opens left")
            }
            for record in body.records {
                try surroundings.records.record(record, in: consent.terms.folder)
                guard consent.terms.scope.covers(record) else {
                    throw ContractViolation(.recordNotCovered, "consent \(id) does not cover record \(record)")
                }
            }
            needed = consent.terms.purpose
        case .folder(let id):
            try surroundings.records.openFolder(id)
            for record in body.records { try surroundings.records.record(record, in: id) }
            needed = .patientRequested
        }
        guard body.purpose == needed else {
            throw ContractViolation(.purposeMismatch, "the purpose is \(body.purpose), allowed is \(needed)")
        }
    }

    mutating func perform(_ body: AccessRequested, _ event: LedgerEvent, _ records: inout RecordContract) {
        let folder: FolderID
        let requester: SignerID
        let threshold: Int
        switch body.authority {
        case .consent(let id):
            guard let terms = consents[id]?.terms else { return }
            (folder, requester, threshold) = (terms.folder, terms.grantee.signer, terms.threshold)
            consents.update(id) { $0.countRequest(of: body.records.count) }
            requestsOfConsent.append(event.transaction, to: id)
        case .folder(let id):
            (folder, requester, threshold) = (id, id.signer, 1)
        }
        let request = AccessRequest(
            id: event.transaction, authority: body.authority, requester: requester, folder: folder,
            records: body.records, purpose: body.purpose, answerKey: body.answerKey, requested: event,
            threshold: threshold)
        requests.set(request, for: request.id)
        records.note(request)
    }

    // MARK: Transformed

    func check(
        _ body: Transformed, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        let request = try request(body.request)
        let folder = try surroundings.records.openFolder(request.folder)
        switch request.authority {
        case .consent(let id):
            let consent = try consent(id)
            guard consent.terms.proxies.contains(body.transformer) else {
                throw ContractViolation(
                    .notATransformer, "\(body.transformer) is not a proxy of consent \(id)")
            }
            // A request that was counted stays good when later ones use the consent up.
            try surroundings.require([.active, .usedUp], of: consent, at: time)
            guard consent.destructions[body.transformer] == nil else {
                throw ContractViolation(
                    .fragmentDestroyed, "\(body.transformer) destroyed its fragment of consent \(id)")
            }
        case .folder(let id):
            guard folder.keyService == body.transformer else {
                throw ContractViolation(
                    .notATransformer, "\(body.transformer) is not the key service of folder \(id)")
            }
        }
        guard request.transform(by: body.transformer) == nil else {
            throw ContractViolation(
                .alreadyTransformed, "\(body.transformer) has already transformed for request \(body.request)")
        }
    }

    mutating func perform(_ body: Transformed, _ event: LedgerEvent) {
        if let request = requests[body.request], request.opened == nil, case .consent(let id) = request.authority {
            consents.update(id) { $0.endWait(for: body.transformer) }
        }
        let transform = Transform(transformer: body.transformer, fragmentDigest: body.fragmentDigest, event: event)
        requests.update(body.request) { $0.transforms.append(transform) }
    }

    // MARK: RecordOpened

    func check(_ body: RecordOpened) throws(ContractViolation) {
        let request = try request(body.request)
        guard request.opened == nil else {
            throw ContractViolation(.alreadyOpened, "request \(body.request) was already opened")
        }
        guard request.transforms.count >= request.threshold else {
            throw ContractViolation(
                .notEnoughTransforms,
                "\(request.transforms.count) transforms for request \(body.request), \(request.threshold) are needed")
        }
    }

    mutating func perform(_ body: RecordOpened, _ event: LedgerEvent) {
        requests.update(body.request) { $0.opened = event }
        guard let request = requests[body.request], case .consent(let id) = request.authority else { return }
        let answered = Set(request.transforms.map(\.transformer))
        consents.update(id) { consent in
            for proxy in consent.terms.proxies where !answered.contains(proxy) { consent.endWait(for: proxy) }
        }
    }

    // MARK: RecordExported

    func check(_ body: RecordExported) throws(ContractViolation) {
        let request = try request(body.request)
        guard request.opened != nil else {
            throw ContractViolation(.notOpened, "request \(body.request) was never opened")
        }
        guard request.exported == nil else {
            throw ContractViolation(.alreadyExported, "request \(body.request) was already exported")
        }
    }

    mutating func perform(_ body: RecordExported, _ event: LedgerEvent) {
        requests.update(body.request) { $0.exported = event }
    }
}
