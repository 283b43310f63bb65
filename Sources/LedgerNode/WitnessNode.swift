internal import Octets
internal import Persistence
package import ServiceProtocols
internal import SharingContracts
package import TransparencyLog

/// A witness: keeps its own copy of a ledger, re-executes every rule, and cosigns only consistent extensions of what it
/// cosigned before.
///
/// The comparison with what it cosigned last and its replacement are one database transaction, durable before the
/// cosignature leaves (C2SP tlog-witness). What convicts the log is kept as evidence.
///
/// A tree that is larger by more than one step of leaves is taken in steps, each durable by itself, so that memory stays flat
/// however far behind the witness is, and nothing of it is done twice.
package actor WitnessNode: Witnessing {
    /// How far a leaf's time may be ahead of this witness's clock, and how far before the moment it cosigned last. A ledger
    /// that may stamp at will could let an expired consent live on, or a revocation come late.
    package static let maximumSkewMilliseconds: UInt64 = 60_000
    /// Leaves that are held in memory and judged together, in bytes, unless one alone is longer.
    package static let defaultStepBytes = 16 << 20
    /// How long after it was asked a witness still vouches for a checkpoint. What a log sequences meanwhile must not look
    /// backdated afterwards: well below ``maximumSkewMilliseconds``.
    static let maximumExaminationMilliseconds: UInt64 = 20_000

    /// The longest leaf.
    static let maximumLeafBytes = 65_535

    let signer: NoteSigner
    let identity: WitnessIdentity
    let source: any EntrySource
    let clock: any Clock
    let store: Store
    let stepBytes: Int
    let evidenceFolder: EvidenceFolder
    /// What is on the disk, in memory; nil where it must be read again.
    var copy: WitnessCopy?
    private var isExamining = false

    /// Opens or creates a witness's database, and re-executes the leaves in it.
    ///
    /// - Parameters:
    ///   - signer: The witness's key, of the cosignature kind.
    ///   - log: The key of the log it watches; the origin is the key's name.
    ///   - source: Where it fetches leaves.
    ///   - evidenceFolder: Where it keeps what convicts the log, made when there is something; by default the database's
    ///     path and `.evidence`.
    ///   - stepBytes: As ``defaultStepBytes``.
    /// - Throws: `LedgerError/inconsistent(_:)` for a copy that disagrees with what was cosigned,
    ///   `LedgerError/storage(_:)`.
    package static func open(
        path: String, signer: NoteSigner, log: VerifierKey, source: any EntrySource, clock: any Clock,
        stepBytes: Int = WitnessNode.defaultStepBytes, evidenceFolder: String? = nil
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
                    signer: signer, identity: identity, source: source, clock: clock, store: store,
                    stepBytes: stepBytes, copy: copy,
                    evidenceFolder: EvidenceFolder(path: evidenceFolder ?? path + EvidenceFolder.suffix))
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
        stepBytes: Int, copy: WitnessCopy, evidenceFolder: EvidenceFolder
    ) {
        self.signer = signer
        self.identity = identity
        self.source = source
        self.clock = clock
        self.store = store
        self.stepBytes = stepBytes
        self.copy = copy
        self.evidenceFolder = evidenceFolder
    }

    /// The key that its cosignatures verify under.
    package nonisolated var verifierKey: VerifierKey { signer.verifierKey }

    /// Closes the database; what is asked later is refused.
    package func close() { try? store.close() }

    /// What the log signed that convicts it, oldest first.
    ///
    /// - Throws: `LedgerError/storage(_:)`, also for a file that is no evidence any more.
    package func evidence() throws(LedgerError) -> [LedgerEvidence] {
        do { return try evidenceFolder.all() } catch { throw .storage("\(error)") }
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
        return try await extend(offered, note, path, old: old, from: known)
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
}
