package import DurableFiles
package import Octets

/// A secret of 32 bytes in a file of its own: exactly these bytes, readable by nobody but the file's owner.
///
/// Nothing else is in it, so that any generator of random bytes can make one and any secret store can hold one. What it is for,
/// its name says (``NodeKey``).
package struct KeyFile: Sendable {
    package static let byteCount = 32

    package let path: String
    private let files: FileSystem

    package init(_ path: String, files: FileSystem = FileSystem()) {
        self.path = path
        self.files = files
    }

    /// Makes a new secret.
    ///
    /// - Throws: ``KeyFileError/exists(path:)`` where anything lies there: a key is never replaced.
    package func create() throws(KeyFileError) -> SecretOctets {
        let secret = SecretOctets.random(count: Self.byteCount)
        try create(holding: secret)
        return secret
    }

    /// Makes a file of a secret that there is already.
    ///
    /// - Throws: ``KeyFileError/exists(path:)`` as ``create()``, ``KeyFileError/notAKey(path:reason:)`` for other than 32 bytes.
    package func create(holding secret: SecretOctets) throws(KeyFileError) {
        guard secret.count == Self.byteCount else {
            throw .notAKey(path: path, reason: "it would have \(secret.count) bytes")
        }
        guard try !KeyFileError.during({ () throws(FileError) in try files.exists(path) }) else {
            throw .exists(path: path)
        }
        var bytes = unsafe secret.withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&bytes) }
        try KeyFileError.during { () throws(FileError) in
            let file = try files.create(path)
            try file.write(bytes, at: 0)
            try file.synchronize()
            try files.synchronizeFolder(FileSystem.folder(of: path))
        }
    }

    /// Reads the secret.
    ///
    /// - Throws: ``KeyFileError/missing(path:)``, ``KeyFileError/wrongSize(path:bytes:)``, ``KeyFileError/readByOthers(path:mode:)``.
    package func load() throws(KeyFileError) -> SecretOctets {
        let (mode, size, isOwn) = try KeyFileError.during { () throws(FileError) in
            let file = try files.openForReading(path)
            return (try file.mode(), try file.size(), try file.isOwn())
        }
        guard isOwn else { throw .foreign(path: path) }
        guard mode & 0o077 == 0 else { throw .readByOthers(path: path, mode: mode) }
        guard size == UInt64(Self.byteCount) else { throw .wrongSize(path: path, bytes: size) }
        var bytes = try KeyFileError.during { () throws(FileError) in
            try files.readAll(path, atMost: Self.byteCount)
        }
        return SecretOctets(consuming: &bytes)
    }
}

/// Why a key could not be read or made.
package enum KeyFileError: Error, Hashable, Sendable {
    /// There is no such key.
    case missing(path: String)
    /// A key is 32 bytes.
    case wrongSize(path: String, bytes: UInt64)
    /// The file's mode lets others than its owner at it.
    case readByOthers(path: String, mode: UInt32)
    /// The file belongs to somebody else than whom this process acts for.
    case foreign(path: String)
    /// There is a key already.
    case exists(path: String)
    /// The bytes are no key of the kind that the name says.
    case notAKey(path: String, reason: String)
    case file(FileError)
}

extension KeyFileError {
    /// Runs `body`; a file that is missing is a missing key.
    static func during<Value>(_ body: () throws(FileError) -> Value) throws(KeyFileError) -> Value {
        do { return try body() } catch {
            if case .system(_, let path, FileError.missing) = error { throw .missing(path: path) }
            throw .file(error)
        }
    }
}

extension KeyFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "there is no key \(path): make the role's keys with `parasol node init`"
        case .wrongSize(let path, let bytes): "the key \(path) has \(bytes) bytes, a key has \(KeyFile.byteCount)"
        case .readByOthers(let path, let mode):
            "the key \(path) has mode \(String(mode & 0o777, radix: 8)), so that others may read it: "
                + "chmod 600, and replace the key if somebody could have"
        case .foreign(let path): "the key \(path) belongs to somebody else"
        case .exists(let path): "\(path) is there already: a key is never replaced"
        case .notAKey(let path, let reason): "\(path) holds no key of its kind: \(reason)"
        case .file(let error): "\(error)"
        }
    }
}
