import DurableFiles
import Octets
import ParasolClient

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
        do throws(PassphraseFileFlaw) { return try checked(path) } catch {
            throw .passphraseFile(path: path, error)
        }
    }

    private static func checked(_ path: String) throws(PassphraseFileFlaw) -> Passphrase {
        let most = UInt64(ProfileLimits.passphraseByteCount.upperBound) + 1
        let (mode, size, isOwn): (UInt32, UInt64, Bool)
        var bytes: [UInt8]
        do throws(FileError) {
            let file = try FileSystem().openForReading(path)
            (mode, size, isOwn) = (try file.mode(), try file.size(), try file.isOwn())
            bytes = size <= most ? try file.read(at: 0, count: Int(size)) : []
        } catch { throw PassphraseFileFlaw(error) }
        defer { wipe(&bytes) }
        guard mode & 0o077 == 0 else { throw .readableByOthers(mode: mode & 0o777) }
        guard isOwn else { throw .foreign }
        guard size <= most else { throw .length(Int(clamping: size)) }
        let length = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
        do { return try Passphrase(SecretOctets(copying: bytes[..<length])) } catch { throw .length(length) }
    }
}

extension PassphraseFileFlaw: Error {}

extension PassphraseFileFlaw {
    fileprivate init(_ error: FileError) {
        switch error {
        case .system(_, _, FileError.missing): self = .missing
        case .system(_, _, FileError.tooManyLinks), .notAFile, .notAFolder: self = .notAFile
        case .system(_, _, let code): self = .unreadable(code)
        case .tooLong(_, let size, _): self = .length(Int(clamping: size))
        // It was cut off while it was read.
        case .endedEarly, .locked: self = .unreadable(0)
        }
    }
}
