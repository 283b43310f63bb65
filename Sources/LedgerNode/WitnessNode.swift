internal import Octets
internal import Persistence
package import ServiceProtocols
internal import SharingContracts
package import TransparencyLog

/// A witness: keeps its own copy of a ledger, re-executes every rule, and cosigns only consistent extensions of what it
/// cosigned before.
///
/// The comparison with what it cosigned last and its replacement are one database transaction, durable before the
/// cosignature leaves (C2SP tlog-witness). What it refuses although the log signed it is kept as evidence.
package actor WitnessNode: Witnessing {
    /// How far a leaf's time may be ahead of this witness's clock, and how far before the moment it cosigned last. A ledger
    /// that may stamp at will could let an expired consent live on, or a revocation come late.
    package static let maximumSkewMilliseconds: UInt64 = 60_000
    /// New leaves that one checkpoint may bring, in bytes; they are held in memory until they are judged.
    package static let maximumNewLeafBytes = 64 << 20
    /// The longest leaf.
    private static let maximumLeafBytes = 65_535

    private let signer: NoteSigner
    private let identity: WitnessIdentity
    private let source: any EntrySource
    private let clock: any Clock
    private let store: Store
    /// What is on the disk, in memory; nil where it must be read again.
    private var copy: WitnessCopy?
    private var isExamining = false

    /// Opens or creates a witness's database, and re-executes the leaves in it.
    ///
    /// - Parameters:
    ///   - signer: The witness's key, of the cosignature kind.
    ///   - log: The key of the log it watches; the origin is the key's name.
    ///   - source: Where it fetches leaves.
    /// - Throws: ``LedgerError/inconsistent(_:)`` for a copy that disagrees with what was cosigned,
    ///   ``LedgerError/storage(_:)``.
    package static func open(
        path: String, signer: NoteSigner, log: VerifierKey, source: any EntrySource, clock: any Clock
    ) async throws(LedgerError) -> WitnessNode {
        let identity = WitnessIdentity(log: log, witness: signer.verifierKey)
        guard identity.witness.algorithm == .cosignatureV1, log.algorithm == .ed25519 else {
            throw .inconsistent("a log's key and a witness's key are of different kinds")
        }
        do {
            let store = try Store(path: path, schema: .witness)
            do {
                let copy = try await WitnessCopy.load(store, identity: identity)
                return WitnessNode(
                    signer: signer, identity: identity, source: source, clock: clock, store: store, copy: copy)
            } catch {
                try? store.close()
                throw error
            }
        } catch let error as LedgerError {
            throw error
        } catch PersistenceError.corrupt(let path, let reason) {
            throw .inconsistent("\(path) is damaged: \(reason)")
        } catch PersistenceError.failed(let reason) {
            throw .inconsistent(reason)
        } catch {
            throw .storage("\(error)")
        }
    }

    private init(
        signer: NoteSigner, identity: WitnessIdentity, source: any EntrySource, clock: any Clock, store: Store,
        copy: WitnessCopy
    ) {
        self.signer = signer
        self.identity = identity
        self.source = source
        self.clock = clock
        self.store = store
        self.copy = copy
    }

    /// The key that its cosignatures verify under.
    package nonisolated var verifierKey: VerifierKey { signer.verifierKey }

    /// Closes the database; what is asked later is refused.
    package func close() { try? store.close() }

    /// What was refused although the log had signed it, oldest first.
    ///
    /// - Throws: ``LedgerError/storage(_:)``.
    package func evidence() async throws(LedgerError) -> [WitnessEvidence] {
        do { return try await store.read { try WitnessEvidence.all($0) } } catch { throw .storage("\(error)") }
    }

    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint bytes: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        let note: SignedNote
        let path: [MerkleHash]
        do {
            guard consistencyProof.count <= 63 else { throw WitnessRefusal.malformed("more than 63 proof hashes") }
            path = try consistencyProof.map { try MerkleHash($0) }
            note = try SignedNote(encoded: bytes)
        } catch { throw error as? WitnessRefusal ?? .malformed("\(error)") }
        let offered = try checkpoint(in: note)
        guard old <= offered.size else { throw .malformed("old size \(old) above the checkpoint's \(offered.size)") }

        // One at a time: what was cosigned last is compared and replaced with awaits in between.
        guard !isExamining else { throw .unavailable("another checkpoint is being examined") }
        isExamining = true
        defer { isExamining = false }
        let known = try await currentHead()
        guard old == known.frontier.size else { throw .conflict(size: known.frontier.size) }
        return try await extend(offered, note, path, from: known)
    }

    /// Whether the origin is known comes before whether its key signed.
    private func checkpoint(in note: SignedNote) throws(WitnessRefusal) -> Checkpoint {
        let claimed: Checkpoint
        do { claimed = try Checkpoint(text: note.text) } catch { throw .malformed("\(error)") }
        guard claimed.origin == identity.origin else { throw .unknownOrigin("\(claimed.origin)") }
        do { return try VerifiedCheckpoint(note, logs: [identity.log], witnesses: []).checkpoint } catch {
            throw .untrusted("\(error)")
        }
    }

    /// Of the copy in memory, which is read anew where the last examination left it half-way.
    private func currentHead() async throws(WitnessRefusal) -> WitnessHead {
        if let copy { return copy.head }
        do {
            let loaded = try await WitnessCopy.load(store, identity: identity)
            copy = loaded
            return loaded.head
        } catch {
            throw .unavailable("the witness's own copy cannot be read: \(error)")
        }
    }

    private func extend(
        _ offered: Checkpoint, _ note: SignedNote, _ path: [MerkleHash], from known: WitnessHead
    ) async throws(WitnessRefusal) -> [UInt8] {
        let now = clock.now()
        guard now.milliseconds / 1_000 + Self.maximumSkewMilliseconds / 1_000 >= known.cosignedAt else {
            throw .unavailable("the witness's clock is before the moment at which it cosigned last")
        }
        var evidence = Suspicion()
        do throws(WitnessRefusal) {
            // Hashes first: a source that serves something else costs no execution.
            let leaves = try await leaves(of: offered, path, beyond: known)
            // Taken out, so that the state is not copied to be changed.
            guard var working = copy else { throw WitnessRefusal.unavailable("the witness's own copy is being read") }
            copy = nil
            let times = known.permittedTimes(at: now, skew: Self.maximumSkewMilliseconds)
            for leaf in leaves {
                let index = working.frontier.size
                do { try working.apply(leaf, checking: times) } catch {
                    evidence = Suspicion(index: index, leaf: leaf)
                    throw WitnessRefusal.ruleBroken(index: index, "\(error)")
                }
            }
            let line = try await cosign(note, leaves, at: now.milliseconds / 1_000, &working)
            copy = working
            return line
        } catch {
            await keep(evidence, of: error, note, previous: known.cosigned)
            throw error
        }
    }

    /// The new leaves, known to be those of the offered tree.
    private func leaves(
        of offered: Checkpoint, _ path: [MerkleHash], beyond known: WitnessHead
    ) async throws(WitnessRefusal) -> [[UInt8]] {
        var frontier = known.frontier
        do {
            try ConsistencyProof(oldSize: frontier.size, newSize: offered.size, path: path)
                .verify(oldRoot: frontier.root, newRoot: offered.root)
        } catch { throw .inconsistent("\(error)") }
        var leaves: [[UInt8]] = []
        var bytes = 0
        while frontier.size < offered.size {
            let fetched: [[UInt8]]
            do { fetched = try await source.entries(from: frontier.size, to: offered.size) } catch {
                throw .unavailable("\(error)")
            }
            guard !fetched.isEmpty, UInt64(fetched.count) <= offered.size - frontier.size else {
                throw .unavailable("the log serves no leaves from \(frontier.size) on, or too many")
            }
            for leaf in fetched {
                bytes += leaf.count
                guard leaf.count <= Self.maximumLeafBytes, bytes <= Self.maximumNewLeafBytes else {
                    throw .unavailable("the log serves more bytes than the witness takes at once")
                }
                do { try frontier.append(MerkleTree.leafHash(of: leaf)) } catch { throw .malformed("\(error)") }
            }
            leaves += fetched
        }
        guard frontier.root == offered.root else {
            throw .inconsistent("the leaves served do not hash to the checkpoint's root")
        }
        return leaves
    }

    private func cosign(
        _ note: SignedNote, _ leaves: [[UInt8]], at seconds: UInt64, _ working: inout WitnessCopy
    ) async throws(WitnessRefusal) -> [UInt8] {
        let start = working.frontier.size - UInt64(leaves.count)
        let previous = working.head.cosigned?.encoded
        do {
            let signature = try signer.cosign(text: note.text, time: seconds)
            // Lines of others are not this witness's to keep.
            let log = try note.verified(by: [identity.log]).map(\.signature)
            let cosigned = try SignedNote(text: note.text, signatures: log + [signature])
            let bytes = cosigned.encoded
            try await store.write {
                try WitnessCopy.save($0, leaves: leaves, from: start, replacing: previous, with: bytes)
            }
            working.didCosign(cosigned, at: seconds)
            return signature.encoded
        } catch { throw .unavailable("\(error)") }
    }

    private func keep(
        _ suspicion: Suspicion, of refusal: WitnessRefusal, _ note: SignedNote, previous: SignedNote?
    ) async {
        switch refusal {
        case .inconsistent, .ruleBroken: break
        default: return
        }
        let evidence = WitnessEvidence(
            seenAt: clock.now(), reason: "\(refusal)", checkpoint: note.encoded, previous: previous?.encoded,
            index: suspicion.index, leaf: suspicion.leaf)
        // Evidence is beside the answer: that it cannot be kept must not change the refusal.
        try? await store.write { try evidence.save($0) }
    }
}

/// The leaf at fault, where there is one.
private struct Suspicion {
    var index: UInt64?
    var leaf: [UInt8]?
}

extension WitnessHead {
    /// When a leaf may claim to have been sequenced that this witness sees now and did not see before.
    fileprivate func permittedTimes(at now: Timestamp, skew: UInt64) -> ClosedRange<Timestamp> {
        let latest = now.adding(milliseconds: skew)
        let (cosigned, overflow) = cosignedAt.multipliedReportingOverflow(by: 1_000)
        let earliest = Timestamp(milliseconds: overflow || cosigned < skew ? 0 : cosigned - skew)
        return min(earliest, latest)...latest
    }
}
