import Crypto
import Foundation
import Octets
import TestKit
import Testing
import TransparencyLog

@testable import EmbeddedNode

struct RoleFolderTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private func folder(_ role: NodeRole) -> RoleFolder { RoleFolder(role, at: temporary.path(role.rawValue)) }

    private func change(_ path: String, mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test(arguments: NodeRole.allCases) func aFolderIsMadeOnceAndReadAsItWasMade(role: NodeRole) throws {
        let folder = folder(role)
        #expect(try !folder.exists())
        try folder.create(named: try KeyName("a.example"))
        #expect(try folder.exists())
        if role.noteKey != nil {
            let key = try folder.noteSigner().verifierKey
            #expect("\(key.name)" == "a.example")
            #expect(try folder.noteSigner().verifierKey == key)
        }
        if role.keys.contains(.identity) {
            #expect(try folder.signerID() == folder.signerID())
            #expect(
                try folder.identityKey().publicKey.rawRepresentation == folder.identityKey().publicKey.rawRepresentation
            )
        }
        #expect(throws: KeyFileError.self) { try folder.create(named: try KeyName("a.example")) }
    }

    @Test func aKeyIsNeverReplaced() throws {
        let file = KeyFile(temporary.path("one.key"))
        let secret = try file.create()
        #expect(throws: KeyFileError.exists(path: file.path)) { try file.create() }
        #expect(try file.load() == secret)
    }

    @Test func aKeyThatOthersMayReadIsRefused() throws {
        let file = KeyFile(temporary.path("one.key"))
        _ = try file.create()
        for mode in [0o640, 0o604, 0o620, 0o601] {
            try change(file.path, mode: mode)
            #expect(throws: KeyFileError.readByOthers(path: file.path, mode: UInt32(mode))) { try file.load() }
        }
        try change(file.path, mode: 0o400)
        _ = try file.load()
    }

    @Test(arguments: [0, 31, 33, 64]) func aKeyOfAnotherSizeIsRefused(bytes: Int) throws {
        let file = KeyFile(temporary.path("one.key"))
        try Data(repeating: 1, count: bytes).write(to: URL(fileURLWithPath: file.path))
        try change(file.path, mode: 0o600)
        #expect(throws: KeyFileError.wrongSize(path: file.path, bytes: UInt64(bytes))) { try file.load() }
    }

    @Test func aMissingKeyIsNamed() throws {
        let folder = folder(.proxy)
        #expect(throws: KeyFileError.missing(path: folder.file("opening.key"))) { try folder.openingKey() }
        try folder.create()
        try FileManager.default.removeItem(atPath: folder.file("opening.key"))
        // One that is there in part is not made anew.
        #expect(throws: KeyFileError.missing(path: folder.file("opening.key"))) { try folder.exists() }
    }

    @Test func aScalarThatIsNoneIsRefused() throws {
        let folder = folder(.keyService)
        try folder.create()
        let path = folder.file("identity.key")
        try Data(repeating: 0xff, count: 32).write(to: URL(fileURLWithPath: path))
        try change(path, mode: 0o600)
        let error = #expect(throws: KeyFileError.self) { try folder.identityKey() }
        guard case .notAKey(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["", "zz\n", "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddee\n"])
    func anIdentifierThatIsNoneIsRefused(text: String) throws {
        let folder = folder(.proxy)
        try folder.create()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("IDENTITY")))
        #expect(throws: KeyFileError.self) { try folder.signerID() }
    }
}
