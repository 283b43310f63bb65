import DurableFiles
import Foundation
import Synchronization

/// A folder of a test's own, removed with everything in it when the last reference goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "parasol-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(name: String) -> String { path + "/" + name }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: self[name])
        return (attributes[.posixPermissions] as? Int) ?? 0
    }
}

/// Lets a number of calls pass and fails all later ones: what a process that died leaves behind.
final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ calls: Int) { left = Mutex(calls) }

    var fault: FileSystem.Fault {
        { _, _ in
            self.left.withLock { left in
                guard left > 0 else { return EIO }
                left -= 1
                return nil
            }
        }
    }

    var isSpent: Bool { left.withLock { $0 == 0 } }
}

/// Lets everything happen and remembers it.
final class Log: Sendable {
    struct Call: Sendable {
        let operation: FileOperation
        let path: String
    }

    private let seen = Mutex<[Call]>([])

    var calls: [Call] { seen.withLock { $0 } }

    var fault: FileSystem.Fault {
        { operation, path in
            self.seen.withLock { $0.append(Call(operation: operation, path: path)) }
            return nil
        }
    }
}

func failure<Result: ~Copyable>(_ body: () throws -> Result) -> FileError? {
    do {
        _ = try body()
        return nil
    } catch { return error as? FileError }
}
