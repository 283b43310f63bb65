package import LedgerReplica
package import ServiceProtocols
package import SharingContracts
internal import TransparencyLog

/// Somebody's own trail, and how it is read.
package struct TrailReading: Sendable {
    package let signer: SignerID
    package let trails: any LedgerTrails
    /// Where it is kept between two lives; nil for nowhere.
    package let kept: KeptTrail?

    package init(of signer: SignerID, in trails: any LedgerTrails, keeping kept: KeptTrail? = nil) {
        self.signer = signer
        self.trails = trails
        self.kept = kept
    }
}

/// What the ledger's leaves mean that concern one signer, read without the others: its own trail, what consents let it read, and who the
/// others in it are.
///
/// - Proved: each leaf, by its inclusion in a checkpoint of the witness quorum, who found it within the rules; that each checkpoint extends
///   the newest one seen before, also in an earlier life; and that a leaf concerns the signer, by what the leaves before it tie together.
/// - Not proved: that no leaf was left out. That is the ledger's word, as of ``checkpoint``; whoever needs to be sure executes the ledger.
package actor TrailReplica {
    /// What others do is asked for anew after this long, and whenever the own trail has grown.
    private static let othersMilliseconds: UInt64 = 10_000

    package nonisolated let reading: TrailReading
    let trust: TrustAnchor
    let ledger: any Ledger
    let directory: any LedgerDirectory
    let clock: any Clock
    private let heads: any ReplicaHeadStore
    var content = TrailContent()
    private var kept = TrailContent()
    /// What the content means.
    private(set) var state: WorldState
    /// The greatest index among the leaves.
    private var newest: UInt64?
    /// Whether leaves were taken in out of order, so that lists may not be in the ledger's.
    private var isOutOfOrder = false
    private var head: FinalCheckpoint?
    private var isOpen = false
    /// When others were asked about, and how far the own trail was read then.
    private var askedOthers: (at: Timestamp, leaves: Int)?
    private var running: Task<Void, any Error>?
    private var isAdvancing = false

    /// - Parameters:
    ///   - ledger: Asked for proofs between checkpoints; none of its leaves.
    ///   - heads: Keeps the newest checkpoint seen.
    package init(
        _ reading: TrailReading, trust: TrustAnchor, ledger: any Ledger, directory: any LedgerDirectory,
        heads: any ReplicaHeadStore, clock: any Clock
    ) {
        self.reading = reading
        self.trust = trust
        self.ledger = ledger
        self.directory = directory
        self.heads = heads
        self.clock = clock
        state = WorldState(origin: trust.originName)
    }

    nonisolated var signer: SignerID { reading.signer }

    /// The newest final checkpoint reached, below which the ledger says that the own trail has no other leaf; nil before the first.
    package var checkpoint: FinalCheckpoint? { head }

    /// Reads what is new. One call after the other: each sees everything that was final when it was made.
    ///
    /// - Throws: ``ClientError/directory(_:)`` for an answer that does not count, ``ClientError/replica(_:)`` with `rolledBack` for a ledger
    ///   that went back, or with `storage`. What was verified before is kept, and the next call goes on from there.
    /// - Complexity: linear in the number of new leaves; a question for the trail, one for what is granted, and one for each other whose
    ///   state matters.
    package func catchUp() async throws(ClientError) {
        let task = Task { [previous = running] in
            _ = await previous?.result
            try await self.advance()
        }
        running = task
        do { try await task.value } catch { throw ClientError(error) }
    }

    /// Reads the state reached, without suspension within `body`.
    package func read<Value: Sendable>(
        _ body: (WorldState) throws(ClientError) -> Value
    ) async throws(ClientError) -> Value {
        while isAdvancing, let running { _ = await running.result }
        return try body(state)
    }

    /// Keeps what was read, for the next life.
    package func settle() {
        guard let file = reading.kept, isOpen, content != kept else { return }
        file.save(content)
        kept = content
    }

    // MARK: Advancing

    private func advance() async throws(ClientError) {
        isAdvancing = true
        defer { isAdvancing = false }
        try await open()
        do throws(ClientError) {
            try await readOwn()
            let now = clock.now()
            let isDue =
                askedOthers.map {
                    now.milliseconds(since: $0.at) >= Self.othersMilliseconds || $0.leaves != content.leaves.count
                }
            if isDue ?? true {
                try await readOthers()
                askedOthers = (now, content.leaves.count)
            }
        } catch {
            try putInOrder()
            throw error
        }
        try putInOrder()
        if let head { do { try await heads.saveHead(head.note) } catch { throw .replica(.storage("\(error)")) } }
    }

    private func open() async throws(ClientError) {
        guard !isOpen else { return }
        do {
            if let note = try await heads.loadHead() { head = try trust.verify(checkpoint: note) }
        } catch let error as TransparencyLogError { throw .replica(.checkpoint(error)) } catch {
            throw .replica(.storage("\(error)"))
        }
        if let found = reading.kept?.load(), let meaning = try? found.state(origin: trust.originName) {
            (content, kept, state) = (found, found, meaning)
            newest = found.leaves.keys.max()
        }
        isOpen = true
    }

    private func readOwn() async throws(ClientError) {
        var more = true
        while more {
            let position = content.ownPosition
            let page: TrailPage?
            do {
                page = try await reading.trails.trail(
                    of: signer, from: position == 0 ? nil : TrailCursor(position: position))
            } catch { throw .directory(.ledger(error)) }
            guard let page else { throw .directory(.unknown(signer)) }
            let asOf = try await accept(page.checkpoint, covering: position)
            var end = position
            for receipt in page.receipts {
                let proved = try verified(receipt, below: asOf)
                guard proved.index >= end else { throw .directory(.outOfOrder(leaf: proved.index)) }
                guard state.subjects(of: proved.entry.transaction).parties.contains(signer) else {
                    throw .directory(
                        .otherSubject(signer, leaf: proved.index, says: proved.entry.transaction.body.name))
                }
                take(proved)
                end = proved.index + 1
            }
            let next = page.next?.position ?? asOf.checkpoint.size
            guard next >= end, next <= asOf.checkpoint.size, page.next == nil || next > position,
                content.leaves.count <= TrailContent.maximumLeaves
            else { throw .directory(.outOfOrder(leaf: end)) }
            content.ownPosition = next
            more = page.next != nil
        }
    }

    /// Takes a checkpoint for the newest one, if it is: final, of now, and an extension of the one before it.
    func accept(_ note: [UInt8], covering position: UInt64 = 0) async throws(ClientError) -> FinalCheckpoint {
        let offered: FinalCheckpoint
        do {
            offered = try trust.fresh(note, at: clock, LedgerSession.maximumLookUpAgeMilliseconds)
        } catch { throw .directory(error) }
        let known = head?.checkpoint
        let knownSize = max(known?.size ?? 0, position)
        let rolledBack = ClientError.replica(.rolledBack(known: knownSize, offered: offered.checkpoint.size))
        guard offered.checkpoint.size >= knownSize else { throw rolledBack }
        if let known, known != offered.checkpoint {
            do throws(PrefixClaim.Refutation) {
                try await PrefixClaim(size: known.size, root: known.root).demandProof(
                    in: offered.checkpoint, by: ledger)
            } catch {
                if case .ledger(let failure) = error { throw .directory(.ledger(failure)) }
                throw rolledBack
            }
        }
        head = offered
        return offered
    }

    /// Verifies a leaf's proof.
    func verified(_ receipt: Receipt, below asOf: FinalCheckpoint) throws(ClientError) -> VerifiedReceipt {
        let proved: VerifiedReceipt
        do { proved = try trust.verify(receipt) } catch { throw .directory(.receipt(error)) }
        guard proved.index < asOf.checkpoint.size else {
            throw .directory(.notCovered(leaf: proved.index, size: asOf.checkpoint.size))
        }
        return proved
    }

    /// Takes in a leaf that is proved.
    func take(_ proved: VerifiedReceipt) {
        guard content.add(proved) else { return }
        state.take(proven: proved.entry, at: proved.index)
        if let newest, proved.index < newest { isOutOfOrder = true }
        newest = max(newest ?? 0, proved.index)
    }

    private func putInOrder() throws(ClientError) {
        guard isOutOfOrder else { return }
        do { state = try content.state(origin: trust.originName) } catch { throw .contract(error) }
        isOutOfOrder = false
    }
}
