private import CLibcrypto
package import Octets

/// The cost of one scrypt derivation (RFC 7914): `128 · N · r` bytes of memory, passed over `p` times.
///
/// Bounded when it is made, because it is read from files that anybody may have written: a derivation uses at most 256 MiB.
package struct ScryptCost: Hashable, Sendable {
    /// Which bound a parameter breaks.
    package enum Flaw: Hashable, Sendable {
        /// `N` must be `2^1` to `2^24`.
        case exponent(Int)
        /// `r` must be 1 to 32.
        case blockSize(Int)
        /// `p` must be 1 to 16.
        case parallelism(Int)
        /// `128 · N · r` must be at most 256 MiB.
        case memory(byteCount: Int)
    }

    /// Memory one derivation may use, in bytes.
    package static let memoryBound = 256 << 20

    /// `log2 N`.
    package let exponent: Int
    /// `r`.
    package let blockSize: Int
    /// `p`.
    package let parallelism: Int

    /// `N = 2^17, r = 8, p = 1`: 128 MiB and about a third of a second, for a passphrase typed by a person.
    package static let recommended = ScryptCost(trustedExponent: 17)

    /// - Throws: ``CiphersError/scryptCost(_:)``.
    package init(exponent: Int, blockSize: Int, parallelism: Int) throws(CiphersError) {
        guard (1...24).contains(exponent) else { throw .scryptCost(.exponent(exponent)) }
        guard (1...32).contains(blockSize) else { throw .scryptCost(.blockSize(blockSize)) }
        guard (1...16).contains(parallelism) else { throw .scryptCost(.parallelism(parallelism)) }
        let memory = 128 * blockSize << exponent
        guard memory <= Self.memoryBound else { throw .scryptCost(.memory(byteCount: memory)) }
        self.exponent = exponent
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    private init(trustedExponent exponent: Int) {
        self.exponent = exponent
        blockSize = 8
        parallelism = 1
    }
}

/// Keys from passphrases by scrypt (RFC 7914), through `EVP_PBE_scrypt`.
package enum Scrypt {
    /// `count` bytes of key from `passphrase` and `salt`, in time and memory as `cost` says.
    ///
    /// - Throws: ``CiphersError/tooLong(count:bound:)`` unless `count` is 1 to 1,024.
    package static func derive(
        from passphrase: SecretOctets, salt: [UInt8], cost: ScryptCost, count: Int
    ) throws(CiphersError) -> SecretOctets {
        guard (1...1024).contains(count) else { throw .tooLong(count: count, bound: 1024) }
        // libcrypto counts its own tables too; twice the bound leaves room for them and still is a bound.
        let memory = UInt64(2 * ScryptCost.memoryBound)
        return try SecretOctets(count: count) { (output) throws(CiphersError) in
            let done = unsafe output.withUnsafeMutableBytes { key in
                unsafe passphrase.withUnsafeBytes { pass in
                    unsafe salt.withUnsafeBufferPointer { salt in
                        // A nil passphrase means "none" to libcrypto, and then the length is ignored: an empty one is not nil.
                        unsafe EVP_PBE_scrypt(
                            pass.assumingMemoryBound(to: CChar.self).baseAddress, pass.count, salt.baseAddress,
                            salt.count, 1 << UInt64(cost.exponent), UInt64(cost.blockSize), UInt64(cost.parallelism),
                            memory, key.assumingMemoryBound(to: UInt8.self).baseAddress, key.count)
                    }
                }
            }
            guard done == 1 else { throw .library(operation: .scrypt) }
        }
    }
}
