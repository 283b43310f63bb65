package import LedgerReplica
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

extension TrustAnchor {
    /// Verifies what a ledger answered about a signer, offline.
    ///
    /// - Throws: ``DirectoryError``.
    /// - Complexity: three notes with their cosignatures, two paths.
    package func verify(_ entry: DirectoryEntry, of id: SignerID) throws(DirectoryError) -> ProvenSigner {
        let asOf: FinalCheckpoint
        do { asOf = try verify(checkpoint: entry.checkpoint) } catch { throw .checkpoint(error) }
        let began = try proved(entry.began, asOf)
        let standing = try standing(of: id, from: began)
        var ended: VerifiedReceipt?
        if let receipt = entry.ended {
            let end = try proved(receipt, asOf)
            try demandEnd(of: id, standing, began, by: end)
            ended = end
        }
        return ProvenSigner(id: id, standing: standing, began: began, ended: ended, asOf: asOf)
    }

    /// Asks for a signer and verifies the answer, and that its checkpoint is of now.
    func lookUp(
        _ id: SignerID, in directory: any LedgerDirectory, at clock: any Clock, _ maximumAgeMilliseconds: UInt64
    ) async throws(DirectoryError) -> ProvenSigner {
        let answer: DirectoryEntry?
        do { answer = try await directory.entry(of: id) } catch { throw .ledger(error) }
        guard let answer else { throw .unknown(id) }
        let proven = try verify(answer, of: id)
        try Self.demandFresh(proven.asOf, at: clock, maximumAgeMilliseconds)
        return proven
    }

    /// Verifies a checkpoint that speaks for now.
    func fresh(
        _ note: [UInt8], at clock: any Clock, _ maximumAgeMilliseconds: UInt64
    ) throws(DirectoryError) -> FinalCheckpoint {
        let checkpoint: FinalCheckpoint
        do { checkpoint = try verify(checkpoint: note) } catch { throw .checkpoint(error) }
        try Self.demandFresh(checkpoint, at: clock, maximumAgeMilliseconds)
        return checkpoint
    }

    private static func demandFresh(
        _ checkpoint: FinalCheckpoint, at clock: any Clock, _ maximumAgeMilliseconds: UInt64
    ) throws(DirectoryError) {
        let now = clock.now()
        let age = now.milliseconds(since: checkpoint.cosignedAt)
        guard age <= maximumAgeMilliseconds else { throw .stale(ageMilliseconds: age) }
        let ahead = checkpoint.cosignedAt.milliseconds(since: now)
        guard ahead <= HolderContext.maximumClockSkewMilliseconds else { throw .ahead(milliseconds: ahead) }
    }

    private func proved(_ receipt: Receipt, _ asOf: FinalCheckpoint) throws(DirectoryError) -> VerifiedReceipt {
        let proved: VerifiedReceipt
        do { proved = try verify(receipt) } catch { throw .receipt(error) }
        // Two final checkpoints are of one tree: a quorum cosigns nothing else.
        guard proved.index < asOf.checkpoint.size else {
            throw .notCovered(leaf: proved.index, size: asOf.checkpoint.size)
        }
        return proved
    }

    private func standing(
        of id: SignerID, from proved: VerifiedReceipt
    ) throws(DirectoryError) -> ProvenSigner.Standing {
        let body = proved.entry.transaction.body
        switch body {
        case .identityEnrolled(let body) where body.identity.signer == id: return .identity(body)
        case .folderOpened(let body) where body.folder.signer == id: return .folder(body)
        case .ledgerFounded(let founding):
            guard founding.witnessPolicy.utf8.elementsEqual(policyText.utf8) else { throw .foreignPolicy }
            guard let member = founding.members.first(where: { $0.id.signer == id }) else { break }
            return .member(member)
        default: break
        }
        throw .otherSubject(id, leaf: proved.index, says: body.name)
    }

    private func demandEnd(
        of id: SignerID, _ standing: ProvenSigner.Standing, _ began: VerifiedReceipt, by end: VerifiedReceipt
    ) throws(DirectoryError) {
        let isItsEnd =
            switch (standing, end.entry.transaction.body) {
            case (.identity, .identityRetired(let body)): body.identity.signer == id
            case (.folder, .folderErased(let body)): body.folder.signer == id
            default: false
            }
        guard isItsEnd else {
            throw .otherSubject(id, leaf: end.index, says: end.entry.transaction.body.name)
        }
        guard began.index < end.index else { throw .impossibleEnd(leaf: end.index) }
    }
}
