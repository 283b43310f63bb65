import Octets
import Testing

@testable import Ciphers

@Suite struct AEADContextTests {
    struct KnownAnswer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let algorithm: AEADAlgorithm
        let key, nonce, associated, plaintext, sealed: String
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, cases 13 to 16 (the set NIST took over), and RFC 8439, 2.8.2.
    static let published: [KnownAnswer] = [
        .init(
            testDescription: "GCM case 13", algorithm: .aes256GCM, key: String(repeating: "0", count: 64),
            nonce: String(repeating: "0", count: 24), associated: "", plaintext: "",
            sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
        .init(
            testDescription: "GCM case 14", algorithm: .aes256GCM, key: String(repeating: "0", count: 64),
            nonce: String(repeating: "0", count: 24), associated: "", plaintext: String(repeating: "0", count: 32),
            sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
        .init(
            testDescription: "GCM case 15", algorithm: .aes256GCM,
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888", associated: "",
            plaintext: """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255
                """,
            sealed: """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad\
                b094dac5d93471bdec1a502270e3cc6c
                """),
        .init(
            testDescription: "GCM case 16", algorithm: .aes256GCM,
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888", associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            plaintext: """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
                """,
            sealed: """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
                76fc6ece0f4e1768cddf8853bb2d551b
                """),
        .init(
            testDescription: "RFC 8439, 2.8.2", algorithm: .chaCha20Poly1305,
            key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
            nonce: "070000004041424344454647", associated: "50515253c0c1c2c3c4c5c6c7", plaintext: sunscreen,
            sealed: """
                d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6\
                3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36\
                92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691
                """),
    ]

    @Test(arguments: published)
    func publishedVectorsHoldBothWays(_ known: KnownAnswer) throws {
        var context = try AEADContext(known.algorithm, key: secret(known.key))
        let plaintext = try [UInt8](hexadecimal: known.plaintext)
        let associated = try [UInt8](hexadecimal: known.associated)
        let sealed = try [UInt8](hexadecimal: known.sealed)
        let nonce = try nonce(known.nonce)
        #expect(try context.seal(plaintext, nonce: nonce, authenticating: associated) == sealed)
        #expect(try context.open(sealed, nonce: nonce, authenticating: associated) == plaintext)
        // Again on the same context: neither direction leaves anything behind.
        #expect(try context.seal(plaintext, nonce: nonce, authenticating: associated) == sealed)

        var buffer = plaintext + [UInt8](repeating: 0xee, count: 16)
        do {
            var raw = buffer.mutableSpan
            try context.sealInPlace(&raw, nonce: nonce, authenticating: associated.span)
        }
        #expect(buffer == sealed)
        do {
            var raw = buffer.mutableSpan
            try context.openInPlace(&raw, nonce: nonce, authenticating: associated.span)
        }
        #expect(buffer.dropLast(16) == plaintext[...])
    }

    @Test(arguments: AEADAlgorithm.allCases)
    func everyChangedBitIsRefusedAndNothingIsReleased(_ algorithm: AEADAlgorithm) throws {
        var generator = SeededGenerator(seed: 1)
        var context = try AEADContext(algorithm, key: .random(count: 32, using: &generator))
        let text = bytes(40, &generator)
        let associated = bytes(9, &generator)
        let nonce: AEADNonce = InlineArray { UInt8($0) }
        let sealed = try context.seal(text, nonce: nonce, authenticating: associated)
        for bit in 0..<8 * sealed.count {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            var target = [UInt8](repeating: 0x77, count: 40)
            do {
                var raw = target.mutableSpan
                unsafe raw.withUnsafeMutableBufferPointer { memory in
                    var output = unsafe OutputSpan<UInt8>(buffer: memory, initializedCount: 0)
                    #expect(throws: CiphersError.authenticationFailed) {
                        try context.open(
                            changed.span, nonce: nonce, authenticating: associated.span, into: &output)
                    }
                    #expect(output.count == 0)
                }
            }
            #expect(target == [UInt8](repeating: 0, count: 40))
            do {
                var raw = changed.mutableSpan
                #expect(throws: CiphersError.authenticationFailed) {
                    try context.openInPlace(&raw, nonce: nonce, authenticating: associated.span)
                }
            }
            #expect(changed.prefix(40) == [UInt8](repeating: 0, count: 40)[...])
        }
        for index in associated.indices {
            var changed = associated
            changed[index] ^= 0x80
            #expect(caught { try context.open(sealed, nonce: nonce, authenticating: changed) } == .authenticationFailed)
        }
        for index in 0..<12 {
            var changed = nonce
            changed[index] ^= 1
            #expect(
                caught { try context.open(sealed, nonce: changed, authenticating: associated) } == .authenticationFailed
            )
        }
        #expect(try context.open(sealed, nonce: nonce, authenticating: associated) == text)
    }

    @Test(arguments: AEADAlgorithm.allCases)
    func reusedContextsEqualFreshOnes(_ algorithm: AEADAlgorithm) throws {
        var generator = SeededGenerator(seed: 2)
        let key = SecretOctets.random(count: 32, using: &generator)
        var reused = try AEADContext(algorithm, key: key)
        for round in 0..<200 {
            let text = bytes(Int.random(in: 0...300, using: &generator), &generator)
            let associated = bytes(Int.random(in: 0...40, using: &generator), &generator)
            let nonce: AEADNonce = InlineArray { UInt8(truncatingIfNeeded: round &* ($0 + 1)) }
            var fresh = try AEADContext(algorithm, key: key)
            let sealed = try reused.seal(text, nonce: nonce, authenticating: associated)
            #expect(sealed == (try fresh.seal(text, nonce: nonce, authenticating: associated)))
            #expect(try reused.open(sealed, nonce: nonce, authenticating: associated) == text)
        }
    }

    @Test(arguments: AEADAlgorithm.allCases)
    func misuseIsNamedBeforeAnythingIsWritten(_ algorithm: AEADAlgorithm) throws {
        for count in [0, 16, 31, 33] {
            let key = SecretOctets(copying: [UInt8](repeating: 1, count: count))
            #expect(
                caught { _ = try AEADContext(algorithm, key: key) }
                    == .wrongKeyLength(expected: 32, actual: count))
        }
        var context = try AEADContext(algorithm, key: SecretOctets(copying: [UInt8](repeating: 1, count: 32)))
        let nonce = AEADNonce(repeating: 0)
        for count in 0..<16 {
            let short = [UInt8](repeating: 0, count: count)
            #expect(caught { try context.open(short, nonce: nonce) } == .noRoomForTag(count: count, tag: 16))
        }
        var room = [UInt8](repeating: 9, count: 20)
        let text: [UInt8] = [1, 2, 3, 4, 5]
        do {
            var raw = room.mutableSpan
            unsafe raw.withUnsafeMutableBufferPointer { memory in
                var output = unsafe OutputSpan<UInt8>(buffer: memory, initializedCount: 0)
                #expect(throws: CiphersError.outputTooSmall(needed: 21, available: 20)) {
                    try context.seal(
                        text.span, nonce: nonce, authenticating: [UInt8]().span, into: &output)
                }
            }
        }
        #expect(room == [UInt8](repeating: 9, count: 20))
    }
}
