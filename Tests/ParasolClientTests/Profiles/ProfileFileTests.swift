import Ciphers
import DurableFiles
import Foundation
import Octets
import Testing

@testable import ParasolClient

@Suite struct ProfileFileTests {
    let disk: ProfileFolderOnDisk
    let path: String
    let profile: Profile
    let passphrase: Passphrase

    init() throws {
        disk = try ProfileFolderOnDisk()
        path = disk["p.profile"]
        profile = try fullProfile()
        passphrase = try phrase("correct horse")
        try ProfileFile.save(profile, to: path, passphrase: passphrase, cost: .least)
    }

    private func load(_ bytes: [UInt8]) throws -> Profile {
        try disk.write(bytes, to: "changed")
        return try ProfileFile.load(disk["changed"], passphrase: passphrase)
    }

    @Test func aProfileComesBack() throws {
        #expect(try ProfileFile.load(path, passphrase: passphrase) == profile)
        #expect(try disk.mode("p.profile") == 0o600)
        #expect(try disk.names() == ["p.profile"])
    }

    @Test func theRecommendedCostOpensToo() throws {
        try ProfileFile.save(profile, to: path, passphrase: passphrase)
        #expect(Array(try disk.bytes("p.profile")[10..<13]) == [17, 8, 1])
        #expect(try ProfileFile.load(path, passphrase: passphrase) == profile)
    }

    @Test func anotherPassphraseOpensNothing() throws {
        for text in ["correct hors", "correct horse ", "Correct horse", "x"] {
            let other = try phrase(text)
            #expect(refusal { try ProfileFile.load(path, passphrase: other) } == .cannotOpen)
        }
    }

    @Test func everyByteIsAuthenticated() throws {
        let bytes = try disk.bytes("p.profile")
        for index in bytes.indices {
            // These two bits ask scrypt for 256 MiB and more; what they do is in the header's own tests.
            let mask: UInt8 = index == 10 ? 0x03 : 0x01
            var changed = bytes
            changed[index] ^= mask
            #expect(refusal { try load(changed) } != nil, "byte \(index)")
        }
    }

    @Test func aTruncatedOrLongerFileIsRefused() throws {
        let bytes = try disk.bytes("p.profile")
        for count in 0..<64 {
            #expect(refusal { try load(Array(bytes[..<count])) } == .headerTruncated(available: count))
        }
        for count in [64, 65, 79, 80, bytes.count - 1] {
            #expect(
                refusal { try load(Array(bytes[..<count])) }
                    == .wrongLength(expected: bytes.count, actual: count))
        }
        #expect(
            refusal { try load(bytes + [0]) } == .wrongLength(expected: bytes.count, actual: bytes.count + 1))
    }

    @Test func headerFieldsAreRefusedByName() throws {
        let bytes = try disk.bytes("p.profile")
        func refused(_ offset: Int, _ value: UInt8) -> ProfileError? {
            var changed = bytes
            changed[offset] = value
            return refusal { try load(changed) }
        }
        #expect(refused(0, 0x88) == .notAProfile)
        #expect(refused(8, 2) == .unknownVersion(2))
        #expect(refused(9, 0) == .unknownDerivation(0))
        for offset in 13..<16 { #expect(refused(offset, 1) == .reserved(offset: offset)) }
    }

    /// Each would take gigabytes or hours, if anything were derived before the bounds are checked.
    @Test(
        arguments: [
            ([0, 8, 1], ScryptCost.Flaw.exponent(0)), ([25, 1, 1], .exponent(25)), ([255, 255, 255], .exponent(255)),
            ([17, 0, 1], .blockSize(0)), ([17, 33, 1], .blockSize(33)), ([17, 8, 0], .parallelism(0)),
            ([17, 8, 17], .parallelism(17)), ([19, 8, 1], .memory(byteCount: 512 << 20)),
            ([24, 32, 16], .memory(byteCount: 64 << 30)),
        ] as [([UInt8], ScryptCost.Flaw)])
    func hostileScryptParametersAreRefusedBeforeAnyWork(cost: [UInt8], flaw: ScryptCost.Flaw) throws {
        var bytes = try disk.bytes("p.profile")
        bytes.replaceSubrange(10..<13, with: cost)
        #expect(refusal { try load(bytes) } == .cost(flaw))
    }

    @Test func aFileBeyondTheBoundIsNotRead() throws {
        let large = disk["large"]
        try disk.write([], to: "large")
        #expect(unsafe truncate(large, 64 << 20 + 1) == 0)
        guard case .file(.tooLong) = refusal({ try ProfileFile.load(large, passphrase: passphrase) }) else {
            Issue.record("read \(large)")
            return
        }
    }

    @Test func twoSavesShareNothing() throws {
        let first = try disk.bytes("p.profile")
        try ProfileFile.save(profile, to: path, passphrase: passphrase, cost: .least)
        let second = try disk.bytes("p.profile")
        #expect(first.count == second.count)
        #expect(first[16..<48] != second[16..<48])
        #expect(first[48..<60] != second[48..<60])
        #expect(zip(first[64...], second[64...]).filter(==).count < first.count / 32)
    }

    @Test func nothingIsInClear() throws {
        let bytes = try disk.bytes("p.profile")
        for number in UInt8(0x21)...0x25 { #expect(!contains(bytes, [UInt8](repeating: number, count: 4))) }
        for text in ["heart", "2026-01-01", "梧桐", "example.org", "correct"] {
            #expect(!contains(bytes, Array(text.utf8)))
        }
    }

    /// The process dies before each single call of a save.
    @Test func anInterruptedSaveLeavesAWholeProfile() throws {
        var changed = profile
        changed.displayName = "changed"
        var seen: Set<String> = []
        for calls in 0... {
            try ProfileFile.save(profile, to: path, passphrase: passphrase, cost: .least)
            let failing = FailingFiles(after: calls)
            let error = refusal {
                try ProfileFile.save(changed, to: path, passphrase: passphrase, cost: .least, in: failing.fileSystem)
            }
            let found = try ProfileFile.load(path, passphrase: passphrase)
            #expect(found == profile || found == changed)
            seen.insert("\(error == nil) \(found == changed)")
            if error == nil { break }
            guard case .file = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(seen == ["false false", "false true", "true true"])
    }

    @Test func passphrasesAreOneTo1024Bytes() throws {
        #expect(refusal { try Passphrase(SecretOctets(copying: [])) } == .passphraseLength(0))
        let long = SecretOctets(copying: [UInt8](repeating: 1, count: 1025))
        #expect(refusal { try Passphrase(long) } == .passphraseLength(1025))
        var bytes = [UInt8](repeating: 1, count: 1024)
        _ = try Passphrase(consuming: &bytes)
        #expect(bytes == [UInt8](repeating: 0, count: 1024))
    }

    /// Bytes as given: the two ways to write the same letter are two passphrases.
    @Test func passphrasesAreNotNormalized() throws {
        try ProfileFile.save(profile, to: path, passphrase: phrase("\u{e9}"), cost: .least)
        let decomposed = try phrase("e\u{301}")
        #expect(refusal { try ProfileFile.load(path, passphrase: decomposed) } == .cannotOpen)
    }
}
