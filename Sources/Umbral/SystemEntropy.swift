import Octets

#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#elseif canImport(Darwin)
    private import Darwin
#endif

/// The system's generator, asked for 256 bytes at a time.
///
/// The standard library's makes a system call for every eight bytes, which an operation of a few hundred bytes feels.
/// A word is forgotten when it has been handed out; what is left over was never used for anything.
package struct SystemEntropy: RandomNumberGenerator {
    private var words: InlineArray<32, UInt64> = InlineArray(repeating: 0)
    private var position = 32

    package init() {}

    package mutating func next() -> UInt64 {
        if position == 32 { refill() }
        defer {
            words[position] = 0
            position += 1
        }
        return words[position]
    }

    private mutating func refill() {
        let filled = unsafe withUnsafeMutableBytes(of: &words) { memory in
            unsafe memory.baseAddress.map { unsafe getentropy($0, memory.count) } ?? -1
        }
        if filled != 0 {
            var generator = SystemRandomNumberGenerator()
            for index in 0..<32 { words[index] = generator.next() }
        }
        position = 0
    }
}

extension RandomNumberGenerator {
    /// Public random bytes, eight a draw.
    mutating func octets<let count: Int>() -> FixedOctets<count> {
        var output = FixedOctets<count>()
        unsafe withUnsafeMutableBytes(of: &output) { unsafe fill($0) }
        return output
    }

    /// Secret random bytes, eight a draw.
    mutating func secretOctets(count: Int) -> SecretOctets {
        SecretOctets(count: count) { span in unsafe span.withUnsafeMutableBytes { unsafe fill($0) } }
    }

    private mutating func fill(_ memory: UnsafeMutableRawBufferPointer) {
        var word: UInt64 = 0
        for offset in 0..<memory.count {
            if offset % 8 == 0 { word = next() }
            unsafe memory[offset] = UInt8(truncatingIfNeeded: word)
            word >>= 8
        }
    }
}
