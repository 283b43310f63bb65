import Octets

/// Which table of the world state a row is of: the first byte of its key. Never renumbered, for stores hold it.
///
/// A list has two tables, because it grows without bound: how many elements each owner has, and one row an element.
package enum StateTag: UInt8, Hashable, Sendable, CaseIterable {
    /// One row: how many leaves are applied, and when the last was sequenced.
    case progress = 1
    /// One row: the founding.
    case founding = 2
    /// One row: the contract versions in force.
    case contracts = 3
    case identities = 4
    /// The key of everybody who signs.
    case signers = 5
    /// Signing keys that are taken.
    case signingKeys = 6
    /// SHA-256 of the sealing keys that are taken.
    case sealingKeys = 7
    /// secp256k1 keys that are taken.
    case groupKeys = 8
    case folders = 9
    case records = 10
    /// Capsule digests that are taken.
    case capsuleDigests = 11
    case consents = 12
    case requests = 13
    /// The leaf index of each transaction.
    case transactions = 14
    case folderRecordCounts = 15
    case folderRecords = 16
    case folderConsentCounts = 17
    case folderConsents = 18
    case folderRequestCounts = 19
    case folderRequests = 20
    case recordRequestCounts = 21
    case recordRequests = 22
    case consentRequestCounts = 23
    case consentRequests = 24
    case convictionCounts = 25
    case convictions = 26
    /// By the transaction that proposed.
    case proposals = 27
    case folderProposalCounts = 28
    case folderProposals = 29
    case doctorProposalCounts = 30
    case doctorProposals = 31
    /// By doctor and folder, which proposals counted when the last one came.
    case countedProposals = 32
}

/// Names one row of the world state: the table's tag, then the bytes that the table looks up by.
///
/// Ordered as ``bytes`` are, most significant first, as SQLite orders blobs.
package struct StateKey: Hashable, Sendable {
    package let tag: StateTag
    /// What the table looks up by, at most 33 bytes; empty where the table has one row.
    package let name: [UInt8]

    package init(tag: StateTag, name: [UInt8]) {
        self.tag = tag
        self.name = name
    }

    /// Reads the key's whole bytes; nil for no bytes or a tag that this software does not know.
    package init?(bytes: some Collection<UInt8>) {
        guard let first = bytes.first, let tag = StateTag(rawValue: first) else { return nil }
        self.init(tag: tag, name: Array(bytes.dropFirst()))
    }

    /// The tag's byte and the name.
    package var bytes: [UInt8] { [tag.rawValue] + name }
}

extension StateKey {
    /// Of all bytes at once: an array hashes one at a time.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(tag.rawValue)
        unsafe name.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension StateKey: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.tag == rhs.tag ? lhs.name.lexicographicallyPrecedes(rhs.name) : lhs.tag.rawValue < rhs.tag.rawValue
    }
}

extension StateKey: CustomStringConvertible {
    /// The table's name and the rest in hexadecimal, such as `folders/00ff…`.
    package var description: String { "\(tag)/\(name.hexadecimal)" }
}
