import Octets
import Testing

@testable import Ciphers

/// splitmix64: small, seeded, good enough to draw test inputs.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

func bytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}

func nonce(_ text: String) throws -> AEADNonce {
    let fixed = try FixedOctets<12>(hexadecimal: text)
    return InlineArray { fixed[$0] }
}

func secret(_ text: String) throws -> SecretOctets { SecretOctets(copying: try [UInt8](hexadecimal: text)) }

func plain(_ secret: SecretOctets) -> [UInt8] { unsafe secret.withUnsafeBytes { unsafe Array($0) } }

func caught<Result>(_ body: () throws -> Result) -> CiphersError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? CiphersError
    }
}

let sunscreen = """
    4c616469657320616e642047656e746c656d656e206f662074686520636c6173\
    73206f66202739393a204966204920636f756c64206f6666657220796f75206f\
    6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73\
    637265656e20776f756c642062652069742e
    """
