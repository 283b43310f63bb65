internal import LedgerReplica
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// What is not in the own trail, and without which it says little: what a doctor's consents let it read, and who others are.
extension TrailReplica {
    /// Questions that wait for their answers at a time.
    private static let lookUpsAtOnce = 8

    func readOthers() async throws(ClientError) {
        if state.founding == nil { try await readFounding() }
        if state.identity(IdentityID(signer))?.role == .doctor { try await readGranted() }
        try await lookUp(state.others(of: signer, at: clock.now()).sorted())
    }

    /// The founding names the members, and whoever began in this trail is of one.
    private func readFounding() async throws(ClientError) {
        var member = state.identity(IdentityID(signer))?.member
        if member == nil, let keyService = state.folder(FolderID(signer))?.keyService {
            try await lookUp([keyService.signer])
            member = state.identity(keyService)?.member
        }
        if let member { try await lookUp([member.signer]) }
    }

    private func readGranted() async throws(ClientError) {
        let start = content.grantedPosition
        var cursor: TrailCursor?
        var end: UInt64?
        repeat {
            let page: TrailPage?
            do { page = try await reading.trails.granted(to: signer, from: start, at: cursor) } catch {
                throw .directory(.ledger(error))
            }
            guard let page else { throw .directory(.unknown(signer)) }
            let asOf = try await accept(page.checkpoint)
            end = end ?? asOf.checkpoint.size
            for receipt in page.receipts {
                let proved = try verified(receipt, below: asOf)
                guard isOfGrantedFolder(proved.entry.transaction.body) else {
                    throw .directory(
                        .otherSubject(signer, leaf: proved.index, says: proved.entry.transaction.body.name))
                }
                take(proved)
            }
            guard page.next == nil || !page.receipts.isEmpty, content.leaves.count <= TrailContent.maximumLeaves else {
                throw .directory(.outOfOrder(leaf: page.receipts.isEmpty ? start : asOf.checkpoint.size))
            }
            cursor = page.next
        } while cursor != nil
        content.grantedPosition = min(end ?? start, state.firstUnbegunGrant(to: signer, at: clock.now()) ?? .max)
    }

    private func isOfGrantedFolder(_ body: TransactionBody) -> Bool {
        let folder: FolderID
        switch body {
        case .folderOpened(let body): folder = body.folder
        case .folderErased(let body): folder = body.folder
        case .recordDeposited(let body): folder = body.folder
        default: return false
        }
        return state.consents(in: folder).contains { state.consent($0)?.terms.grantee.signer == signer }
    }

    /// Asks the directory for each, and takes in the leaves that it came and went by.
    private func lookUp(_ ids: [SignerID]) async throws(ClientError) {
        let (trust, directory, clock) = (trust, directory, clock)
        for first in stride(from: 0, to: ids.count, by: Self.lookUpsAtOnce) {
            let part = ids[first..<min(first + Self.lookUpsAtOnce, ids.count)]
            let found: [ProvenSigner]
            do {
                found = try await withThrowingTaskGroup(of: ProvenSigner.self) { group in
                    for id in part {
                        group.addTask {
                            try await trust.lookUp(
                                id, in: directory, at: clock, LedgerSession.maximumLookUpAgeMilliseconds)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            } catch { throw ClientError(error) }
            for signer in found {
                take(signer.began)
                if let ended = signer.ended { take(ended) }
            }
        }
    }
}

extension WorldState {
    /// Whom to ask for: those whom the leaves of a signer's trail name and who are not known here, and those whose end would change what
    /// becomes of a consent or a proposal.
    func others(of signer: SignerID, at now: Timestamp) -> Set<SignerID> {
        var asked: Set<SignerID> = []
        func mention(_ id: SignerID, endMatters: Bool = false) {
            guard id != signer else { return }
            if endMatters || signingKey(of: id) == nil { asked.insert(id) }
        }
        if let keyService = folder(FolderID(signer))?.keyService { mention(keyService.signer) }
        for consent in allConsents {
            let isLive = consent.revoked == nil && !consent.terms.hasEnded(at: now)
            mention(consent.terms.grantee.signer, endMatters: isLive)
            // An erasure comes with what is granted.
            mention(consent.terms.folder.signer)
            if isLive { for proxy in consent.terms.proxies { mention(proxy.signer) } }
        }
        for id in proposals(to: FolderID(signer)) + proposals(by: IdentityID(signer)) {
            guard let proposal = proposal(id) else { continue }
            let isOpen = !proposal.isAnswered && !proposal.hasLapsed(at: now)
            mention(proposal.asked.proposer.signer, endMatters: isOpen)
            mention(proposal.asked.folder.signer, endMatters: isOpen)
        }
        return asked
    }

    /// The leaf of the first consent to a grantee that may not have begun by the ledger's clock: what it lets be read has not been read.
    func firstUnbegunGrant(to grantee: SignerID, at now: Timestamp) -> UInt64? {
        let certain = Timestamp(
            milliseconds: now.milliseconds - min(now.milliseconds, HolderContext.maximumClockSkewMilliseconds))
        return allConsents.first { consent in
            consent.terms.grantee.signer == grantee && consent.revoked == nil && !consent.terms.hasEnded(at: now)
                && !consent.terms.hasBegun(at: certain)
        }?.granted.index
    }
}
