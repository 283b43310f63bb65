/// What is wrong with a proof, a note, a key, a checkpoint or a policy, and where.
///
/// Line numbers count from 1.
public enum TransparencyLogError: Error, Hashable, Sendable {
    // Trees and proofs
    /// A tree size above 2^63 - 1, or an append to a tree of that size.
    case sizeOutOfRange
    /// Another number of hashes than the size has bits set.
    case frontierMismatch(size: UInt64, hashes: Int)
    /// No such leaf in a tree of that size.
    case indexOutOfRange(index: UInt64, size: UInt64)
    /// The new tree is smaller than the old one.
    case shrunk(oldSize: UInt64, newSize: UInt64)
    /// More hashes than any proof can have.
    case pathTooLong
    /// The path does not lead from the leaf to the root.
    case inclusionNotProved
    /// The path does not join the two roots.
    case consistencyNotProved

    // Tiles
    /// No tree has a tile of this level, index, width or path.
    case noSuchTile
    /// The bytes are not what a tile of that width consists of.
    case damagedTile(Tile)
    /// An entry above 65,535 bytes does not go into a bundle.
    case entryTooLong(bytes: Int)

    // Text
    /// More than `bound` bytes.
    case tooLarge(bytes: Int, bound: Int)
    /// Not UTF-8, or a control character, at this byte offset.
    case notText(offset: Int)
    /// Not base64, or not the one canonical spelling of its bytes.
    case notCanonicalBase64
    /// Not a decimal number in canonical spelling, or above 2^63 - 1.
    case notCanonicalDecimal
    /// A line is not what the format wants there.
    case malformed(MalformedPart, line: Int)

    // Keys and signatures
    /// A key's name is empty or has a space, a "+" or a control character in it.
    case badKeyName
    /// Not `name+hash+key`.
    case badVerifierKey
    /// The key's hash is not that of its name and bytes.
    case keyIDMismatch
    /// A signature algorithm that is not implemented here.
    case unsupportedKeyType(UInt8)
    /// The Ed25519 point is of small order or not canonically encoded: anybody can sign for it.
    case weakKey
    /// Two known keys have this name and this ID.
    case ambiguousKey(KeyName)
    /// More signature lines than allowed.
    case tooManySignatures(bound: Int)
    /// A signature by a known key does not verify.
    case badSignature(KeyName)
    /// No signature is by a known key.
    case noKnownSignature
    /// The signer's secret is not 32 bytes.
    case badSecretKey
    /// The signature is by a key of another kind than wanted here.
    case wrongKeyType(KeyName)

    // Checkpoints, proofs and policies
    /// An origin is empty or has a control character in it.
    case badOrigin
    /// The checkpoint is of another log.
    case wrongOrigin(expected: LogOrigin, actual: LogOrigin)
    /// A checkpoint of size 0 with a root other than SHA-256 of nothing.
    case emptyTreeWithRoot
    /// No log of the policy signed the checkpoint.
    case notSignedByLog
    /// The witnesses that cosigned do not meet the policy's quorum.
    case quorumNotMet
    /// The policy asks for no witness at all, and so makes final whatever the log signs.
    case noQuorum
    /// Something in a policy is wrong.
    case badPolicy(PolicyFault, line: Int)
}

/// The part of a text format that is not what it should be.
public enum MalformedPart: String, Hashable, Sendable {
    case note = "note"
    case signatureLine = "signature line"
    case checkpoint = "checkpoint"
    case proofHeader = "proof header"
    case proofIndex = "proof index"
    case proofPath = "proof path"
}

/// What is wrong with a line of a policy.
public enum PolicyFault: String, Hashable, Sendable {
    case wrongFieldCount = "wrong number of fields"
    case unknownKeyword = "unknown keyword"
    case badKey = "malformed or unsupported key"
    case reservedOrRepeatedName = "name is reserved or defined twice"
    case repeatedKey = "key defined twice"
    case badThreshold = "threshold is not within 1 and the number of members"
    case undefinedMember = "member is not defined on an earlier line"
    case repeatedMember = "member is used twice"
    case repeatedQuorum = "second quorum line"
    case missingQuorum = "no quorum line"
    case tooManyLines = "too many lines"
}

extension TransparencyLogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sizeOutOfRange: "tree size above 2^63 - 1"
        case .frontierMismatch(let size, let hashes): "\(hashes) frontier hashes for a tree of \(size) leaves"
        case .indexOutOfRange(let index, let size): "no leaf \(index) in a tree of \(size)"
        case .shrunk(let old, let new): "the tree shrank from \(old) to \(new) leaves"
        case .pathTooLong: "a path of more than \(MerkleTree.maximumPathLength) hashes"
        case .inclusionNotProved: "the path does not lead from the leaf to the root"
        case .consistencyNotProved: "the path does not join the two roots"
        case .noSuchTile: "no tree has such a tile"
        case .damagedTile(let tile):
            "\(tile) does not consist of \(tile.width) \(tile.content == .entries ? "entries" : "hashes")"
        case .entryTooLong(let bytes): "an entry of \(bytes) bytes, at most \(Tile.maximumEntryBytes) go into a bundle"
        case .tooLarge(let bytes, let bound): "\(bytes) bytes, at most \(bound) allowed"
        case .notText(let offset): "not UTF-8, or a control character, at byte \(offset)"
        case .notCanonicalBase64: "not canonical base64"
        case .notCanonicalDecimal: "not a canonical decimal below 2^63"
        case .malformed(let part, let line): "malformed \(part.rawValue) at line \(line)"
        case .badKeyName: "a key name is empty or contains a space, a plus sign or a control character"
        case .badVerifierKey: "not a verifier key of the form name+hash+key"
        case .keyIDMismatch: "the verifier key's hash is not that of its name and key"
        case .unsupportedKeyType(let type): "signature type \(type) is not supported"
        case .weakKey: "an Ed25519 key of small order or not canonically encoded"
        case .ambiguousKey(let name): "two known keys share the name \(name) and one key ID"
        case .tooManySignatures(let bound): "more than \(bound) signature lines"
        case .badSignature(let name): "the signature by \(name) does not verify"
        case .noKnownSignature: "no signature by a known key"
        case .badSecretKey: "an Ed25519 secret key is 32 bytes"
        case .wrongKeyType(let name): "the key of \(name) is of another kind than wanted here"
        case .badOrigin: "an origin is empty or contains a control character"
        case .wrongOrigin(let expected, let actual): "a checkpoint of \(actual), not of \(expected)"
        case .emptyTreeWithRoot: "size 0 with a root other than SHA-256 of nothing"
        case .notSignedByLog: "not signed by a log of the policy"
        case .quorumNotMet: "the cosignatures do not meet the policy's quorum"
        case .noQuorum: "the policy asks for no witness"
        case .badPolicy(let fault, let line): "policy line \(line): \(fault.rawValue)"
        }
    }
}
