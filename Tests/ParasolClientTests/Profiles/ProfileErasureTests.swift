import Octets
import ServiceProtocols
import SharingContracts
import Testing

@testable import ParasolClient

@Suite struct ProfileErasureTests {
    @Test func anErasedFoldersSecretsAreNotInTheSavedContents() async throws {
        let disk = try ProfileFolderOnDisk()
        let passphrase = try phrase("x")
        let path = disk["p"]
        let store = try ProfileStore.create(try fullProfile(), at: path, passphrase: passphrase, cost: .least)
        let before = plain(try await store.profile.encoded())
        let id: FolderID = try identifier(0x31)
        try await store.update { (profile) throws(ProfileError) in
            try profile.eraseFolder(id, at: Timestamp(milliseconds: 7))
        }
        let saved = try ProfileFile.load(path, passphrase: passphrase)
        let after = plain(try saved.encoded())
        for number in UInt8(0x23)...0x25 {
            #expect(contains(before, [UInt8](repeating: number, count: 32)))
            #expect(!contains(after, [UInt8](repeating: number, count: 4)))
        }
        #expect(saved.folder(id)?.isErased == true)
        #expect(saved.folder(id)?.keys == nil)
        #expect(saved.folder(id)?.state == .erased(at: Timestamp(milliseconds: 7)))
    }

    @Test func erasureLetsTheLastReferencesGo() throws {
        weak var share: SecretOctets?
        var profile: Profile
        do {
            let secret = key(0x25)
            share = secret
            profile = Profile(
                kind: .patient, displayName: "",
                folders: [
                    ProfileFolder(
                        id: try identifier(1), name: "", createdAt: Timestamp(milliseconds: 0),
                        state: .open(try FolderKeys(signingKey: key(1), verifyingSecret: key(2), share: secret)))
                ])
        }
        #expect(share != nil)
        try profile.eraseFolder(identifier(1), at: Timestamp(milliseconds: 1))
        #expect(share == nil)
        #expect(profile.folders.count == 1)
    }

    @Test func erasingAgainKeepsTheFirstTime() throws {
        var profile = try fullProfile()
        try profile.eraseFolder(identifier(0x31), at: Timestamp(milliseconds: 1))
        try profile.eraseFolder(identifier(0x31), at: Timestamp(milliseconds: 2))
        #expect(profile.folder(try identifier(0x31))?.state == .erased(at: Timestamp(milliseconds: 1)))
    }

    @Test func descriptionsAndDumpsShowNothing() throws {
        let profile = try fullProfile()
        let passphrase = try phrase("correct horse")
        var texts = [
            "\(profile)", profile.debugDescription, "\(profile.folders)", "\(profile.folders[0].state)",
            "\(passphrase)", passphrase.debugDescription, "\(profile.deliveries)",
        ]
        for value in [profile, profile.folders, profile.folders[0].keys as Any, passphrase, profile.deliveries] as [Any]
        {
            var text = ""
            dump(value, to: &text)
            texts.append(text)
        }
        for text in texts {
            for hidden in [
                "2323", "2424", "2525", "2121", "35, 35", "36, 36", "37, 37", "99, 99", "correct", "heart", "梧桐",
            ] {
                #expect(!text.contains(hidden), "\(hidden) in \(text)")
            }
        }
    }

    @Test func deliveriesAreSettledOneByOne() throws {
        var profile = try fullProfile()
        let consent: ConsentID = try identifier(0x62)
        #expect(profile.deliveries(of: consent).count == 1)
        profile.settle(consent, proxy: try identifier(0x60))
        #expect(profile.deliveries.count == 1)
        profile.settle(consent, proxy: try identifier(0x61))
        #expect(profile.deliveries.isEmpty)
    }

    @Test func aRememberedRecordReplacesWhatWasKnownOfIt() throws {
        var profile = try fullProfile()
        var record = try #require(profile.record(try identifier(0x41)))
        record.label = "renamed"
        profile.remember(record)
        #expect(profile.records == [record])
        let other = KnownRecord(
            id: try identifier(0x42), folder: record.folder, label: "", address: record.address)
        profile.remember(other)
        #expect(profile.records == [record, other])
    }

    @Test func signingKeysGoBothWays() throws {
        let secret = key(0x21)
        #expect(ProfileKeys.octets(of: try ProfileKeys.signingKey(secret)) == secret)
    }
}
