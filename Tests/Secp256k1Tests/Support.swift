import Octets

@testable import Secp256k1

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

func scalar(_ hexadecimal: String) throws -> PublicScalar {
    try PublicScalar(bigEndian: [UInt8](hexadecimal: hexadecimal))
}

func point(_ hexadecimal: String) throws -> Point {
    try Point(compressed: [UInt8](hexadecimal: hexadecimal))
}

/// n - 1, n, n + 1, p - 1, p and 2^256 - 1 in 64 digits.
enum Edge {
    static let orderMinusOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"
    static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    static let orderPlusOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142"
    static let primeMinusOne = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e"
    static let prime = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
    static let largest = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    static let zero = String(repeating: "0", count: 64)
}
