#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a file or a folder could not be used. Every case names it.
package enum FileError: Error, Hashable, Sendable {
    /// The system refused `operation` with the errno `code`.
    case system(operation: FileOperation, path: String, code: Int32)
    /// Something other than a regular file lies there: a folder, a symbolic link, a device.
    case notAFile(path: String)
    /// Something other than a folder lies there.
    case notAFolder(path: String)
    /// The file has `size` bytes, and at most `bound` were to be read.
    case tooLong(path: String, size: UInt64, bound: Int)
    /// The file ends before `offset + count`.
    case endedEarly(path: String, offset: UInt64, count: Int)
    /// Another process, or another part of this one, holds the lock.
    case locked(path: String)
}

/// What was asked of the system.
package enum FileOperation: String, Hashable, Sendable, CaseIterable {
    case open
    case create
    case inspect
    case read
    case write
    case truncate
    case synchronize
    case rename
    case remove
    case list
    case makeFolder = "make folder"
    case lock
}

extension FileError {
    /// `ENOENT`.
    package static let missing: Int32 = ENOENT
    /// `ELOOP`: what opening a symbolic link ends in.
    package static let tooManyLinks: Int32 = ELOOP
    /// `ENOTDIR`.
    package static let notAFolderCode: Int32 = ENOTDIR

    /// Whether the system said that nothing is there (`ENOENT`).
    package var isMissing: Bool {
        if case .system(_, _, ENOENT) = self { true } else { false }
    }
}

extension FileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "cannot \(operation.rawValue) \(path): \(Self.text(of: code)) (errno \(code))"
        case .notAFile(let path): "\(path) is not a regular file"
        case .notAFolder(let path): "\(path) is not a folder"
        case .tooLong(let path, let size, let bound): "\(path) has \(size) bytes, at most \(bound) are read"
        case .endedEarly(let path, let offset, let count):
            "\(path) ends before the \(count) bytes at offset \(offset)"
        case .locked(let path): "\(path) is locked: another process uses what it protects"
        }
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "unknown error" }
        return unsafe String(cString: text)
    }
}
