import Octets
import Testing

@testable import Ciphers

@Suite struct XChaCha20Poly1305Tests {
    @Test func subkeyIsTheDraftsOne() throws {
        let nonce = try FixedOctets<16>(hexadecimal: "000000090000004a0000000031415927")
        let subkey = try HChaCha20.subkey(
            key: SecretOctets(copying: Array(0..<32)), nonce: InlineArray { nonce[$0] })
        #expect(plain(subkey).hexadecimal == "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc")
    }

    /// draft-irtf-cfrg-xchacha-03, A.3.1, and two more that are published with Wycheproof.
    @Test(arguments: [
        (
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
            "404142434445464748494a4b4c4d4e4f5051525354555657", "50515253c0c1c2c3c4c5c6c7", sunscreen,
            """
            bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
            731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
            2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
            21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49
            """
        ),
        (
            "ab1562faea9f47af3ae1c3d6d030e3af230255dff3df583ced6fbbcbf9d606a9",
            "6a5e0c4617e07091b605a4de2c02dde117de2ebd53b23497", "", "", "e2697ea6877aba39d9555a00e14db041"
        ),
        (
            "303ccb2e1567c3d9f629a5c632dbc62a9a82c525674f67988b31bd1dee990538",
            "05188738844ab90a8b11beef38eaec3e100d8f4f85ae7a41", "", "62", "45d15734f984d749fa3f0550a70c43dddf"
        ),
    ])
    func publishedVectorsHoldBothWays(key: String, nonce: String, associated: String, text: String, sealed: String)
        throws
    {
        let key = try secret(key)
        let nonce = try FixedOctets<24>(hexadecimal: nonce)
        let associated = try [UInt8](hexadecimal: associated)
        let text = try [UInt8](hexadecimal: text)
        let made = try seal(text, key: key, nonce: nonce, authenticating: associated)
        #expect(made.hexadecimal == sealed)
        #expect(try open(made, key: key, nonce: nonce, authenticating: associated) == text)
    }

    @Test func everyByteOfNonceTextTagAndAssociatedDataCounts() throws {
        var generator = SeededGenerator(seed: 3)
        let key = SecretOctets.random(count: 32, using: &generator)
        let nonce = bytes(24, &generator)
        let associated = bytes(98, &generator)
        let text = bytes(33, &generator)
        let fixed = try FixedOctets<24>(nonce)
        let made = try seal(text, key: key, nonce: fixed, authenticating: associated)
        for index in nonce.indices {
            var changed = nonce
            changed[index] ^= 1
            let other = try FixedOctets<24>(changed)
            #expect(
                caught { try open(made, key: key, nonce: other, authenticating: associated) }
                    == .authenticationFailed)
        }
        for index in made.indices {
            var changed = made
            changed[index] ^= 1
            #expect(
                caught { try open(changed, key: key, nonce: fixed, authenticating: associated) }
                    == .authenticationFailed)
        }
        for index in associated.indices {
            var changed = associated
            changed[index] ^= 1
            #expect(
                caught { try open(made, key: key, nonce: fixed, authenticating: changed) }
                    == .authenticationFailed)
        }
    }

    @Test func aTextWithoutRoomForItsTagAndAnOutputTooSmallAreRefusedBeforeAnythingIsWritten() {
        let key = SecretOctets(copying: [UInt8](repeating: 0, count: 32))
        let nonce = FixedOctets<24>()
        #expect(
            caught { try open([UInt8](repeating: 0, count: 15), key: key, nonce: nonce, authenticating: []) }
                == .noRoomForTag(count: 15, tag: 16))
        let text: [UInt8] = [1, 2, 3]
        var written: Int?
        #expect(
            caught {
                try [UInt8](capacity: 18) { output throws(CiphersError) in
                    defer { written = output.count }
                    try XChaCha20Poly1305.seal(
                        text.span, key: key, nonce: nonce, authenticating: [UInt8]().span, into: &output)
                }
            } == .outputTooSmall(needed: 19, available: 18))
        #expect(written == 0)
    }

    @Test func onlyAKeyOfThirtyTwoBytesIsTaken() {
        let key = SecretOctets(copying: [UInt8](repeating: 0, count: 31))
        #expect(
            caught { try seal([], key: key, nonce: FixedOctets<24>(), authenticating: []) }
                == .wrongKeyLength(expected: 32, actual: 31))
    }
}

/// `ciphertext ‖ tag` as an array of its own.
private func seal(
    _ text: [UInt8], key: SecretOctets, nonce: FixedOctets<24>, authenticating associated: [UInt8]
) throws(CiphersError) -> [UInt8] {
    try [UInt8](capacity: text.count + XChaCha20Poly1305.tagByteCount) { output throws(CiphersError) in
        try XChaCha20Poly1305.seal(text.span, key: key, nonce: nonce, authenticating: associated.span, into: &output)
    }
}

/// The plaintext as an array of its own.
private func open(
    _ sealed: [UInt8], key: SecretOctets, nonce: FixedOctets<24>, authenticating associated: [UInt8]
) throws(CiphersError) -> [UInt8] {
    try [UInt8](capacity: sealed.count) { output throws(CiphersError) in
        try XChaCha20Poly1305.open(sealed.span, key: key, nonce: nonce, authenticating: associated.span, into: &output)
    }
}
