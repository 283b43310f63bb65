internal import Octets
internal import ServiceProtocols
internal import SharingContracts
internal import TransparencyLog

/// That a witness may cosign a checkpoint after what it cosigned last: the rule of C2SP tlog-witness, without the leaves.
///
/// Pure: what is read from the disk and the clock is handed in. The steps of a witness are
///
///     decide (this) → judge the leaves → store, if what was cosigned last is still stored → answer
///
/// and nothing may be answered that is not stored. ``WitnessNode`` takes these steps; the tests explore them exhaustively,
/// with every order of messages and a crash between any two.
struct CosigningDecision: Hashable, Sendable {
    /// What was cosigned last, as known when this was decided; nil for nothing.
    let last: CosignedTree?
    /// What may be cosigned.
    let offered: Checkpoint

    /// Decides, in the order of the protocol's statuses.
    ///
    /// - Parameters:
    ///   - old: The size that the sender believes was cosigned last.
    ///   - path: The consistency proof from there to `offered`.
    ///   - now: By the witness's clock.
    /// - Throws: ``WitnessRefusal/conflict(size:)``, ``WitnessRefusal/unavailable(_:)`` for a clock that was set back,
    ///   ``WitnessRefusal/inconsistent(_:)``.
    init(
        _ offered: Checkpoint, old: UInt64, path: [MerkleHash], after last: CosignedTree?, at now: Timestamp
    ) throws(WitnessRefusal) {
        let size = last?.checkpoint.size ?? 0
        guard old == size else { throw .conflict(size: size) }
        try Self.demandClock(now, after: last)
        do {
            try ConsistencyProof(oldSize: old, newSize: offered.size, path: path)
                .verify(oldRoot: last?.checkpoint.root ?? MerkleTree.emptyRoot, newRoot: offered.root)
        } catch { throw .inconsistent("\(error)") }
        self.last = last
        self.offered = offered
    }

    /// A clock that is before the last cosignature by more than clocks may differ cannot judge times.
    static func demandClock(_ now: Timestamp, after last: CosignedTree?) throws(WitnessRefusal) {
        guard now.milliseconds / 1_000 + WitnessNode.maximumSkewMilliseconds / 1_000 >= last?.time ?? 0 else {
            throw .unavailable("the witness's clock is before the moment at which it cosigned last")
        }
    }

    /// Demands, inside the transaction that stores the new cosignature, that the stored one is still that on which this was
    /// decided.
    ///
    /// - Parameter stored: The signed note that is stored as cosigned last; nil for none.
    /// - Throws: ``LedgerError/inconsistent(_:)``.
    func demandUnchanged(_ stored: [UInt8]?) throws(LedgerError) {
        guard stored == last?.note.encoded else { throw .inconsistent("something else was cosigned meanwhile") }
    }
}
