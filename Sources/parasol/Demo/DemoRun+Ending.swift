import EmbeddedNode
import Octets
import ParasolClient
import ProxyService
import ServiceProtocols
import SharingContracts
import Umbral

/// Revocation and erasure.
extension DemoRun {
    // MARK: P6

    func revoke(_ access: InterceptedAccess, _ cast: Cast) async throws {
        let consent = access.request.consent
        let early = try await reporter.step(
            "revoke", "The patient revokes; the proxies destroy their fragments and say so"
        ) {
            // Asked for while it was allowed, so that only the proxies stand between the doctor and the record.
            let early = try await cast.doctorA.agent.request(access.request.record, under: consent)
            let silent = try await cast.patient.revoke(consent)
            try reporter.demand(silent.isEmpty, "not destroyed: \(silent)")
            try await demandDestructions(of: consent, cast)
            return ("\(proxyCount) fragments destroyed", early)
        }
        try await reporter.step(
            "refused", "Doctor A comes to each proxy with a request from before, and none transforms",
            attacking: ["P6"]
        ) {
            let refusals = try await everyProxyRefuses(early, access.capsule, because: .revoked, cast)
            return "all \(refusals.count): \(refusals[0])"
        }
        try await reporter.step("refused-anew", "A new request is not even sequenced", attacking: ["P6"]) {
            let refusal = try await reporter.refusal(
                "a request was sequenced after the revocation", Self.isRefused(.consentRevoked)
            ) { try await cast.doctorA.agent.request(early.record, under: consent) }
            return "\(refusal)"
        }
    }

    private func demandDestructions(of consent: ConsentID, _ cast: Cast) async throws {
        let destroyed = try await cast.reader.session.read { (state) throws(ClientError) in
            state.consent(consent)?.destructions.count ?? 0
        }
        try reporter.demand(
            destroyed == proxyCount, "\(destroyed) of \(proxyCount) proxies logged a destruction")
    }

    /// Asks each proxy by itself: those below the threshold count too.
    private func everyProxyRefuses(
        _ request: Doctor.Request, _ capsule: Capsule, because status: ConsentStatus, _ cast: Cast
    ) async throws -> [ProxyError] {
        var refusals: [ProxyError] = []
        for proxy in cast.proxies {
            refusals.append(
                try await reporter.refusal(
                    "proxy \(proxy.identity) transformed",
                    { (error: ProxyError) in error == .notPermitted(request.consent, status.rawValue) }
                ) { try await proxy.transform(request: request.receipt, capsule: capsule.simple.bytes) })
        }
        return refusals
    }

    // MARK: P8

    /// What patient and doctor keep from before the erasure.
    private struct Kept {
        let sealedShares: [[UInt8]]
        let folderKeys: FolderKeys
        /// The patient's own request for the record, logged and never answered.
        let ownRequest: Receipt
        /// Doctor A's, under a consent that was never taken back.
        let request: Doctor.Request
    }

    func erase(_ access: InterceptedAccess, _ owned: FolderID, _ cast: Cast) async throws {
        let kept = try await reporter.step(
            "grant-again", "The patient grants doctor A anew; both log a request and keep all they have"
        ) {
            let kept = try await keepEverything(access, owned, cast)
            return ("consent \(kept.request.consent), request \(kept.request.id)", kept)
        }
        try await reporter.step(
            "erase", "The patient erases the folder; its shares and fragments are destroyed", attacking: ["P8"]
        ) {
            let silent = try await cast.patient.erase(owned)
            try reporter.demand(silent.isEmpty, "not destroyed: \(silent)")
            try await demandDestructions(of: kept.request.consent, cast)
            try reporter.demand(
                try await cast.node.keyServiceSharesAtRest().isEmpty, "the key service still has a share")
            for share in kept.sealedShares {
                try reporter.demand(try !cast.node.keyServiceFilesHold(share), "the share is still in the file")
            }
            return "the ciphertext stays in the vault; the sealed share stands nowhere in the key service's files"
        }
        try await reporter.step(
            "unreadable", "Doctor A and the patient try again with all that they kept", attacking: ["P8"]
        ) {
            let doctors = try await erasedForDoctor(kept, access, cast)
            let patients = try await erasedForPatient(kept, access, owned, cast)
            return "doctor: \(doctors)\npatient: \(patients)"
        }
    }

    private func keepEverything(_ access: InterceptedAccess, _ owned: FolderID, _ cast: Cast) async throws -> Kept {
        guard let keys = await cast.patientProfile.profile.folder(owned)?.keys else {
            throw DemoReporter.Broken(description: "the patient's profile has no keys of the folder")
        }
        let shares = try await cast.node.sealedSharesAtRest()
        try reporter.demand(!shares.isEmpty, "the key service has no share to destroy")
        for share in shares {
            try reporter.demand(try cast.node.keyServiceFilesHold(share), "the search does not find a share")
        }
        let consent = try await grant(owned, to: cast.doctorA, cast)
        return Kept(
            sealedShares: shares, folderKeys: keys,
            ownRequest: try await requestAsPatient(access.request.record, owned, keys, cast),
            request: try await cast.doctorA.agent.request(access.request.record, under: consent))
    }

    /// The patient's request with keys that the profile may no longer have.
    private func requestAsPatient(
        _ record: RecordID, _ owned: FolderID, _ keys: FolderKeys, _ cast: Cast
    ) async throws -> Receipt {
        let session = cast.reader.session
        let signer = TransactionSigner(
            id: owned.signer, key: try ProfileKeys.signingKey(keys.signingKey), origin: session.origin)
        var generator = SystemRandomNumberGenerator()
        let id = TransactionID.random(using: &generator)
        let request = AccessRequested(
            authority: .folder(owned), record: record, purpose: .patientRequested,
            answerKey: try AnswerKey(from: keys.share, for: id).publicKey)
        return try await session.submit(try signer.signed(.accessRequested(request), id: id))
    }

    private func erasedForDoctor(_ kept: Kept, _ access: InterceptedAccess, _ cast: Cast) async throws -> String {
        let refusals = try await everyProxyRefuses(kept.request, access.capsule, because: .erased, cast)
        let anew = try await reporter.refusal(
            "a request was sequenced after the erasure", Self.isRefused(.folderErased)
        ) { try await cast.doctorA.agent.request(kept.request.record, under: kept.request.consent) }
        return "each of \(refusals.count) proxies: \(refusals[0]); anew: \(anew)"
    }

    private func erasedForPatient(
        _ kept: Kept, _ access: InterceptedAccess, _ owned: FolderID, _ cast: Cast
    ) async throws -> String {
        try reporter.demand(
            try !access.opens(with: try SecretKey(kept.folderKeys.share)), "the patient's share alone opened the record"
        )
        let service = try cast.reader.services.keyService(cast.node.keyServiceID)
        let refusal = try await reporter.refusal(
            "the key service answered the patient after the erasure",
            { (error: KeyServiceError) in error == .erased(owned) }
        ) { try await service.decapsulate(request: kept.ownRequest, capsule: access.capsule.simple.bytes) }
        _ = try await reporter.refusal(
            "the patient's request was sequenced after the erasure", Self.isRefused(.folderErased)
        ) { try await requestAsPatient(access.request.record, owned, kept.folderKeys, cast) }
        return "\(refusal), for the request of before; anew: not sequenced; the kept share alone: no"
    }
}
