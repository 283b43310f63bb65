import Crypto
import LedgerReplica
import Logging
package import Octets
package import ServiceProtocols
package import SharingContracts
import Umbral

extension KeyService {
    package func issueHalves(
        for consent: ConsentID, request: SecretOctets, authorization: [UInt8]
    ) async throws(KeyServiceError) -> IssuedHalves {
        let parsed: IssuanceRequest
        do { parsed = try IssuanceRequest(serialized: request) } catch { throw .malformed("\(error)") }
        let now = try await follow()
        let identity = identity
        let terms = try await read { (state) throws(KeyServiceError) in
            try IssuanceTerms(of: consent, for: identity, in: state, at: now)
        }
        try authorize(consent, request, authorization, by: terms.folderKey)
        guard parsed.threshold == terms.threshold, parsed.fragments.count == terms.proxies.count else {
            throw .notPermitted(
                "the consent says \(terms.threshold) of \(terms.proxies.count) proxies, the request "
                    + "\(parsed.threshold) of \(parsed.fragments.count)")
        }

        do {
            let digest = try FixedOctets<32>(Array(unsafe request.withUnsafeBytes { unsafe SHA256.hash(data: $0) }))
            if let kept = try await issuances.issuance(for: consent), kept.requestDigest == digest {
                return kept.answer
            }
            guard let share = try await shares.share(of: terms.folder) else {
                throw KeyServiceError.erased(terms.folder)
            }
            let made = try ServiceIssuance(share: share, request: parsed, consent: consent.octets)
            var sealed: [[UInt8]] = []
            for (half, proxy) in zip(made.halves, terms.proxies) {
                sealed.append(
                    try half.sealed(to: proxy.sealingKey, proxy: proxy.identity.octets, consent: consent.octets)
                        .serialized)
            }
            let issuance = IssuanceStore.Issuance(
                requestDigest: digest, precursor: parsed.precursor.compressed, fragments: parsed.fragments.map(\.id),
                answer: IssuedHalves(response: made.response.serialized, sealedHalves: sealed))
            try await issuances.replace(issuance, for: consent)
            logger.info("halves issued", metadata: ["consent": "\(consent)"])
            return issuance.answer
        } catch let error as IssuanceError { throw .invalidProof("\(error)") } catch { throw Self.storage(error) }
    }

    private func authorize(
        _ consent: ConsentID, _ request: SecretOctets, _ authorization: [UInt8], by key: SigningKey
    ) throws(KeyServiceError) {
        do {
            let message = try IssuanceAuthorization.message(
                origin: context.trust.originName, consent: consent, request: request)
            guard key.isValidSignature(try FixedOctets(authorization), for: SHA256.hash(data: message)) else {
                throw KeyServiceError.invalidProof("the folder did not sign this issuance request")
            }
        } catch let error as KeyServiceError { throw error } catch { throw .malformed("authorization: \(error)") }
    }

    package func decapsulate(
        request: Receipt, capsules: [[UInt8]]
    ) async throws(KeyServiceError) -> Transformation {
        let proved: VerifiedReceipt
        do { proved = try context.trust.verify(request) } catch { throw .malformed("receipt: \(error)") }
        guard case .accessRequested(let access) = proved.entry.transaction.body,
            case .folder(let folder) = access.authority
        else { throw .notPermitted("the receipt is not of a request by a folder's owner") }
        let id = proved.entry.transaction.id
        guard capsules.count == access.records.count else {
            throw .malformed("\(capsules.count) capsules, and the request is for \(access.records.count) records")
        }
        let remembered: ReleaseJournal.Remembered
        do { remembered = try await context.journal.remember(request, of: id) } catch { throw Self.storage(error) }
        _ = try await follow(keepingHead: false)
        let digests = capsules.map { LedgerDigest.capsule($0) }
        let identity = identity
        try await read { (state) throws(KeyServiceError) in
            guard let opened = state.folder(folder), state.request(id) != nil else { throw .unknownFolder(folder) }
            guard opened.keyService == identity else { throw .notOurs(folder) }
            guard !opened.isErased else { throw .erased(folder) }
            for (record, digest) in zip(access.records, digests) {
                guard state.record(record)?.capsuleDigest == digest else {
                    throw .notPermitted("the capsule is not that of record \(record)")
                }
            }
        }
        do {
            guard let share = try await shares.share(of: folder) else { throw KeyServiceError.erased(folder) }
            let answer = try await context.answer(remembered, to: access, with: folder.octets) {
                try await WorkOverCores.map(capsules) { bytes in
                    let capsule: Capsule
                    do { capsule = try Capsule(simple: bytes) } catch {
                        throw KeyServiceError.malformed("capsule: \(error)")
                    }
                    return try PartialDecapsulation(of: capsule, with: share).serialized
                }
            }
            logger.info(
                "decapsulated in part",
                metadata: ["request": "\(id)", "folder": "\(folder)", "records": "\(capsules.count)"])
            return answer
        } catch { throw Self.storage(error) }
    }
}
