import Ciphers
import DurableFiles
import Octets
import SharingContracts
import Testing

@testable import ParasolClient

@Suite struct ProfileStoreTests {
    let disk: ProfileFolderOnDisk
    let path: String
    let passphrase: Passphrase

    init() throws {
        disk = try ProfileFolderOnDisk()
        path = disk["p.profile"]
        passphrase = try phrase("correct horse")
    }

    private func create(_ files: FileSystem = FileSystem()) throws -> ProfileStore {
        try ProfileStore.create(try fullProfile(), at: path, passphrase: passphrase, cost: .least, in: files)
    }

    @Test func changesAreOnDiskWhenUpdateReturns() async throws {
        let store = try create()
        let count = try await store.update { profile in
            profile.displayName = "new"
            return profile.folders.count
        }
        #expect(count == 2)
        let saved = try ProfileFile.load(path, passphrase: passphrase)
        #expect(saved.displayName == "new")
        #expect(await store.profile == saved)
        #expect(try disk.mode("p.profile") == 0o600)
    }

    @Test func anOpenedProfileIsTheSavedOne() async throws {
        _ = try create()
        let store = try ProfileStore.open(path, passphrase: passphrase)
        #expect(await store.profile == (try fullProfile()))
    }

    @Test func aNewProfileReplacesNothing() throws {
        _ = try create()
        let before = try disk.bytes("p.profile")
        #expect(refusal { try create() } == .exists(path: path))
        #expect(try disk.bytes("p.profile") == before)
    }

    @Test func twoStoresCannotHaveTheSameFile() async throws {
        var store: ProfileStore? = try create()
        #expect(refusal { try ProfileStore.open(path, passphrase: passphrase) } == .inUse(path: path))
        #expect(await store?.profile.kind == .patient)
        store = nil
        _ = try ProfileStore.open(path, passphrase: passphrase)
    }

    @Test func aMissingProfileIsNamedAndNothingIsMade() throws {
        #expect(
            refusal { try ProfileStore.open(path, passphrase: passphrase) }
                == .file(.system(operation: .open, path: path, code: FileError.missing)))
        #expect(try disk.names() == [])
    }

    @Test func aChangeThatThrowsChangesNothing() async throws {
        let store = try create()
        let before = try disk.bytes("p.profile")
        let unknown: FolderID = try identifier(0x99)
        let error = await refusal {
            try await store.update { (profile) throws(ProfileError) in
                profile.displayName = "half"
                try profile.eraseFolder(unknown, at: Timestamp(milliseconds: 1))
            }
        }
        #expect(error == .unknownFolder("\(unknown)"))
        #expect(await store.profile == (try fullProfile()))
        #expect(try disk.bytes("p.profile") == before)
    }

    @Test func aSaveThatFailsLeavesMemoryAndDiskAsTheyWere() async throws {
        let failing = FailingFiles(after: .max)
        let store = try create(failing.fileSystem)
        let before = try disk.bytes("p.profile")
        failing.fail()
        let error = await refusal { try await store.update { $0.displayName = "lost" } }
        guard case .file = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(await store.profile == (try fullProfile()))
        #expect(try disk.bytes("p.profile") == before)
        failing.mend()
        try await store.update { $0.displayName = "kept" }
        #expect(try ProfileFile.load(path, passphrase: passphrase).displayName == "kept")
    }

    @Test func whatInterruptedSavesLeftIsRemoved() throws {
        _ = try create()
        try disk.write([1], to: "p.profile.new-12ab")
        _ = try ProfileStore.open(path, passphrase: passphrase)
        #expect(try disk.names() == ["p.profile", "p.profile.lock"])
    }

    @Test func aChangedPassphraseIsTheOnlyOneThatOpens() async throws {
        let new = try phrase("battery staple")
        do {
            let store = try create()
            let salt = try disk.bytes("p.profile")[16..<48]
            try await store.changePassphrase(to: new, cost: .least)
            #expect(try disk.bytes("p.profile")[16..<48] != salt)
            try await store.update { $0.displayName = "after" }
        }
        #expect(refusal { try ProfileFile.load(path, passphrase: passphrase) } == .cannotOpen)
        #expect(try ProfileFile.load(path, passphrase: new).displayName == "after")
    }

    @Test func aPassphraseChangeThatFailsLeavesTheOldOne() async throws {
        let failing = FailingFiles(after: .max)
        let store = try create(failing.fileSystem)
        failing.fail()
        let new = try phrase("battery staple")
        #expect(await refusal { try await store.changePassphrase(to: new, cost: .least) } != nil)
        failing.mend()
        try await store.update { $0.displayName = "kept" }
        #expect(try ProfileFile.load(path, passphrase: passphrase).displayName == "kept")
    }

    @Test func aBackUpIsAProfileOfItsOwn() async throws {
        let store = try create()
        let copy = disk["copy"]
        try await store.backUp(to: copy)
        #expect(try ProfileFile.load(copy, passphrase: passphrase) == (try fullProfile()))
        #expect(await refusal { try await store.backUp(to: copy) } == .exists(path: copy))
        #expect(try disk.mode("copy") == 0o600)
    }

    /// No nonce comes twice under one key, and every save has one of its own.
    @Test func everySaveHasAFreshNonce() async throws {
        let store = try create()
        var nonces: Set<[UInt8]> = []
        for _ in 0..<50 {
            try await store.update { _ in }
            nonces.insert(Array(try disk.bytes("p.profile")[48..<60]))
        }
        #expect(nonces.count == 50)
    }
}
