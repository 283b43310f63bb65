import Ciphers
import Octets
import Testing

@testable import Umbral

/// The one-shot cipher and what is drawn at random.
@Suite struct MessageTests {
    @Test func messagesOfAllSortsOfLengthsComeBack() throws {
        var generator = SeededGenerator(31)
        let owner = SecretKey.random(using: &generator)
        for count in [0, 1, 15, 16, 17, 63, 64, 65, 1000, 1 << 20] {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let (capsule, ciphertext) = try owner.publicKey.encrypt(message, using: &generator)
            #expect(ciphertext.count == count + CapsuleSeed.overheadByteCount)
            #expect(try owner.decrypt(ciphertext, with: capsule) == message)
        }
    }

    @Test func ciphertextsTooShortForNonceAndTagAreRefused() throws {
        let grant = try Grant(1, of: 1)
        for count in 0..<CapsuleSeed.overheadByteCount {
            #expect(throws: UmbralError.ciphertextTooShort(count: count)) {
                try grant.seed.open([UInt8](repeating: 0, count: count), with: grant.capsule)
            }
        }
    }

    @Test func anotherKeyOpensNothing() throws {
        var generator = SeededGenerator(32)
        let (owner, stranger) = (SecretKey.random(using: &generator), SecretKey.random(using: &generator))
        let (capsule, ciphertext) = try owner.publicKey.encrypt([1], using: &generator)
        #expect(throws: UmbralError.decryptionFailed) { try stranger.decrypt(ciphertext, with: capsule) }
    }

    @Test func aBrokenLibraryIsNotTakenForAForgedOrALongMessage() {
        for operation in [LibraryOperation.fetch, .newContext, .update, .tag, .finish] {
            let error = CiphersError.library(operation: operation)
            #expect(
                CapsuleSeed.refusal(error, plaintextCount: 1)
                    == .cipherFailed(reason: "libcrypto refused \(operation.rawValue)"))
        }
        #expect(CapsuleSeed.refusal(.authenticationFailed, plaintextCount: 1) == .decryptionFailed)
        #expect(
            CapsuleSeed.refusal(.tooLong(count: 1 << 40, bound: 1 << 38), plaintextCount: 1 << 40)
                == .plaintextTooLong(count: 1 << 40))
    }

    @Test func nothingRandomRepeats() throws {
        let owner = SecretKey.random()
        #expect(owner != SecretKey.random())
        let (first, second) = (try owner.publicKey.encrypt([7]), try owner.publicKey.encrypt([7]))
        #expect(first.capsule != second.capsule)
        #expect(first.ciphertext.prefix(24) != second.ciphertext.prefix(24))
        let doctor = SecretKey.random()
        let signer = Signer(.random())
        let grants = try (0..<2).map { _ in
            try owner.keyFragments(for: doctor.publicKey, signer: signer, threshold: 2, shares: 3)
        }
        #expect(Set(grants.flatMap { $0.map(\.id) }).count == 6)
        #expect(grants[0][0].fragment.precursor != grants[1][0].fragment.precursor)
        #expect(try grants[0][0].reencrypt(first.capsule) != grants[0][0].reencrypt(first.capsule))
    }

    @Test func theSystemsGeneratorIsBufferedWithoutRepeating() {
        var (one, other) = (SystemEntropy(), SystemEntropy())
        var seen: Set<UInt64> = []
        for _ in 0..<200 {
            seen.insert(one.next())
            seen.insert(other.next())
        }
        #expect(seen.count == 400)
    }

    @Test func oneSeedOneGrant() throws {
        let (first, second) = (try Grant(2, of: 3, seed: 5), try Grant(2, of: 3, seed: 5))
        #expect(first.keyFragments.map { $0.serialized.copied } == second.keyFragments.map { $0.serialized.copied })
        #expect(first.fragments == second.fragments)
    }
}
