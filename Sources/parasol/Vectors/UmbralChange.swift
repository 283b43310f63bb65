import Octets
import Secp256k1
import Umbral

/// A named change of a valid encoding, the one that `umbral.json`'s robustness items are made with.
struct UmbralChange: Sendable {
    let object: UmbralObject
    let what: String
    /// What the wheels `umbral_pre` 0.11.0 and `nucypher_core` 0.16.0 say to it.
    let peers: UmbralPeers.Results
    private let kind: Kind

    private enum Kind: Sendable {
        /// Exactly one byte differs, in its lowest bit, within these places.
        case flip(Range<Int>)
        /// These bytes and no others.
        case exact(@Sendable ([UInt8]) -> [UInt8]?)
        /// The signature at this place has n - s instead of s.
        case highS(Int)
    }

    static func all(of object: UmbralObject) -> [UmbralChange] { table.filter { $0.object == object } }

    static func known(_ what: String, of object: UmbralObject) -> UmbralChange? {
        all(of: object).first { $0.what == what }
    }

    /// Whether `bytes` are `valid` changed so.
    func makes(_ bytes: [UInt8], from valid: [UInt8]) -> Bool {
        switch kind {
        case .flip(let places):
            guard bytes.count == valid.count else { return false }
            let changed = bytes.indices.filter { bytes[$0] != valid[$0] }
            return changed.count == 1 && places.contains(changed[0]) && bytes[changed[0]] == valid[changed[0]] ^ 1
        case .exact(let change): return change(valid) == bytes
        case .highS(let place): return Self.highS(valid, place) == bytes
        }
    }

    /// `valid` changed so; nil where it is too short or has no such point.
    func applied(to valid: [UInt8]) -> [UInt8]? {
        switch kind {
        case .flip(let places):
            guard let place = places.last, valid.indices.contains(place) else { return nil }
            var bytes = valid
            bytes[place] ^= 1
            return bytes
        case .exact(let change): return change(valid)
        case .highS(let place): return Self.highS(valid, place)
        }
    }

    /// The capsule with both points written uncompressed.
    private static func uncompressed(_ valid: [UInt8]) -> [UInt8]? {
        guard valid.count == Capsule.serializedByteCount else { return nil }
        var bytes: [UInt8] = [0x93]
        for place in [3..<36, 38..<71] {
            guard let point = try? Point(compressed: valid[place]) else { return nil }
            bytes += [0xc4, 65] + point.uncompressed.bytes
        }
        return bytes + valid[71...]
    }

    private static func highS(_ valid: [UInt8], _ place: Int) -> [UInt8]? {
        guard valid.count >= place + 64,
            let s = try? PublicScalar(bigEndian: valid[(place + 32)..<(place + 64)])
        else { return nil }
        return valid[..<(place + 32)] + s.negated().bigEndian.bytes + valid[(place + 64)...]
    }

    /// `valid` with these bytes at this place.
    private static func replacing(_ place: Int, _ bytes: [UInt8]) -> Kind {
        .exact { valid in
            guard place + bytes.count <= valid.count else { return nil }
            return valid[..<place] + bytes + valid[(place + bytes.count)...]
        }
    }

    /// `valid` with as many bytes dropped from the front, after other ones.
    private static func reheaded(_ header: [UInt8], dropping count: Int) -> Kind {
        .exact { valid in header + valid.dropFirst(count) }
    }

    private static let table: [UmbralChange] = [
        UmbralChange(
            object: .capsule, what: "last byte of s flipped",
            peers: .both("ValueError: Capsule self-verification failed"), kind: .flip(104..<105)),
        UmbralChange(
            object: .capsule, what: "sign of V flipped", peers: .both("ValueError: Capsule self-verification failed"),
            kind: .flip(38..<39)),
        UmbralChange(
            object: .capsule, what: "uncompressed points", peers: .both("accepted"), kind: .exact(uncompressed)),
        UmbralChange(object: .capsule, what: "trailing byte", peers: .both("accepted"), kind: .exact { $0 + [0] }),
        UmbralChange(
            object: .capsule, what: "array16 header", peers: .both("accepted"),
            kind: reheaded([0xdc, 0, 3], dropping: 1)),
        UmbralChange(
            object: .capsule, what: "map with field names", peers: .both("accepted"),
            kind: .exact { valid in
                guard valid.count == Capsule.serializedByteCount else { return nil }
                var bytes: [UInt8] = [0x83]
                for (name, value) in [("point_e", 1..<36), ("point_v", 36..<71), ("signature", 71..<105)] {
                    bytes.append(0xa0 | UInt8(truncatingIfNeeded: name.utf8.count))
                    bytes += name.utf8
                    bytes += valid[value]
                }
                return bytes
            }),
        UmbralChange(
            object: .capsule, what: "identity points, s=0", peers: .both("PANIC"),
            kind: .exact { _ in
                [0x93, 0xc4, 1, 0, 0xc4, 1, 0, 0xc4, 32] + [UInt8](repeating: 0, count: 32)
            }),
        UmbralChange(
            object: .capsule, what: "s not reduced (2^256-1)",
            peers: .both("ValueError: Invalid curve scalar representation"),
            kind: replacing(73, [UInt8](repeating: 0xff, count: 32))),
        UmbralChange(
            object: .capsule, what: "truncated",
            peers: .both("ValueError: IO error while reading data: unexpected end of file"),
            kind: .exact { $0.dropLast() }),
        UmbralChange(
            object: .capsule, what: "two elements",
            peers: .both("ValueError: invalid length 2, expected struct SerializedCapsule with 3 elements"),
            kind: .exact { [0x92] + $0.dropFirst().prefix(70) }),
        UmbralChange(
            object: .capsuleFragment, what: "e1 sign flipped",
            peers: .both("VerificationError: Failed to verify reencryption proof"), kind: .flip(3..<4)),
        UmbralChange(
            object: .capsuleFragment, what: "z flipped",
            peers: .both("VerificationError: Failed to verify reencryption proof"), kind: .flip(283..<315)),
        UmbralChange(
            object: .capsuleFragment, what: "kfrag id flipped",
            peers: .both("VerificationError: Invalid CapsuleFrag signature"), kind: .flip(73..<105)),
        UmbralChange(
            object: .capsuleFragment, what: "kfrag signature high-S",
            peers: UmbralPeers.Results(
                umbralPre: "verified", nucypherCore: "VerificationError: Invalid CapsuleFrag signature"),
            kind: .highS(317)),
        UmbralChange(
            object: .capsuleFragment, what: "kfrag signature r=0",
            peers: .both("ValueError: Internal backend error: signature error"),
            kind: replacing(317, [UInt8](repeating: 0, count: 32))),
        UmbralChange(
            object: .capsuleFragment, what: "e1 identity", peers: .both("PANIC"),
            kind: reheaded([0x95, 0xc4, 1, 0], dropping: 36)),
        UmbralChange(
            object: .keyFragment, what: "key flipped", peers: .both("VerificationError: Invalid kfrag commitment"),
            kind: .flip(73..<105)),
        UmbralChange(
            object: .keyFragment, what: "flags swapped",
            peers: .both("VerificationError: Failed to verify the kfrag signature"),
            kind: .exact { $0.dropLast(2) + $0.suffix(2).reversed() }),
        UmbralChange(
            object: .keyFragment, what: "params.u = G", peers: .both("VerificationError: Invalid kfrag commitment"),
            kind: replacing(4, Point.generator.compressed.bytes)),
    ]
}
