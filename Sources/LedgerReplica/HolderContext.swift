package import Octets
package import Persistence
package import ServiceProtocols
package import SharingContracts

/// What a key service and a proxy have in common: an identity that signs, a database, a ledger that it follows, and the
/// journal of what it released.
package struct HolderContext: Sendable {
    /// The newest final checkpoint may be this old when something is decided on it.
    ///
    /// Three times the ledger's refresh interval, so that an idle ledger whose witnesses are slow turns nobody away; short
    /// enough that a ledger which hides a revocation is found out within a minute.
    package static let maximumCheckpointAgeMilliseconds: UInt64 = 60_000
    /// How far a cosignature may be ahead of this machine's clock.
    package static let maximumClockSkewMilliseconds: UInt64 = 60_000

    package let identity: IdentityID
    package let signer: TransactionSigner
    package let trust: TrustAnchor
    package let ledger: any Ledger
    package let replica: LedgerReplica
    package let journal: ReleaseJournal
    package let store: Store
    package let clock: any Clock
    private let states: StateStore
    private let writes: GroupCommit

    /// - Parameters:
    ///   - store: One whose schema has ``migrations``.
    ///   - states: The world state of the ledger that is followed, this role's own.
    package init(
        identity: IdentityID, signer: TransactionSigner, trust: TrustAnchor, ledger: any Ledger, store: Store,
        states: StateStore, clock: any Clock
    ) {
        self.identity = identity
        self.signer = signer
        self.trust = trust
        self.ledger = ledger
        self.store = store
        self.clock = clock
        self.states = states
        writes = GroupCommit(store: store)
        replica = LedgerReplica(
            source: ledger, trust: trust, heads: StoreHeadStore(store: store, goingAlongWith: writes), states: states)
        journal = ReleaseJournal(writes: writes, trust: trust)
    }

    /// Closes the databases; what is asked later is refused.
    package func close() async {
        // So that the next start has nothing to execute again. What is not written, it executes.
        try? await replica.settle()
        try? await writes.settle()
        try? store.close()
        try? states.close()
    }

    package static let migrations = [StoreHeadStore.migration, ReleaseJournal.migration]

    /// Follows the ledger and demands that its newest final checkpoint is fresh.
    ///
    /// - Parameter keepsHead: Whether that checkpoint is durable when this returns. Else it is when the answer is that was decided by it
    ///   (``answer(_:to:with:parts:)``).
    /// - Returns: Now, for the purposes of a decision: the later of this machine's clock and the ledger's, so that neither
    ///   alone can keep an expired consent alive.
    package func follow(keepingHead keepsHead: Bool = true) async throws(FollowError) -> Timestamp {
        let head: FinalCheckpoint
        do { head = try await replica.catchUp() } catch { throw .replica(error) }
        if keepsHead { do { try await writes.settle() } catch { throw .replica(.storage("\(error)")) } }
        let now = clock.now()
        let age = now.milliseconds(since: head.cosignedAt)
        guard age <= Self.maximumCheckpointAgeMilliseconds else { throw .stale(ageMilliseconds: age) }
        let ahead = head.cosignedAt.milliseconds(since: now)
        guard ahead <= Self.maximumClockSkewMilliseconds else { throw .ahead(milliseconds: ahead) }
        let last: Timestamp?
        do { last = try await replica.read { $0.lastSequencedAt } } catch { throw .replica(error) }
        return max(now, last ?? now)
    }

    /// The answer to a remembered request: the kept one, or what `parts` makes, sealed to the requester, once it is logged.
    ///
    /// - Parameters:
    ///   - holding: The consent or folder whose fragment or share makes it.
    ///   - parts: Makes one part for each record, in the request's order.
    package func answer(
        _ remembered: ReleaseJournal.Remembered, to access: AccessRequested, with holding: FixedOctets<16>,
        parts: () async throws -> [[UInt8]]
    ) async throws -> Transformation {
        let request = remembered.request
        return try await journal.answer(remembered, by: identity, on: ledger) {
            let parts = try await parts()
            let sealed = try SealedAnswer(
                sealing: Array(parts.joined()), to: access.answerKey,
                in: AnswerContext(origin: trust.originName, request: request, transformer: identity))
            let transformed = Transformed(
                request: request, transformer: identity,
                fragmentDigest: LedgerDigest.answer(parts, by: identity, for: request))
            return ReleaseJournal.Draft(
                holding: holding, sealedAnswer: sealed, transformed: try signer.signed(.transformed(transformed)))
        }
    }

    /// Submits the reports of what was destroyed, each by itself: one that the ledger refuses keeps none of the others back.
    ///
    /// - Parameter settle: Called where the ledger has a report, this one or an earlier one that said the same.
    /// - Throws: the first failure, after all have been tried. What failed is tried again with the next call.
    package func report<Holding: Sendable>(
        _ destructions: [(Holding, signedTransaction: [UInt8])], settle: (Holding) async throws -> Void
    ) async throws {
        var failure: (any Error)?
        for (holding, signed) in destructions {
            do {
                do { _ = try await journal.logged(signed, on: ledger) } catch LedgerError.refused(let violation)
                    where violation.code == .alreadyDestroyed
                {}
                try await settle(holding)
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}

/// Why nothing can be decided on the ledger now.
package enum FollowError: Error, Hashable, Sendable {
    case replica(ReplicaError)
    /// The newest final checkpoint is too old: somebody may be hiding what came after it.
    case stale(ageMilliseconds: UInt64)
    /// The witnesses' clocks are ahead of this machine's by more than is tolerated.
    case ahead(milliseconds: UInt64)
}

extension FollowError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .replica(let error): "\(error)"
        case .stale(let age): "the newest final checkpoint is \(age) ms old"
        case .ahead(let milliseconds): "the witnesses' clocks are \(milliseconds) ms ahead of this machine's"
        }
    }
}
