internal import LedgerReplica
internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import TransparencyLog

/// What a witness's database says of its leaves, read in one transaction and each part verified by itself. Whether the leaves are
/// those, ``WitnessLoader`` finds out.
struct StoredWitness: Sendable {
    /// How many leaves are stored.
    private(set) var size: UInt64 = 0
    /// The root of their tree.
    private(set) var root = MerkleTree.emptyRoot
    private(set) var cosigned: CosignedTree?
    /// The right edge of the tree cosigned last; nil where an older version cosigned it.
    private(set) var cosignedEdge: TreeFrontier?
    /// The signed tree that the leaves beyond those are of, and what joins them to it.
    private var held: (note: [UInt8], beyond: [UInt8])?

    /// - Throws: `LedgerError/inconsistent(_:)`, or what the database throws.
    init(_ transaction: StoreTransaction, _ identity: WitnessIdentity) throws {
        cosigned = try transaction.row("SELECT note FROM cosigned WHERE id = 1").map {
            try Self.cosignedTree(try $0.bytes("note"), identity)
        }
        let last = try transaction.row("SELECT position FROM entry ORDER BY position DESC LIMIT 1")
        let stored = try last.map { try $0.unsigned("position") + 1 } ?? 0
        guard let row = try transaction.row("SELECT * FROM held WHERE id = 1") else {
            guard stored == 0, cosigned == nil else {
                throw LedgerError.inconsistent("\(stored) leaves are stored, and none should be")
            }
            return
        }
        size = try row.unsigned("size")
        root = try row.fixed("root")
        guard size == stored else {
            throw LedgerError.inconsistent("\(stored) leaves are stored, and \(size) were verified")
        }
        let cosignedSize = try row.isNull("cosigned_size") ? nil : try row.unsigned("cosigned_size")
        guard cosignedSize == cosigned?.checkpoint.size, cosignedSize ?? 0 <= size else {
            throw LedgerError.inconsistent("what was cosigned last is not what is stored as cosigned")
        }
        if let checkpoint = cosigned?.checkpoint, let edge = try row.optionalBytes("cosigned_edge") {
            cosignedEdge = try? TreeFrontier(size: checkpoint.size, encodedHashes: edge)
            guard cosignedEdge?.root == checkpoint.root else {
                throw LedgerError.inconsistent("the stored edge of the tree cosigned last has not its root")
            }
        }
        held = try row.optionalBytes("tree").map { ($0, try row.bytes("beyond")) }
    }

    /// The signed tree that the leaves, whose right edge is `edge`, are of, as far as they are not cosigned.
    ///
    /// - Throws: `LedgerError/inconsistent(_:)`.
    func heldTree(beyond edge: TreeFrontier, of log: VerifierKey) throws(LedgerError) -> HeldTree? {
        guard let held else { return nil }
        do { return try HeldTree(note: held.note, beyond: held.beyond, edge: edge, log: log) } catch {
            throw .inconsistent("the signed tree of the stored leaves does not fit them: \(error)")
        }
    }

    /// The stored note as what was cosigned last, if it is the log's and this witness's.
    private static func cosignedTree(_ bytes: [UInt8], _ identity: WitnessIdentity) throws -> CosignedTree {
        let note: SignedNote
        let verified: VerifiedCheckpoint
        do {
            note = try SignedNote(encoded: bytes)
            verified = try VerifiedCheckpoint(note, logs: [identity.log], witnesses: [identity.witness])
        } catch {
            throw LedgerError.inconsistent("what was cosigned last does not verify: \(error)")
        }
        guard let own = verified.cosignatures.first else {
            throw LedgerError.inconsistent("what was cosigned last has no cosignature by \(identity.witness.name)")
        }
        return CosignedTree(note: note, checkpoint: verified.checkpoint, time: own.time)
    }
}
