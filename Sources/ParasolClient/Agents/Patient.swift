import Crypto
import Octets
import ServiceProtocols
package import SharingContracts
import Umbral

/// A patient's errands: folders, consents, keys, and looking at who looked.
///
/// Keys are in the profile, on disk and sealed, before anything that depends on them is on the ledger.
package actor Patient {
    package nonisolated let profile: ProfileStore
    let session: LedgerSession
    let services: ServiceDirectory
    let folder: FolderID?

    /// - Parameter folder: The one folder whose transactions go over this session, so that nobody who sees it learns which
    ///   folders are one patient's; nil for all of the profile's.
    package init(
        profile: ProfileStore, session: LedgerSession, services: ServiceDirectory, folder: FolderID? = nil
    ) {
        self.profile = profile
        self.session = session
        self.services = services
        self.folder = folder
    }

    // MARK: Folders

    /// Opens a folder: makes its keys and the patient's share, gets the key service's share, and logs both proofs.
    ///
    /// - Parameters:
    ///   - name: For the patient's own eyes; never leaves the profile.
    ///   - keyService: The key service that holds the other share.
    package func openFolder(named name: String, at keyService: IdentityID) async throws(ClientError) -> FolderID {
        do {
            var generator = SystemRandomNumberGenerator()
            let folder = FolderID.random(using: &generator)
            let share = DelegatingKeyShare.random(role: .patient)
            let proof = try ShareProof(of: share, folder: folder.octets)
            let signingKey = P256.Signing.PrivateKey()
            let verifyingSecret = SecretKey.random()
            let keys = try FolderKeys(
                signingKey: ProfileKeys.octets(of: signingKey), verifyingSecret: verifyingSecret.octets,
                share: share.octets)
            let opened = ProfileFolder(id: folder, name: name, createdAt: session.clock.now(), state: .open(keys))
            try await profile.update { $0.folders.append(opened) }

            let service = try services.keyService(keyService)
            let signer = TransactionSigner(id: folder.signer, key: signingKey, origin: session.origin)
            let offer = try await service.openShare(
                for: folder,
                keys: FolderOpeningKeys(
                    patientShare: share.publicKey.compressed.bytes, signingKey: signer.signingKey.compressed.bytes,
                    verifyingKey: verifyingSecret.publicKey.compressed.bytes), proof: proof.serialized)
            let serviceShare = try PublicKey(compressed: offer.point)
            let serviceProof = try ShareProof(serialized: offer.proof)
            let verified = try serviceProof.verified(share: serviceShare, role: .service, folder: folder.octets)
            let own = try proof.verified(share: share.publicKey, role: .patient, folder: folder.octets)
            let body = FolderOpened(
                folder: folder, keyService: keyService, signingKey: signer.signingKey,
                verifyingKey: verifyingSecret.publicKey,
                patientShare: ProvenShare(publicShare: share.publicKey, proof: proof),
                serviceShare: ProvenShare(publicShare: serviceShare, proof: serviceProof),
                delegatingKey: try VerifiedShare.delegatingKey(patient: own, service: verified))
            try await submitCountersigned(.folderOpened(body), by: signer, and: service)
            return folder
        } catch { throw ClientError(error) }
    }

    /// Erases a folder for ever: logs it, destroys the patient's share, and has the other holders destroy theirs.
    ///
    /// Where it is interrupted, the same call goes on.
    ///
    /// - Returns: The holders that have not said yet that they destroyed theirs; they do it when they next look.
    package func erase(_ folder: FolderID) async throws(ClientError) -> [ClientError.ProxyRefusal] {
        try await submitPending()
        let (found, consents, proxies) = try await session.read { (state) throws(ClientError) in
            guard let found = state.folder(folder) else { throw .unknown("folder \(folder)") }
            let consents = Set(state.consents(in: folder))
            return (found, consents, Set(consents.flatMap { state.consent($0)?.terms.proxies ?? [] }))
        }
        if !found.isErased {
            try await submit(.folderErased(FolderErased(folder: folder)), by: try await signer(of: folder))
        }
        let now = session.clock.now()
        do {
            try await profile.update { (profile) throws(ProfileError) in
                profile.deliveries.removeAll { consents.contains($0.consent) }
                try profile.eraseFolder(folder, at: now)
            }
        } catch { throw ClientError(error) }
        var silent: [ClientError.ProxyRefusal] = []
        do { _ = try await services.keyService(found.keyService).destroyErasedShares() } catch {
            silent.append(.init(proxy: found.keyService, reason: "\(error)"))
        }
        return silent + (await destroyEndedFragments(at: proxies))
    }

    // MARK: Consents

    /// Takes a consent back. From the first checkpoint that contains it no proxy transforms under it.
    ///
    /// Where it is interrupted, the same call goes on.
    ///
    /// - Returns: The proxies that have not said yet that they destroyed their fragments.
    package func revoke(_ consent: ConsentID) async throws(ClientError) -> [ClientError.ProxyRefusal] {
        try await submitPending()
        let found = try await session.read { (state) throws(ClientError) in
            guard let found = state.consent(consent) else { throw .unknown("consent \(consent)") }
            return found
        }
        if found.revoked == nil {
            try await submit(
                .consentRevoked(ConsentRevoked(consent: consent)), by: try await signer(of: found.terms.folder))
        }
        do { try await profile.update { $0.deliveries.removeAll { $0.consent == consent } } } catch {
            throw ClientError(error)
        }
        return await destroyEndedFragments(at: Set(found.terms.proxies))
    }

    /// Everybody who asked for access to the folder's records, and what came of it, oldest first.
    package func accesses(to folder: FolderID) async throws(ClientError) -> [AccessRequest] {
        try await session.read { (state) throws(ClientError) in
            guard state.folder(folder) != nil else { throw .unknown("folder \(folder)") }
            return state.requests(in: folder).compactMap { state.request($0) }
        }
    }

    private func destroyEndedFragments(at proxies: Set<IdentityID>) async -> [ClientError.ProxyRefusal] {
        var silent: [ClientError.ProxyRefusal] = []
        for proxy in proxies.sorted() {
            do { _ = try await services.proxy(proxy).destroyEndedFragments() } catch {
                silent.append(.init(proxy: proxy, reason: "\(error)"))
            }
        }
        return silent
    }

    // MARK: Keys

    /// The keys of an open folder.
    func keys(of folder: FolderID) async throws(ClientError) -> FolderKeys {
        guard let known = await profile.profile.folder(folder) else {
            throw .unknown("folder \(folder) in this profile")
        }
        guard let keys = known.keys else { throw .unknown("keys of folder \(folder): it is erased") }
        return keys
    }

    func signer(of folder: FolderID) async throws(ClientError) -> TransactionSigner {
        let keys = try await keys(of: folder)
        do {
            return TransactionSigner(
                id: folder.signer, key: try ProfileKeys.signingKey(keys.signingKey), origin: session.origin)
        } catch { throw ClientError(error) }
    }

    /// Submits a transaction that the folder and its key service must both sign.
    func submitCountersigned(
        _ body: TransactionBody, by signer: TransactionSigner, and service: any KeyIssuing
    ) async throws(ClientError) {
        let signed: SignedTransaction
        do {
            let transaction = try Transaction.random(body)
            let theirs = try TransactionSignature(
                signer: service.identity.signer, normalizing: try await service.countersign(transaction.serialized))
            signed = try SignedTransaction(transaction, signatures: [try signer.signature(on: transaction), theirs])
        } catch { throw ClientError(error) }
        try await submit(signed)
    }
}
