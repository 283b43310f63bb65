import Testing

@testable import Octets

@Suite struct SecretOctetsTests {
    @Test func descriptionsShowNoByte() {
        let secret = SecretOctets(copying: [0xde, 0xad, 0xbe, 0xef])
        var dumped = ""
        dump(secret, to: &dumped)
        for text in [secret.description, secret.debugDescription, "\(secret)", dumped] {
            #expect(!text.contains("222") && !text.lowercased().contains("de"))
        }
    }

    @Test func equalityIsByContent() {
        #expect(SecretOctets(copying: [1, 2, 3]) == SecretOctets(copying: [1, 2, 3]))
        #expect(SecretOctets(copying: [1, 2, 3]) != SecretOctets(copying: [1, 2, 4]))
        #expect(SecretOctets(copying: [1, 2, 3]) != SecretOctets(copying: [1, 2]))
    }

    @Test func movingInWipesTheSource() {
        var source: [UInt8] = [1, 2, 3]
        let secret = SecretOctets(consuming: &source)
        #expect(source == [0, 0, 0])
        #expect(unsafe secret.withUnsafeBytes { unsafe Array($0) } == [1, 2, 3])
    }

    @Test func nothingIsLeftOnceTheLastReferenceGoes() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 16)
        defer { unsafe memory.deallocate() }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xa5)
        var first: SecretOctets? = unsafe SecretOctets(borrowing: memory)
        var second = first
        #expect(first?.count == 40)
        first = nil
        #expect(unsafe memory.allSatisfy { $0 == 0xa5 }, "another reference still needs the bytes")
        #expect(second != nil)
        second = nil
        #expect(unsafe memory.allSatisfy { $0 == 0 }, "the secret outlived its last reference")
    }

    @Test func wipeLeavesOnlyZeros() {
        var bytes = [UInt8](repeating: 0xa5, count: 100)
        unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) }
        #expect(bytes == [UInt8](repeating: 0, count: 100))
    }

    @Test(arguments: [0, 1, 31, 32, 33])
    func constantTimeEqualityFindsADifferenceAnywhere(count: Int) {
        let reference = [UInt8](repeating: 0x5a, count: count)
        #expect(constantTimeEqual(reference, reference))
        for index in 0..<count {
            var changed = reference
            changed[index] ^= 1
            #expect(!constantTimeEqual(reference, changed))
        }
    }
}
