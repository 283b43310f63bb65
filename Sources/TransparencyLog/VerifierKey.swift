internal import Crypto
public import Octets

/// How a note is signed.
public enum SignatureAlgorithm: UInt8, Hashable, Sendable {
    /// Ed25519 over the note's text: how a log signs its checkpoints.
    case ed25519 = 0x01
    /// Ed25519 cosignature/v1, with a time: how a witness signs them.
    case cosignatureV1 = 0x04
}

/// A public key that signs notes, by name (C2SP signed-note, "vkey": `name+hash+key`).
public struct VerifierKey: Hashable, Sendable {
    public let name: KeyName
    public let algorithm: SignatureAlgorithm
    /// Ed25519, as RFC 8032 encodes it.
    public let publicKey: FixedOctets<32>
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key): a hint that finds the key, and no more.
    public let keyID: UInt32

    /// - Throws: ``TransparencyLogError/weakKey`` for a point that anybody can sign for.
    public init(
        name: KeyName, algorithm: SignatureAlgorithm, publicKey: FixedOctets<32>
    ) throws(TransparencyLogError) {
        guard WeakEd25519Keys.isStrong(publicKey) else { throw .weakKey }
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
        keyID = VerifierKey.keyID(name: name, typedKey: [algorithm.rawValue] + publicKey.bytes)
    }

    /// Reads `name+hash+key`, canonical only.
    ///
    /// - Throws: ``TransparencyLogError/badVerifierKey``, ``TransparencyLogError/badKeyName``,
    ///   ``TransparencyLogError/notCanonicalBase64``, ``TransparencyLogError/keyIDMismatch``,
    ///   ``TransparencyLogError/unsupportedKeyType(_:)``, ``TransparencyLogError/weakKey``.
    public init(_ vkey: String) throws(TransparencyLogError) {
        try self.init(utf8: Array(vkey.utf8)[...])
    }

    init(utf8 vkey: ArraySlice<UInt8>) throws(TransparencyLogError) {
        // Base64 may itself contain a "+", so only the first two separate.
        let parts = vkey.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard vkey.count <= 2048, parts.count == 3, parts[1].count == 8 else { throw .badVerifierKey }
        let name = try KeyName(utf8: parts[0])
        let typedKey = try Base64.decode(parts[2])
        guard let type = typedKey.first else { throw .badVerifierKey }
        let keyID = VerifierKey.keyID(name: name, typedKey: typedKey)
        guard parts[1].elementsEqual(VerifierKey.hexadecimal(keyID).utf8) else { throw .keyIDMismatch }
        guard let algorithm = SignatureAlgorithm(rawValue: type) else { throw .unsupportedKeyType(type) }
        guard let publicKey = try? FixedOctets<32>(typedKey.dropFirst()) else { throw .badVerifierKey }
        try self.init(name: name, algorithm: algorithm, publicKey: publicKey)
    }

    /// `name+hash+key`.
    public var vkey: String {
        let key = Base64.encode([algorithm.rawValue] + publicKey.bytes)
        return "\(name)+\(VerifierKey.hexadecimal(keyID))+\(String(decoding: key, as: UTF8.self))"
    }

    /// Whether `payload`, as it stands in a signature line behind the key ID, signs `text`.
    func verifies(_ payload: [UInt8], over text: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey.bytes) else { return false }
        switch algorithm {
        case .ed25519:
            guard payload.count == 64 else { return false }
            return key.isValidSignature(payload, for: text)
        case .cosignatureV1:
            guard let cosignature = CosignaturePayload(payload) else { return false }
            return key.isValidSignature(
                cosignature.signature, for: CosignaturePayload.message(time: cosignature.time, text: text))
        }
    }

    private static func keyID(name: KeyName, typedKey: [UInt8]) -> UInt32 {
        let hash = MerkleTree.sha256(name.bytes + [NoteText.newline] + typedKey)
        return (0..<4).reduce(0) { $0 << 8 | UInt32(hash[$1]) }
    }

    private static func hexadecimal(_ keyID: UInt32) -> String {
        var writer = OctetWriter(reservingCapacity: 4)
        writer.writeBigEndian(keyID)
        return writer.bytes.hexadecimal
    }
}

extension VerifierKey: CustomStringConvertible {
    public var description: String { vkey }
}
