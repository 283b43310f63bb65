import Octets

/// One row of the world state in its one encoding: what a store keeps, a snapshot carries and the state root commits to.
package struct StateRow: Hashable, Sendable {
    package let key: StateKey
    /// The value's encoding, beginning with its version.
    package let value: [UInt8]

    package init(key: StateKey, value: [UInt8]) {
        self.key = key
        self.value = value
    }

    /// The row as one string: the key's length in 16 bits, the key, the value.
    ///
    /// These are the leaves of the state root: the RFC 6962 root over all rows of a state, ascending by key.
    package var leaf: [UInt8] {
        let name = key.bytes
        var writer = OctetWriter(reservingCapacity: 2 + name.count + value.count)
        writer.writeBigEndian(UInt16(clamping: name.count))
        writer.write(name)
        writer.write(value)
        return writer.bytes
    }

    /// Reads ``leaf``. Whether the value is one that the table can hold shows when a state reads it.
    package init(leaf: [UInt8]) throws(StateRowError) {
        var reader = OctetReader(leaf)
        let name: [UInt8]
        do {
            name = try reader.readBytes16(atMost: StateKey.byteBound)
            value = try reader.readBytes(reader.remaining)
        } catch { throw .octets(error) }
        guard let key = StateKey(bytes: name) else { throw .unknownTable(name.first) }
        self.key = key
    }
}

extension StateKey {
    /// No key of any table is longer.
    package static let byteBound = 34
}
