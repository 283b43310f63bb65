import Octets

/// Reads the first `end` bytes of secret memory front to back, bounds first, without copying what it does not return.
struct SecretReader {
    private let secret: SecretOctets
    private let end: Int
    private(set) var offset = 0

    init(_ secret: SecretOctets, count: Int) {
        self.secret = secret
        end = min(max(count, 0), secret.count)
    }

    var remaining: Int { end - offset }

    private mutating func advance(by count: Int) throws(ProfileError) -> Range<Int> {
        guard count >= 0, count <= remaining else {
            throw .malformed(.truncated(offset: offset, needed: count, available: remaining))
        }
        defer { offset += count }
        return offset..<offset + count
    }

    mutating func readBytes(_ count: Int) throws(ProfileError) -> [UInt8] {
        let range = try advance(by: count)
        return unsafe secret.withUnsafeBytes { unsafe Array($0[range]) }
    }

    mutating func readSecret(_ count: Int) throws(ProfileError) -> SecretOctets {
        let range = try advance(by: count)
        return unsafe secret.withUnsafeBytes { unsafe SecretOctets(copying: $0[range]) }
    }

    mutating func readFixed<let length: Int>() throws(ProfileError) -> FixedOctets<length> {
        do { return try FixedOctets(try readBytes(length)) } catch let error as ProfileError { throw error } catch {
            throw .malformed(.wrongLength(expected: length, actual: length))
        }
    }

    mutating func readUInt8() throws(ProfileError) -> UInt8 {
        let range = try advance(by: 1)
        return unsafe secret.withUnsafeBytes { unsafe $0[range.lowerBound] }
    }

    mutating func readBigEndian<Value: FixedWidthInteger & UnsignedInteger>() throws(ProfileError) -> Value {
        var value: Value = 0
        for byte in try readBytes(Value.bitWidth / 8) { value = value << 8 | Value(byte) }
        return value
    }

    /// Whether all bytes that are left are zero. Reads them.
    mutating func readZeros() throws(ProfileError) -> Bool {
        let range = try advance(by: remaining)
        return unsafe secret.withUnsafeBytes { bytes in
            range.allSatisfy { unsafe bytes[$0] == 0 }
        }
    }
}
