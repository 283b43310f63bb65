import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts

/// Which folder is meant, and errands on a connection as it.
extension OpenedProfile {
    /// Runs an errand as one of the patient's folders, or, before there is one, as nobody. Keys of folders that another device
    /// erased are let go.
    func asPatient<Value>(
        _ folder: FolderID?, _ errand: (PatientErrands) async throws -> Value
    ) async throws -> Value {
        try await connected(as: try await folderSigner(folder)) { session, services in
            let errands = PatientErrands(self, session, services, folder: folder)
            let result: Value
            do { result = try await errand(errands) } catch {
                try await errands.patient.forgetErasedFolders()
                throw error
            }
            try await errands.patient.forgetErasedFolders()
            return result
        }
    }

    /// Nil for no folder, and for one whose key is gone.
    func folderSigner(_ folder: FolderID?) async throws -> TransactionSigner? {
        guard let folder, let keys = await store.profile.folder(folder)?.keys else { return nil }
        return TransactionSigner(
            id: folder.signer, key: try ProfileKeys.signingKey(keys.signingKey), origin: network.trust.originName)
    }

    /// The folder that is meant by its name, its identifier or the first digits of that; without either the only open one.
    func folder(_ text: String?) async throws(PeopleError) -> FolderID {
        let folders = await store.profile.folders
        guard let text else {
            let open = folders.filter { !$0.isErased }
            guard let only = open.first else {
                throw .noService(what: "this profile has no open folder; parasol patient open-folder NAME opens one")
            }
            guard open.count == 1 else {
                throw .ambiguous(what: "folder", text: "*", matches: open.map { "\($0.id) \($0.name)" })
            }
            return only.id
        }
        let named = folders.filter { $0.name.utf8.elementsEqual(text.utf8) }
        if let one = named.first, named.count == 1 { return one.id }
        guard let short = ShortIdentifier(text) else { throw .unknown(what: "folder", text: text) }
        return try short.resolve("folder", among: folders.map(\.id))
    }

    /// Finds which open folder something is in, and goes on as that one.
    ///
    /// - Parameters:
    ///   - folder: Where to look; every open folder, each on a connection of its own, where it is nil.
    ///   - list: What a folder has on the ledger.
    func findInFolders<Kind, Value>(
        _ what: String, _ short: ShortIdentifier, folder: String?,
        list: @escaping @Sendable (WorldState, FolderID) -> [Identifier<Kind>],
        _ errand: (PatientErrands, FolderID, Identifier<Kind>) async throws -> Value
    ) async throws -> Value {
        let candidates =
            folder == nil
            ? await store.profile.folders.filter { !$0.isErased }.map(\.id) : [try await self.folder(folder)]
        for candidate in candidates {
            let found = try await asPatient(candidate) { errands -> Value? in
                let known = try await errands.session.read { (state) throws(ClientError) in list(state, candidate) }
                guard known.contains(where: { "\($0)".hasPrefix(short.digits) }) else { return nil }
                return try await errand(errands, candidate, try short.resolve(what, among: known))
            }
            if let found { return found }
        }
        throw PeopleError.unknown(what: what, text: short.digits)
    }

    /// Submits a folder's opening again whose receipt never came: as nobody, because the ledger may not know the folder yet.
    private func finishOpening(_ folder: FolderID) async throws {
        guard await store.profile.pendingOpenings.contains(folder) else { return }
        try await connected(as: nil) { session, services in
            try await PatientErrands(self, session, services, folder: folder).patient.submitPending()
        }
    }

    /// Goes on with everything that was interrupted, folder by folder.
    func resumePatient() async throws -> ResumeReport {
        var rows: [ResumeRow] = []
        for folder in await store.profile.folders where !folder.isErased {
            do {
                try await finishOpening(folder.id)
                rows.append(try await asPatient(folder.id) { try await $0.resume(folder.id) })
            } catch {
                rows.append(
                    ResumeRow(
                        folder: "\(folder.id)", issued: [], delivered: [], undelivered: [],
                        failures: [PeopleFailure(error).message]))
            }
        }
        return ResumeReport(folders: rows, pending: await store.profile.outbox.count)
    }
}
