import Octets
import ParasolClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a passphrase file is not used.
enum PassphraseFileFlaw: Hashable, Sendable, CustomStringConvertible {
    case missing
    case notAFile
    /// Somebody besides its owner may read or change it: the mode bits that are too many.
    case readableByOthers(mode: UInt32)
    case foreign
    case length(Int)
    case unreadable(Int32)

    var description: String {
        switch self {
        case .missing: "is not there"
        case .notAFile: "is no regular file, or a symbolic link"
        case .readableByOthers(let mode):
            "is open to others, mode \(String(mode, radix: 8)): only its owner may read it"
        case .foreign: "belongs to somebody else"
        case .length(let count):
            "holds \(count) bytes; a passphrase has \(ProfileLimits.passphraseByteCount.lowerBound) to "
                + "\(ProfileLimits.passphraseByteCount.upperBound), and one line end may follow"
        case .unreadable(let code): "cannot be read (errno \(code))"
        }
    }
}

/// A passphrase in a file that only its owner can read. One line end at the end does not count.
enum PassphraseFile {
    /// Opens first and looks then, so that what was looked at is what is read.
    ///
    /// - Throws: ``PeopleError/passphraseFile(path:_:)``.
    static func read(_ path: String) throws(PeopleError) -> Passphrase {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let flaw: PassphraseFileFlaw =
                switch errno {
                case ENOENT: .missing
                case ELOOP: .notAFile
                case let code: .unreadable(code)
                }
            throw .passphraseFile(path: path, flaw)
        }
        defer { close(descriptor) }
        do throws(PassphraseFileFlaw) { return try read(descriptor) } catch {
            throw .passphraseFile(path: path, error)
        }
    }

    private static func read(_ descriptor: Int32) throws(PassphraseFileFlaw) -> Passphrase {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_mode & 0o077 == 0 else { throw .readableByOthers(mode: status.st_mode & 0o777) }
        guard status.st_uid == geteuid() else { throw .foreign }
        let most = ProfileLimits.passphraseByteCount.upperBound + 1
        guard status.st_size <= most else { throw .length(Int(clamping: status.st_size)) }
        // As long as it may be from the start: an array that grows leaves copies behind.
        var bytes = [UInt8](repeating: 0, count: most)
        defer { wipe(&bytes) }
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0) }
        guard count >= 0 else { throw .unreadable(errno) }
        let length = count > 0 && bytes[count - 1] == UInt8(ascii: "\n") ? count - 1 : count
        do { return try Passphrase(SecretOctets(copying: bytes[..<length])) } catch { throw .length(length) }
    }
}

extension PassphraseFileFlaw: Error {}

/// `read`, which inside a type with a function of that name cannot be called by it.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
        let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        return count
    }
}
