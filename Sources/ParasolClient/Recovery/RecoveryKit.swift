import Ciphers
import Crypto
package import Octets
import Secp256k1

/// A profile, sealed under a key of which k of n shares make the whole: what is left when a device and its passphrase are lost
/// (Protocols/recovery-kit.md).
///
///     magic "PRSLKIT1"          8
///     threshold k               1
///     shares n                  1
///     commitments              33 · k   a_j·G for the coefficients of the polynomial f, f(0) being the key
///     profile                  rest     the file of Protocols/profile.md, its passphrase the 32 bytes of the key
///
/// The kit can lie anywhere: without k shares it is as closed as a profile under a passphrase of 256 random bits. Its commitments let
/// each share be checked by itself, so that a wrong one is named (Feldman 1987).
package struct RecoveryKit: Sendable {
    package static let magic: [UInt8] = Array("PRSLKIT1".utf8)
    /// How many shares a kit may have.
    package static let shareCounts = 2...16

    package let threshold: Int
    package let shareCount: Int
    private let commitments: [Point]
    private let sealedProfile: [UInt8]

    // MARK: Making

    /// Seals a profile under a new random key, and shares that.
    ///
    /// - Returns: The kit, and the shares from 1 on.
    /// - Throws: ``RecoveryError/counts(threshold:shares:)``, ``RecoveryError/profile(_:)``.
    package static func make(
        of profile: Profile, threshold: Int, shares: Int, using generator: inout some RandomNumberGenerator
    ) throws(RecoveryError) -> (kit: RecoveryKit, shares: [RecoveryShare]) {
        guard shareCounts.contains(shares), (2...shares).contains(threshold) else {
            throw .counts(threshold: threshold, shares: shares)
        }
        let coefficients = (0..<threshold).map { _ in Scalar.random(using: &generator) }
        let sealed: [UInt8]
        do throws(ProfileError) {
            let lock = try ProfileLock(try passphrase(coefficients[0]), cost: cost(), using: &generator)
            sealed = try lock.seal(profile, using: &generator)
        } catch { throw .profile(error) }
        let kit = RecoveryKit(
            threshold: threshold, shareCount: shares, commitments: coefficients.map { Point.generator(times: $0) },
            sealedProfile: sealed)
        var all: [RecoveryShare] = []
        for index in 1...shares {
            all.append(
                RecoveryShare(
                    kit: kit.identifier, index: UInt8(index), value: try evaluate(coefficients, at: index)))
        }
        return (kit, all)
    }

    /// Horner's rule at a public place; a sum of zero, which one of 2^256 draws has, is refused.
    private static func evaluate(_ coefficients: [Scalar], at index: Int) throws(RecoveryError) -> Scalar {
        do {
            let place = try PublicScalar(UInt64(index))
            guard var value = coefficients.last else { throw Secp256k1Error.scalarOutOfRange }
            for coefficient in coefficients.dropLast().reversed() {
                value = try value.multiplied(by: place).adding(coefficient)
            }
            return value
        } catch { throw .malformedKit("\(error)") }
    }

    private static func passphrase(_ key: Scalar) throws(ProfileError) -> Passphrase {
        try Passphrase(unsafe key.withUnsafeBytes { unsafe SecretOctets(copying: $0) })
    }

    /// The key is random: stretching it would protect nothing.
    private static func cost() throws(ProfileError) -> ScryptCost {
        do { return try ScryptCost(exponent: 4, blockSize: 1, parallelism: 1) } catch { throw .cannotOpen }
    }

    private init(threshold: Int, shareCount: Int, commitments: [Point], sealedProfile: [UInt8]) {
        self.threshold = threshold
        self.shareCount = shareCount
        self.commitments = commitments
        self.sealedProfile = sealedProfile
    }

    // MARK: Bytes

    private var head: [UInt8] {
        Self.magic + [UInt8(threshold), UInt8(shareCount)] + commitments.flatMap { $0.compressed.bytes }
    }

    /// Which kit it is: what its shares repeat.
    package var identifier: FixedOctets<4> {
        let digest = Array(SHA256.hash(data: head))
        do { return try FixedOctets(digest.prefix(4)) } catch { preconditionFailure("a digest has more than 4 bytes") }
    }

    /// The kit's file.
    package var file: [UInt8] { head + sealedProfile }

    /// Reads a kit's file.
    ///
    /// - Throws: ``RecoveryError/malformedKit(_:)``.
    package init(file: [UInt8]) throws(RecoveryError) {
        guard file.count <= ProfileLimits.fileByteCount + 1_024 else {
            throw .malformedKit("it has \(file.count) bytes")
        }
        guard file.count >= 10, file.starts(with: Self.magic) else { throw .malformedKit("it does not begin like one") }
        (threshold, shareCount) = (Int(file[8]), Int(file[9]))
        guard Self.shareCounts.contains(shareCount), (2...shareCount).contains(threshold) else {
            throw .malformedKit("\(threshold) of \(shareCount) shares")
        }
        let end = 10 + 33 * threshold
        guard file.count > end else { throw .malformedKit("it is cut off") }
        var points: [Point] = []
        for start in stride(from: 10, to: end, by: 33) {
            do { points.append(try Point(compressed: file[start..<start + 33])) } catch {
                throw .malformedKit("commitment \(points.count): \(error)")
            }
        }
        commitments = points
        sealedProfile = Array(file[end...])
    }

    // MARK: Opening

    /// Checks a share by itself.
    ///
    /// - Throws: ``RecoveryError/foreignShare(index:)``, ``RecoveryError/wrongShare(index:)``.
    package func check(_ share: RecoveryShare) throws(RecoveryError) {
        let index = Int(share.index)
        guard share.kit == identifier else { throw .foreignShare(index: index) }
        guard (1...shareCount).contains(index) else { throw .wrongShare(index: index) }
        let expected: Point?
        do {
            let place = try PublicScalar(UInt64(index))
            var sum = commitments[threshold - 1]
            for commitment in commitments.dropLast().reversed() {
                sum = try sum.multiplied(byPublic: place).adding(commitment)
            }
            expected = sum
        } catch { expected = nil }
        guard let expected, Point.generator(times: share.value) == expected else { throw .wrongShare(index: index) }
    }

    /// Opens the profile.
    ///
    /// - Throws: ``RecoveryError``: each share is checked first, so that a wrong one is named.
    package func open(with shares: [RecoveryShare]) throws(RecoveryError) -> Profile {
        var seen: Set<UInt8> = []
        for share in shares {
            try check(share)
            guard seen.insert(share.index).inserted else { throw .repeatedShare(index: Int(share.index)) }
        }
        guard shares.count >= threshold else { throw .tooFewShares(have: shares.count, threshold: threshold) }
        let key = try Self.combine(Array(shares.prefix(threshold)))
        do throws(ProfileError) {
            let header = try ProfileHeader(parsing: sealedProfile)
            return try ProfileLock(try Self.passphrase(key), header: header).open(sealedProfile, header: header)
        } catch { throw .profile(error) }
    }

    /// Lagrange's interpolation at zero.
    private static func combine(_ shares: [RecoveryShare]) throws(RecoveryError) -> Scalar {
        do {
            let places = try shares.map { try PublicScalar(UInt64($0.index)) }
            var key: Scalar?
            for (own, share) in shares.enumerated() {
                var coefficient = PublicScalar.one
                for (other, place) in places.enumerated() where other != own {
                    let difference = try place.subtracting(places[own])
                    coefficient = coefficient.multiplied(by: place).multiplied(by: difference.inverted())
                }
                let term = share.value.multiplied(by: coefficient)
                key = try key?.adding(term) ?? term
            }
            guard let key else { throw Secp256k1Error.scalarOutOfRange }
            return key
        } catch { throw .malformedKit("its shares do not combine: \(error)") }
    }
}
