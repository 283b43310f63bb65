import Octets
import ServiceProtocols
package import SharingContracts
import Umbral

extension Patient {
    /// What came of a grant.
    package struct Grant: Sendable {
        package let consent: ConsentID
        /// Proxies that could not be given their fragment yet; ``Patient/deliver(_:)`` tries again.
        package let undelivered: [ClientError.ProxyRefusal]
    }

    /// Consents, issues the keys together with the key service, and gives each proxy its fragment.
    ///
    /// Where it is interrupted after the consent is logged, ``issueKeys(for:)`` goes on.
    package func grant(_ terms: GrantTerms) async throws(ClientError) -> Grant {
        try await submitPending()
        var generator = SystemRandomNumberGenerator()
        let consent = ConsentID.random(using: &generator)
        let granted = ConsentGranted(
            consent: consent, folder: terms.folder, grantee: terms.grantee, scope: terms.scope,
            purpose: terms.purpose, notBefore: terms.notBefore, notAfter: terms.notAfter,
            maximumOpens: terms.maximumOpens, threshold: terms.threshold, proxies: terms.proxies,
            proposal: terms.proposal)
        // Before anything is signed: a key that is not proved is nobody's.
        let keys = try await GrantKeys(of: granted, session)
        try await submit(.consentGranted(granted), by: try await signer(of: terms.folder))
        try await issue(IssuanceFacts(granted, keys))
        return Grant(consent: consent, undelivered: try await deliver(consent))
    }

    /// Issues the keys of a consent that is on the ledger, unless they are issued, and delivers what is not delivered.
    package func issueKeys(for consent: ConsentID) async throws(ClientError) -> Grant {
        // Keys that were signed as issued and whose receipt was lost are not issued anew: their halves are the kept ones.
        try await submitPending()
        let facts = try await session.read { (state) throws(ClientError) in try IssuanceFacts(of: consent, in: state) }
        if !facts.areKeysIssued { try await issue(facts) }
        return Grant(consent: consent, undelivered: try await deliver(consent))
    }

    private func issue(_ facts: IssuanceFacts) async throws(ClientError) {
        let consent = facts.terms.consent
        let keys = try await keys(of: facts.terms.folder)
        let signer = try await signer(of: facts.terms.folder)
        let service = try services.keyService(facts.keys.keyService)
        do {
            let issuance = try PatientIssuance(
                share: try DelegatingKeyShare(keys.share, role: .patient), serviceShare: facts.keys.serviceShare,
                receivingKey: facts.keys.receivingKey, consent: consent.octets, threshold: facts.terms.threshold,
                shares: facts.keys.proxies.count)
            let request = issuance.request.serialized
            let answer = try await service.issueHalves(
                for: consent, request: request,
                authorization: try signer.signature(
                    onMessage: try IssuanceAuthorization.message(
                        origin: session.origin, consent: consent, request: request)))
            guard answer.sealedHalves.count == facts.keys.proxies.count else {
                throw ClientError.other("the key service answered \(answer.sealedHalves.count) halves")
            }
            // Throws, before anything is signed, where the key service's polynomial is not through its share.
            let halves = try issuance.complete(
                with: try IssuanceResponse(serialized: answer.response),
                signer: Signer(try SecretKey(keys.verifyingSecret)))
            var fragments: [FragmentCommitment] = []
            var deliveries: [PendingDelivery] = []
            for ((half, theirs), proxy) in zip(zip(halves, answer.sealedHalves), facts.keys.proxies) {
                fragments.append(
                    FragmentCommitment(
                        proxy: proxy.identity, fragment: half.id,
                        commitment: try PublicKey(compressed: half.commitment.bytes)))
                let sealed = try half.sealed(
                    to: proxy.sealingKey, proxy: proxy.identity.octets, consent: consent.octets)
                deliveries.append(
                    PendingDelivery(
                        proxy: proxy.identity,
                        delivery: FragmentDelivery(
                            consent: consent, patientHalf: sealed.serialized, serviceHalf: theirs)))
            }
            // Kept first: once the keys are logged as issued, these halves are the only ones there will ever be.
            let kept = deliveries
            try await profile.update { profile in
                profile.deliveries.removeAll { $0.consent == consent }
                profile.deliveries += kept
            }
            try await submitCountersigned(
                .keysIssued(
                    KeysIssued(consent: consent, precursor: issuance.request.precursor, fragments: fragments)),
                by: signer, and: service)
        } catch { throw ClientError(error) }
    }

    /// Gives proxies the fragments that they have not got yet.
    ///
    /// - Returns: Those that did not take theirs, and why; it stays in the profile.
    package func deliver(_ consent: ConsentID) async throws(ClientError) -> [ClientError.ProxyRefusal] {
        var refusals: [ClientError.ProxyRefusal] = []
        for pending in await profile.profile.deliveries(of: consent) {
            do {
                try await services.proxy(pending.proxy).install(pending.delivery)
            } catch {
                refusals.append(.init(proxy: pending.proxy, reason: "\(error)"))
                continue
            }
            do { try await profile.update { $0.settle(consent, proxy: pending.proxy) } } catch {
                throw ClientError(error)
            }
        }
        return refusals
    }
}
