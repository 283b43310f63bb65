import LogStorage
import SharingContracts
import TransparencyLog

/// The leaves of one bundle, as far as they hold without any state: framed, decoded, and with the hashes of their tile.
///
/// Made on any core, in any order.
struct AuditedBundle: Sendable {
    /// The index of its first leaf.
    let start: UInt64
    /// Those before ``failure``.
    var entries: [LedgerEntry] = []
    var hashes: [MerkleHash] = []
    /// The tile of hashes as it is stored.
    var stored: [MerkleHash] = []
    /// The signers that its leaves name for the first time, or again.
    private(set) var newSigners: [RequiredSignature] = []
    /// What is wrong with the leaf behind the last of ``entries``; nil where the bundle holds.
    var failure: AuditError?
    /// By entry, once they are verified: nil where its keys were not known beforehand or a signature fails, which is for
    /// the state to say.
    var signatures: [VerifiedSignatures?] = []

    /// Reads bundle `number` of a tree of `size` leaves.
    init(_ number: UInt64, of size: UInt64, in folder: LogFolder) {
        start = number * UInt64(Tile.fullWidth)
        guard let bundle = Tile.inTree(.entries, index: number, size: size),
            let tile = Tile.inTree(.hashes(level: 0), index: number, size: size)
        else {
            failure = .log(.noSuchTile)
            return
        }
        do throws(LogFolderError) {
            let leaves = try folder.entries(of: bundle)
            stored = try folder.hashes(of: tile)
            decode(leaves)
        } catch { failure = .storage(error) }
    }

    private mutating func decode(_ leaves: [[UInt8]]) {
        entries.reserveCapacity(leaves.count)
        hashes.reserveCapacity(leaves.count)
        for (offset, leaf) in leaves.enumerated() {
            let hash = MerkleTree.leafHash(of: leaf)
            guard hash == stored[offset] else {
                failure = .changedLeaf(index: start + UInt64(offset))
                return
            }
            do throws(ContractViolation) {
                let entry = try LedgerEntry(serialized: leaf)
                newSigners += entry.transaction.body.newSigners
                entries.append(entry)
            } catch {
                failure = .ruleBroken(index: start + UInt64(offset), error)
                return
            }
            hashes.append(hash)
        }
    }

    /// Verifies signatures against the keys that the signers are known by.
    ///
    /// - Parameter keys: By entry, in the order of its signatures; nil where one is not known.
    mutating func verifySignatures(origin: String, keys: [[RequiredSignature]?]) {
        signatures = zip(entries, keys).map { entry, keys in
            keys.flatMap { try? VerifiedSignatures(verifying: entry.signedTransaction, origin: origin, against: $0) }
        }
    }
}

extension TransactionBody {
    /// The signers whose keys it brings along.
    fileprivate var newSigners: [RequiredSignature] {
        switch self {
        case .ledgerFounded(let body):
            body.members.map { RequiredSignature(signer: $0.id.signer, key: $0.signingKey) }
        case .identityEnrolled(let body): [RequiredSignature(signer: body.identity.signer, key: body.signingKey)]
        case .folderOpened(let body): [RequiredSignature(signer: body.folder.signer, key: body.signingKey)]
        default: []
        }
    }
}
