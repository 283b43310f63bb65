import Umbral

extension ConsentContract {
    // MARK: FragmentsDestroyed

    func check(
        _ body: FragmentsDestroyed, at time: Timestamp, _ surroundings: ConsentSurroundings
    ) throws(ContractViolation) {
        switch body.target {
        case .consent(let id):
            let consent = try consent(id)
            guard consent.terms.proxies.contains(body.holder) else {
                throw ContractViolation(.notAHolder, "\(body.holder) is not a proxy of consent \(id)")
            }
            guard consent.destructions[body.holder] == nil else {
                throw ContractViolation(.alreadyDestroyed, "\(body.holder) already destroyed its fragment of \(id)")
            }
            guard surroundings.isDestructionDue(of: consent, because: body.reason, at: time) else {
                throw ContractViolation(
                    .destructionNotDue, "fragments of consent \(id) need not go as \(body.reason.rawValue) at \(time)")
            }
        case .folder(let id):
            let folder = try surroundings.records.folder(id)
            guard folder.keyService == body.holder else {
                throw ContractViolation(.notAHolder, "\(body.holder) is not the key service of folder \(id)")
            }
            guard folder.shareDestroyed == nil else {
                throw ContractViolation(.alreadyDestroyed, "\(body.holder) already destroyed its share of \(id)")
            }
            guard body.reason == .erased, folder.isErased else {
                throw ContractViolation(.destructionNotDue, "a share goes when its folder is erased, and not before")
            }
        }
    }

    mutating func perform(_ body: FragmentsDestroyed, _ event: LedgerEvent, _ records: inout RecordContract) {
        switch body.target {
        case .consent(let id):
            let destruction = Destruction(reason: body.reason, event: event)
            consents.update(id) { $0.destructions[body.holder] = destruction }
        case .folder(let id):
            records.noteShareDestroyed(id, event)
        }
    }

    // MARK: FragmentDisputed

    func check(_ body: FragmentDisputed, _ surroundings: ConsentSurroundings) throws(ContractViolation) {
        let request = try request(body.request)
        guard case .consent(let consentID) = request.authority else {
            throw ContractViolation(.notDisputable, "request \(body.request) is the folder owner's")
        }
        let consent = try consent(consentID)
        // Where a transform is logged, keys were issued: the request had to wait for them.
        guard let transform = request.transform(by: body.transformer), let keys = consent.keys,
            let commitment = keys.fragment(of: body.transformer),
            let receivingKey = surroundings.enrollment.identities[consent.terms.grantee]?.receivingKey
        else {
            throw ContractViolation(
                .unknownTransform, "\(body.transformer) logged no transform for request \(body.request)")
        }
        guard transform.disputed == nil else {
            throw ContractViolation(
                .alreadyDisputed, "the transform of \(body.transformer) for request \(body.request) is disputed")
        }
        let (recordID, place) = try disputed(body, in: request)
        let record = try surroundings.records.record(recordID, in: request.folder)
        guard LedgerDigest.capsule(body.capsule) == record.capsuleDigest else {
            throw ContractViolation(.capsuleMismatch, "the capsule is not that of record \(recordID)")
        }
        let capsule: Capsule
        do { capsule = try Capsule(simple: body.capsule) } catch {
            // No fragment of an invalid capsule can be right or wrong. The depositor is to blame, not the proxy.
            throw ContractViolation(.capsuleMismatch, "the capsule of record \(recordID) is invalid: \(error)")
        }
        let digest = LedgerDigest.fragment(body.capsuleFragment, by: body.transformer, for: body.request)
        let digests = body.part?.digests ?? [digest]
        guard digests[place] == digest, LedgerDigest.answer(parts: digests) == transform.fragmentDigest else {
            throw ContractViolation(
                .fragmentMismatch, "the fragment is not the one that \(body.transformer) committed to")
        }
        let folder = try surroundings.records.folder(request.folder)
        let fault = UmbralChecks.fault(
            of: body.capsuleFragment, for: capsule, commitment: commitment, precursor: keys.precursor,
            folder: folder, receivingKey: receivingKey)
        guard fault != nil else {
            throw ContractViolation(
                .fragmentIsCorrect, "\(body.transformer) answered request \(body.request) correctly")
        }
    }

    /// The record whose fragment is disputed, and its place in the request.
    private func disputed(
        _ body: FragmentDisputed, in request: AccessRequest
    ) throws(ContractViolation) -> (record: RecordID, place: Int) {
        guard let part = body.part else {
            guard request.records.count == 1 else {
                throw ContractViolation(
                    .partMismatch, "request \(body.request) is for \(request.records.count) records: say whose it is")
            }
            return (request.records[0], 0)
        }
        guard request.records.count > 1, part.digests.count == request.records.count,
            let place = request.records.firstIndex(of: part.record)
        else {
            throw ContractViolation(
                .partMismatch,
                "record \(part.record) with \(part.digests.count) digests is no part of an answer to \(body.request), "
                    + "which is for \(request.records.count) records")
        }
        return (part.record, place)
    }

    mutating func perform(_ body: FragmentDisputed, _ event: LedgerEvent) {
        requests.update(body.request) { request in
            guard let index = request.transforms.firstIndex(where: { $0.transformer == body.transformer }) else {
                return
            }
            request.transforms[index].disputed = event
        }
        convictions.append(body.request, to: body.transformer)
    }
}
