internal import Crypto
public import Octets

/// A SHA-256 output: the hash of a leaf, of an inner node or of a whole tree.
public typealias MerkleHash = FixedOctets<32>

/// The hashing of RFC 6962 (section 2.1) with SHA-256.
///
/// Leaves and inner nodes are hashed under different first bytes, so that no leaf can pass for a node.
public enum MerkleTree {
    /// The largest tree size that anything here accepts: sizes are stored as signed 64-bit integers.
    public static let maximumSize = UInt64(Int64.max)

    /// More hashes than any proof in a tree of ``maximumSize`` leaves has. A longer path is refused unread.
    public static let maximumPathLength = 64

    /// SHA-256 of nothing: the root of a tree without leaves.
    public static let emptyRoot = sha256([])

    /// SHA-256(0x00 ‖ `entry`).
    public static func leafHash(of entry: [UInt8]) -> MerkleHash {
        var hasher = SHA256()
        hasher.update(data: [0x00] as [UInt8])
        hasher.update(data: entry)
        return finish(hasher)
    }

    /// SHA-256(0x01 ‖ `left` ‖ `right`).
    public static func nodeHash(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        var input = OctetWriter(reservingCapacity: 65)
        input.writeUInt8(0x01)
        input.write(left)
        input.write(right)
        return sha256(input.bytes)
    }

    /// SHA-256 of `bytes`, for key IDs and the like.
    static func sha256(_ bytes: [UInt8]) -> MerkleHash {
        var hasher = SHA256()
        hasher.update(data: bytes)
        return finish(hasher)
    }

    private static func finish(_ hasher: SHA256) -> MerkleHash {
        do {
            return try unsafe hasher.finalize().withUnsafeBytes { try unsafe MerkleHash($0) }
        } catch {
            preconditionFailure("SHA-256 gives 32 bytes")
        }
    }

    /// The largest power of two strictly below `size`, which must be at least 2: where RFC 6962 splits a tree.
    static func split(of size: UInt64) -> UInt64 {
        1 << UInt64(63 - (size - 1).leadingZeroBitCount)
    }
}
