internal import LedgerReplica
package import ServiceProtocols
package import SharingContracts

extension LedgerSession {
    /// The checkpoint of an answer may be this old: what an idle ledger whose witnesses are slow still keeps.
    package static let maximumLookUpAgeMilliseconds: UInt64 = 60_000

    /// Asks a ledger for a signer and verifies the answer against this session's trust anchor, without executing the ledger.
    ///
    /// What it proves, and what it does not, ``ProvenSigner`` says.
    ///
    /// - Parameters:
    ///   - directory: The ledger's own, or a mirror's: nothing of it is believed.
    ///   - maximumAgeMilliseconds: How old the checkpoint may be, as of which the ledger says that nothing ended the signer.
    /// - Throws: ``DirectoryError``.
    package func lookUp(
        _ id: SignerID, in directory: any LedgerDirectory,
        maximumAgeMilliseconds: UInt64 = LedgerSession.maximumLookUpAgeMilliseconds
    ) async throws(DirectoryError) -> ProvenSigner {
        try await trust.lookUp(id, in: directory, at: clock, maximumAgeMilliseconds)
    }

    // MARK: Keys of others

    /// What a member vouched for when it enrolled an identity that still acts in this role: with proof where this session has a
    /// directory, else by executing the ledger.
    ///
    /// A proof does not say that nothing has ended the identity since. It need not: whatever is done with its keys takes a transaction
    /// that names it, which the witnesses do not let pass for one that is retired.
    ///
    /// - Throws: ``ClientError/directory(_:)`` with ``DirectoryError/unknown(_:)``, ``DirectoryError/ended(_:leaf:)``,
    ///   ``DirectoryError/otherStanding(_:wanted:found:)`` or what is wrong with the proof.
    package func activeIdentity(_ id: IdentityID, as role: Role) async throws(ClientError) -> IdentityEnrolled {
        let (standing, ended) = try await standing(of: id.signer)
        guard case .identity(let enrolment) = standing, enrolment.role == role else {
            throw .directory(.otherStanding(id.signer, wanted: role.rawValue, found: standing.name))
        }
        if let ended { throw .directory(.ended(id.signer, leaf: ended)) }
        return enrolment
    }

    /// What opened a folder that is not erased, found as ``activeIdentity(_:as:)`` is.
    package func openFolder(_ id: FolderID) async throws(ClientError) -> FolderOpened {
        let (standing, ended) = try await standing(of: id.signer)
        guard case .folder(let opening) = standing else {
            throw .directory(.otherStanding(id.signer, wanted: "folder", found: standing.name))
        }
        if let ended { throw .directory(.ended(id.signer, leaf: ended)) }
        return opening
    }

    /// What a signer is, and the leaf that ended it.
    private func standing(
        of id: SignerID
    ) async throws(ClientError) -> (standing: ProvenSigner.Standing, ended: UInt64?) {
        if let directory {
            let proven: ProvenSigner
            do { proven = try await lookUp(id, in: directory) } catch { throw .directory(error) }
            return (proven.standing, proven.ended?.index)
        }
        return try await read { (state) throws(ClientError) in
            if let identity = state.identity(IdentityID(id)) {
                return (.identity(identity.enrollment), identity.retired?.index)
            }
            if let folder = state.folder(FolderID(id)) { return (.folder(folder.opening), folder.erased?.index) }
            if let member = state.member(MemberID(id)) { return (.member(member), nil) }
            throw .directory(.unknown(id))
        }
    }
}
