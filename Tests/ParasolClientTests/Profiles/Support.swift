import Ciphers
import Crypto
import Foundation
import Octets
import ServiceProtocols
import SharingContracts

@testable import ParasolClient

/// A folder of a test's own, removed with everything in it when the last reference goes.
final class ProfileFolderOnDisk: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "parasol-profile-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(name: String) -> String { path + "/" + name }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: self[name])
        return (attributes[.posixPermissions] as? Int) ?? 0
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: self[name]))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: self[name])) }
}

/// 32 bytes that are a secret key of either curve, and easy to find in a dump.
func key(_ number: UInt8) -> SecretOctets { SecretOctets(copying: [UInt8](repeating: number, count: 32)) }

func phrase(_ text: String) throws -> Passphrase { try Passphrase(SecretOctets(copying: Array(text.utf8))) }

func plain(_ secret: SecretOctets) -> [UInt8] { unsafe secret.withUnsafeBytes { unsafe Array($0) } }

func identifier<Kind>(_ number: UInt8) throws -> Identifier<Kind> {
    try Identifier([UInt8](repeating: number, count: 16))
}

extension ScryptCost {
    /// Next to nothing, so that thousands of tries fit into a test.
    static var least: ScryptCost { get throws { try ScryptCost(exponent: 1, blockSize: 1, parallelism: 1) } }
}

/// A patient's profile with something in every field.
func fullProfile() throws -> Profile {
    Profile(
        kind: .patient, displayName: "梧桐 Ångström", signer: try identifier(0x11), signingKey: key(0x21),
        receivingKey: key(0x22),
        folders: [
            ProfileFolder(
                id: try identifier(0x31), name: "heart", createdAt: Timestamp(milliseconds: 1_767_225_600_000),
                state: .open(
                    try FolderKeys(signingKey: key(0x23), verifyingSecret: key(0x24), share: key(0x25)))),
            ProfileFolder(
                // Public, and shown: its digits must not be mistaken for those of a secret below.
                id: try identifier(0x3c), name: "", createdAt: Timestamp(milliseconds: 0),
                state: .erased(at: .latest)),
        ],
        records: [
            KnownRecord(
                id: try identifier(0x41), folder: try identifier(0x31), label: "2026-01-01 rest",
                address: try ContentAddress([UInt8](repeating: 0x51, count: 32)))
        ],
        deliveries: [
            PendingDelivery(
                proxy: try identifier(0x61),
                delivery: FragmentDelivery(
                    consent: try identifier(0x62), patientHalf: [UInt8](repeating: 0x63, count: 1400),
                    serviceHalf: []))
        ],
        outbox: [[0x71], [UInt8](repeating: 0x72, count: 300)],
        trust: LedgerTrust(
            logKey: "example.org/log+1234abcd+AQ==", witnessPolicy: "log x\nquorum none\n", checkpoint: [1, 2, 3]))
}

func refusal<Result>(_ body: () throws -> Result) -> ProfileError? {
    do {
        _ = try body()
        return nil
    } catch { return error as? ProfileError }
}

func refusal<Result>(_ body: () async throws -> Result) async -> ProfileError? {
    do {
        _ = try await body()
        return nil
    } catch { return error as? ProfileError }
}

func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains {
        bytes[$0] == part[0] && Array(bytes[$0..<$0 + part.count]) == part
    }
}
