import Octets
import ServiceProtocols
import SharingContracts
import Testing

@testable import ParasolClient

@Suite struct ProfileCodingTests {
    private func decoded(_ bytes: [UInt8]) throws -> Profile {
        try Profile(decoding: SecretOctets(copying: bytes), count: bytes.count)
    }

    @Test func everyFieldComesBack() throws {
        let profile = try fullProfile()
        #expect(try decoded(plain(try profile.encoded())) == profile)
    }

    @Test(arguments: ProfileKind.allCases)
    func anEmptyProfileOfEachKindComesBack(kind: ProfileKind) throws {
        let profile = Profile(kind: kind, displayName: "")
        let bytes = plain(try profile.encoded())
        #expect(bytes.count == 4096)
        #expect(try decoded(bytes) == profile)
    }

    @Test func theLayoutIsTheSpecifications() throws {
        let profile = Profile(
            kind: .doctor, displayName: "Dr A", signer: try identifier(0xaa), signingKey: key(1), receivingKey: nil)
        let bytes = plain(try profile.encoded())
        let expected: [UInt8] =
            [3, 0, 4] + Array("Dr A".utf8) + [1] + [UInt8](repeating: 0xaa, count: 16) + [1]
            + [UInt8](repeating: 1, count: 32) + [0] + [0, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 0, 0] + [0]
        #expect(Array(bytes.prefix(expected.count)) == expected)
        #expect(bytes.dropFirst(expected.count).allSatisfy { $0 == 0 })
    }

    @Test func contentsAreAlwaysWholeBlocks() throws {
        for length in 0...255 {
            let profile = Profile(kind: .auditor, displayName: String(repeating: "x", count: length))
            #expect(plain(try profile.encoded()).count == 4096)
        }
        #expect(plain(try fullProfile().encoded()).count % 4096 == 0)
    }

    /// Every length, count and choice is met by some cut; none may trap, none may pass.
    @Test func truncatedContentsAreRefused() throws {
        let bytes = plain(try fullProfile().encoded())
        for count in 0..<bytes.count {
            #expect(refusal { try decoded(Array(bytes[..<count])) } != nil, "\(count) bytes")
        }
    }

    @Test func whatFollowsTheContentsMustBeZero() throws {
        let bytes = plain(try Profile(kind: .doctor, displayName: "").encoded())
        for position in [26, 100, 4095] {
            var changed = bytes
            changed[position] = 1
            #expect(refusal { try decoded(changed) } == .invalid(field: .padding, .notZero))
        }
        guard case .malformed(.trailing) = refusal({ try decoded(bytes + [UInt8](repeating: 0, count: 4096)) }) else {
            Issue.record("a whole block of padding passed")
            return
        }
    }

    @Test func choicesOutsideTheFormatAreRefused() throws {
        var bytes = plain(try Profile(kind: .doctor, displayName: "").encoded())
        bytes[0] = 11
        #expect(refusal { try decoded(bytes) } == .invalid(field: .kind, .unknownValue(11)))
        bytes[0] = 3
        bytes[3] = 2
        #expect(refusal { try decoded(bytes) } == .invalid(field: .signer, .unknownValue(2)))
    }

    /// A count is refused by its bound before anything is allocated for it.
    @Test func hostileCountsAreRefused() throws {
        let bytes = plain(try Profile(kind: .doctor, displayName: "").encoded())
        for (offset, field, bound) in [
            (6, ProfileField.folders, 4096), (10, .records, 65536), (14, .deliveries, 16384),
            (18, .outbox, 256),
        ] {
            var changed = bytes
            for index in 0..<4 { changed[offset + index] = 0xff }
            #expect(
                refusal { try decoded(changed) }
                    == .invalid(field: field, .tooMany(count: Int(UInt32.max), bound: bound)))
        }
    }

    @Test func aNameThatIsNotUTF8IsRefused() throws {
        var bytes = plain(try Profile(kind: .doctor, displayName: "ab").encoded())
        bytes[3] = 0xff
        #expect(refusal { try decoded(bytes) } == .invalid(field: .displayName, .notUTF8))
    }

    @Test func keysOutOfRangeAreRefused() throws {
        for secret in [SecretOctets(copying: [UInt8](repeating: 0, count: 32)), key(0xff), SecretOctets(copying: [1])] {
            var profile = Profile(kind: .doctor, displayName: "")
            profile.signingKey = secret
            #expect(refusal { try profile.encoded() } == .invalid(field: .signingKey, .notAKey))
            profile.signingKey = nil
            profile.receivingKey = secret
            #expect(refusal { try profile.encoded() } == .invalid(field: .receivingKey, .notAKey))
            #expect(
                refusal { try FolderKeys(signingKey: secret, verifyingSecret: key(1), share: key(1)) }
                    == .invalid(field: .folderSigningKey, .notAKey))
            #expect(
                refusal { try FolderKeys(signingKey: key(1), verifyingSecret: secret, share: key(1)) }
                    == .invalid(field: .folderVerifyingSecret, .notAKey))
            #expect(
                refusal { try FolderKeys(signingKey: key(1), verifyingSecret: key(1), share: secret) }
                    == .invalid(field: .folderShare, .notAKey))
        }
    }

    @Test func whatCannotBeReadBackIsNotWritten() throws {
        let long = String(repeating: "x", count: 256)
        let full = try fullProfile()
        func refused(_ change: (inout Profile) -> Void) -> ProfileError? {
            var profile = full
            change(&profile)
            return refusal { try profile.encoded() }
        }
        let tooLong = ProfileFlaw.tooLong(count: 256, bound: 255)
        #expect(refused { $0.displayName = long } == .invalid(field: .displayName, tooLong))
        #expect(refused { $0.folders[0].name = long } == .invalid(field: .folderName, tooLong))
        #expect(refused { $0.records[0].label = long } == .invalid(field: .recordLabel, tooLong))
        #expect(refused { $0.folders.append($0.folders[0]) } == .invalid(field: .folders, .duplicate))
        #expect(refused { $0.records.append($0.records[0]) } == .invalid(field: .records, .duplicate))
        #expect(refused { $0.deliveries.append($0.deliveries[0]) } == .invalid(field: .deliveries, .duplicate))
        #expect(
            refused { $0.trust?.checkpoint = [UInt8](repeating: 0, count: 1 << 20 + 1) }
                == .invalid(field: .checkpoint, .tooLong(count: 1 << 20 + 1, bound: 1 << 20)))
        #expect(
            refused { $0.trust?.witnessPolicy = String(repeating: "x", count: 16_385) }
                == .invalid(field: .witnessPolicy, .tooLong(count: 16_385, bound: 16_384)))
        #expect(
            refused { $0.trust?.logKey = String(repeating: "x", count: 4_097) }
                == .invalid(field: .logKey, .tooLong(count: 4_097, bound: 4_096)))
        let part = [UInt8](repeating: 0, count: 8_193)
        let consent: ConsentID = try identifier(1)
        let proxy: IdentityID = try identifier(2)
        #expect(
            refused {
                $0.deliveries = [
                    PendingDelivery(
                        proxy: proxy,
                        delivery: FragmentDelivery(consent: consent, patientHalf: [], serviceHalf: part))
                ]
            } == .invalid(field: .deliveryPart, .tooLong(count: 8_193, bound: 8_192)))
    }
}
