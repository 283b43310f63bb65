import LedgerReplica
import ServiceProtocols
import SharingContracts

/// What a patient signs is in the profile before it is submitted, and leaves it when its receipt is here. An answer that was
/// lost is asked for again with the same bytes, never replaced by another transaction that says the same.
extension Patient {
    /// Submits what was signed and whose receipt never came, as far as it is this session's to carry. What the ledger refuses for
    /// good is dropped.
    package func submitPending() async throws(ClientError) {
        for bytes in await profile.profile.outbox {
            let signed: SignedTransaction
            do { signed = try SignedTransaction(serialized: bytes) } catch { throw ClientError(error) }
            if let folder, !signed.signatures.contains(where: { $0.signer == folder.signer }) { continue }
            do { try await settle(signed) } catch {
                guard case .ledger(.refused) = error else { throw error }
            }
        }
    }

    @discardableResult
    func submit(_ signed: SignedTransaction) async throws(ClientError) -> Receipt {
        do { try await profile.update { $0.outbox.append(signed.serialized) } } catch { throw ClientError(error) }
        return try await settle(signed)
    }

    /// Signs with the folder's key and submits.
    @discardableResult
    func submit(
        _ body: TransactionBody, id: TransactionID? = nil, by signer: TransactionSigner
    ) async throws(ClientError) -> Receipt {
        let signed: SignedTransaction
        do { signed = try signer.signed(body, id: id) } catch { throw ClientError(error) }
        return try await submit(signed)
    }

    @discardableResult
    private func settle(_ signed: SignedTransaction) async throws(ClientError) -> Receipt {
        do throws(ClientError) {
            let receipt = try await session.submit(signed)
            try await drop(signed)
            return receipt
        } catch {
            // Refused means that it is not on the ledger, whatever became of earlier tries.
            if case .ledger(.refused) = error {
                try await forgetHalves(of: signed)
                try await drop(signed)
            }
            throw error
        }
    }

    private func drop(_ signed: SignedTransaction) async throws(ClientError) {
        let bytes = signed.serialized
        do { try await profile.update { $0.outbox.removeAll { $0 == bytes } } } catch { throw ClientError(error) }
    }

    /// Halves of keys that were not issued, because another device of this patient had issued them, fit nothing.
    private func forgetHalves(of signed: SignedTransaction) async throws(ClientError) {
        guard case .keysIssued(let issued) = signed.body else { return }
        do { try await profile.update { $0.deliveries.removeAll { $0.consent == issued.consent } } } catch {
            throw ClientError(error)
        }
    }

    /// Lets the keys go of folders that the ledger, as far as it is followed, says are erased: another device of this patient
    /// erased them. Asks nobody.
    package func forgetErasedFolders() async throws(ClientError) {
        let open = await profile.profile.folders.filter { !$0.isErased }.map(\.id)
        let erased = try await session.readReached { (state) throws(ClientError) in
            open.filter { state.folder($0)?.isErased == true }
        }
        guard !erased.isEmpty else { return }
        let now = session.clock.now()
        do {
            try await profile.update { (profile) throws(ProfileError) in
                for folder in erased { try profile.eraseFolder(folder, at: now) }
            }
        } catch { throw ClientError(error) }
    }
}
