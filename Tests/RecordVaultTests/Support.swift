import Crypto
import DurableFiles
import Foundation
import Octets
import RecordVault
import ServiceProtocols
import SharingContracts
import Synchronization

/// A folder of a test's own, removed with everything in it when the last reference goes.
final class TemporaryFolder: Sendable {
    let path: String
    /// The vault opened last, which the next one takes over from.
    let vault = Mutex<RecordVault?>(nil)

    init() throws {
        path = NSTemporaryDirectory() + "parasol-vault-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Paths of all files below `part`, relative to it.
    func files(below part: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: path + "/" + part)?.allObjects as? [String] ?? []
        return found.filter { name in
            var isFolder: ObjCBool = false
            return unsafe FileManager.default.fileExists(atPath: "\(path)/\(part)/\(name)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }
}

/// Stands still until a test moves it.
final class TestClock: Clock {
    private let time: Mutex<UInt64>
    init(_ milliseconds: UInt64 = 1_767_225_600_000) { time = Mutex(milliseconds) }
    func now() -> Timestamp { Timestamp(milliseconds: time.withLock { $0 }) }
    func set(_ milliseconds: UInt64) { time.withLock { $0 = milliseconds } }
    func advance(_ milliseconds: UInt64) { time.withLock { $0 += milliseconds } }
}

struct FileCall: Equatable, Sendable {
    let operation: FileOperation
    let path: String
}

/// What goes wrong, and when: switched by the test.
final class Faults: Sendable {
    private struct State {
        var errno: [FileOperation: Int32] = [:]
        var places: [FileOperation: String] = [:]
        var callsLeft: Int?
        var calls: [FileCall] = []
        var hook: (@Sendable (FileCall) -> Void)?
    }
    private let state = Mutex(State())

    var fileSystem: FileSystem {
        FileSystem { operation, path in
            let call = FileCall(operation: operation, path: path)
            self.state.withLock { $0.hook }?(call)
            return self.state.withLock { state in
                state.calls.append(call)
                if let code = state.errno[operation], state.places[operation].map({ path.contains($0) }) ?? true {
                    return code
                }
                guard let left = state.callsLeft else { return nil }
                guard left > 0 else { return EIO }
                state.callsLeft = left - 1
                return nil
            }
        }
    }

    /// Fails calls of one kind, or those whose path contains `place`.
    func fail(_ operation: FileOperation, with code: Int32, below place: String? = nil) {
        state.withLock {
            $0.errno[operation] = code
            $0.places[operation] = place
        }
    }
    /// What was asked for so far, in order.
    var calls: [FileCall] { state.withLock { $0.calls } }
    /// Has each call told before it happens.
    func before(_ hook: @escaping @Sendable (FileCall) -> Void) { state.withLock { $0.hook = hook } }
    /// Lets `calls` more pass and fails all later ones, as death does.
    func die(after calls: Int) { state.withLock { $0.callsLeft = calls } }
    func mend() { state.withLock { $0 = State() } }
}

/// A container with a proper header and arbitrary sealed parts: all that a vault can tell.
struct Record {
    let id: RecordID
    var bytes: [UInt8]

    /// - Parameters:
    ///   - number: What the identifier is made of.
    ///   - variant: Makes another container of the same identifier.
    init(_ number: UInt8, bodyByteCount: UInt64 = 3000, variant: UInt8 = 0) throws {
        id = try RecordID([UInt8](repeating: number, count: 16))
        var writer = OctetWriter()
        writer.write([0x89, 0x50, 0x53, 0x52, 0x0d, 0x0a, 0x1a, 0x0a, 1, 1, 10, 0])
        writer.writeBigEndian(UInt32(1024))
        writer.writeBigEndian(bodyByteCount)
        writer.write(id.octets)
        writer.write([UInt8](repeating: 2, count: 33 + 98 + 32))
        let segments = max(1, (bodyByteCount + 1023) / 1024)
        let sealed = 1024 + 16 + bodyByteCount + 16 * segments
        writer.write((0..<sealed).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ UInt64(number)) ^ variant })
        bytes = writer.bytes
    }

    var size: UInt64 { UInt64(bytes.count) }
    var address: ContentAddress { get throws { try ContentAddress(Array(SHA256.hash(data: bytes))) } }
}

extension RecordVault {
    /// Uploads in steps of `step` bytes from wherever the vault is.
    func upload(_ record: Record, step: Int = 1500) async throws {
        let address = try record.address
        var have = Int(try await beginUpload(record: record.id, address: address, size: record.size))
        while have < record.bytes.count {
            let part = Array(record.bytes[have..<min(have + step, record.bytes.count)])
            have = Int(try await append(part, at: UInt64(have), to: address))
        }
        try await finishUpload(address)
    }

    /// The whole record, in two reads.
    func contents(_ record: Record) async throws -> [UInt8] {
        let half = record.bytes.count / 2
        let address = try record.address
        let first = try await read(address, offset: 0, count: half)
        return first + (try await read(address, offset: UInt64(half), count: record.bytes.count - half))
    }
}

/// Opens a vault as the next process would: the one before it in this folder ends first, unless it is `besideTheLast`.
func openVault(
    _ folder: TemporaryFolder, quota: UInt64 = 1 << 20, clock: TestClock = TestClock(), faults: Faults = Faults(),
    maximumRecord: UInt64 = 1 << 20, uploads: Int = 100, besideTheLast: Bool = false
) async throws -> RecordVault {
    if !besideTheLast { await folder.vault.withLock { $0 }?.close() }
    let vault = try await RecordVault.open(
        folder.path + "/vault",
        limits: VaultLimits(
            quotaBytes: quota, maximumRecordBytes: maximumRecord, maximumUploads: uploads,
            uploadLifetimeMilliseconds: 1000),
        clock: clock, fileSystem: faults.fileSystem)
    folder.vault.withLock { $0 = vault }
    return vault
}

/// The vault's refusal; nil where `body` succeeds.
func refusal<Result>(_ body: () async throws -> Result) async -> VaultError? {
    do {
        _ = try await body()
        return nil
    } catch { return error as? VaultError }
}

func refusalToOpen(_ folder: TemporaryFolder, besideTheLast: Bool = false) async -> VaultFolderError? {
    do {
        _ = try await openVault(folder, besideTheLast: besideTheLast)
        return nil
    } catch { return error as? VaultFolderError }
}

extension TemporaryFolder {
    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return (attributes[.posixPermissions] as? Int) ?? 0
    }

    /// Changes the bytes of each file below `part`, or of those with one name.
    func change(_ part: String, named name: String? = nil, _ body: (inout [UInt8]) -> Void) throws {
        for file in files(below: part) where name.map({ file.hasSuffix($0) }) ?? true {
            let url = URL(fileURLWithPath: "\(path)/\(part)/\(file)")
            var bytes = [UInt8](try Data(contentsOf: url))
            body(&bytes)
            try Data(bytes).write(to: url)
        }
    }

    func removeFiles(below part: String) throws {
        for file in files(below: part) { try FileManager.default.removeItem(atPath: "\(path)/\(part)/\(file)") }
    }

    /// Puts a file where no vault put it, with the folders above it.
    func put(_ bytes: [UInt8], at name: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}

extension Record {
    /// Where a vault keeps it, below the test's folder.
    var place: String {
        get throws {
            let digits = try address.hexadecimal
            return "vault/records/\(digits.prefix(2))/\(digits.dropFirst(2).prefix(2))/\(digits)"
        }
    }

    /// Its staging file's place.
    var stage: String { get throws { "vault/uploads/\(try address.hexadecimal)-\(id)-\(size)" } }
}
