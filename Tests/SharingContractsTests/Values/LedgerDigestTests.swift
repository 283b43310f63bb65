import Crypto
import Octets
import SharingContracts
import Testing

struct LedgerDigestTests {
    let id = Array(UInt8(0)..<16)
    let other = Array(UInt8(16)..<32)

    @Test func capsuleDigestIsTheTaggedHash() throws {
        let capsule = [UInt8](repeating: 0xab, count: 98)
        let expected = SHA256.hash(data: Array("parasol-capsule/v1\0".utf8) + capsule)
        #expect(LedgerDigest.capsule(capsule).bytes == Array(expected))
        #expect(LedgerDigest.capsule(capsule.dropLast() + [0]) != LedgerDigest.capsule(capsule))
    }

    @Test func fragmentDigestIsTheTaggedHash() throws {
        let fragment = [UInt8](repeating: 0xcd, count: 359)
        let expected = SHA256.hash(data: Array("parasol-capsule-fragment/v1\0".utf8) + id + other + fragment)
        let digest = LedgerDigest.fragment(fragment, by: try IdentityID(other), for: try TransactionID(id))
        #expect(digest.bytes == Array(expected))
        #expect(digest != LedgerDigest.fragment(fragment, by: try IdentityID(id), for: try TransactionID(other)))
        #expect(LedgerDigest.answer([fragment], by: try IdentityID(other), for: try TransactionID(id)) == digest)
    }

    @Test func anAnswersDigestIsOfItsPartsInOrder() throws {
        let (transformer, request) = (try IdentityID(other), try TransactionID(id))
        let parts: [[UInt8]] = [[1], [2, 3]]
        let digests = parts.map { LedgerDigest.fragment($0, by: transformer, for: request) }
        let expected = SHA256.hash(
            data: Array("parasol-capsule-fragments/v1\0".utf8) + digests.flatMap { $0.bytes })
        #expect(LedgerDigest.answer(parts, by: transformer, for: request).bytes == Array(expected))
        #expect(LedgerDigest.answer(parts: digests.reversed()).bytes != Array(expected))
    }
}
