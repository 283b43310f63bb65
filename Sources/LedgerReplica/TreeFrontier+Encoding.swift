internal import Octets
package import TransparencyLog

/// A tree's right edge as databases keep it: its hashes, largest subtree first, 32 bytes each.
extension TreeFrontier {
    package var encodedHashes: [UInt8] { hashes.flatMap { $0.bytes } }

    /// - Parameter encoded: As many hashes as `size` has bits set.
    /// - Throws: `TransparencyLogError`, or what a hash that is cut short throws.
    package init(size: UInt64, encodedHashes encoded: [UInt8]) throws {
        var reader = OctetReader(encoded)
        var hashes: [MerkleHash] = []
        hashes.reserveCapacity(size.nonzeroBitCount)
        while !reader.isAtEnd { hashes.append(try reader.readFixed()) }
        try self.init(size: size, hashes: hashes)
    }
}
