import Octets
import ParasolClient

/// A line that is typed unseen, a byte at a time, with the keys that edit one.
///
/// Its bytes lie in one place from the start and are wiped with it.
final class PassphraseLine {
    enum Step: Hashable {
        case more
        case done
        /// Control-C, or the end of input before anything was typed.
        case interrupted
    }

    private var bytes = [UInt8](repeating: 0, count: ProfileLimits.passphraseByteCount.upperBound + 1)
    private(set) var count = 0

    deinit { wipe(&bytes) }

    /// Takes a byte as a terminal sends it.
    func take(_ byte: UInt8) -> Step {
        switch byte {
        case 0x0a, 0x0d: return .done
        case 0x03: return .interrupted
        case 0x04: return count == 0 ? .interrupted : .done
        case 0x08, 0x7f: erase()
        case 0x15: count = 0
        default:
            // One byte too many is kept, so that a passphrase that is too long is refused and not cut.
            if count < bytes.count {
                bytes[count] = byte
                count += 1
            }
        }
        return .more
    }

    /// The last character, all of its UTF-8 bytes.
    private func erase() {
        while count > 0 {
            count -= 1
            if bytes[count] & 0xc0 != 0x80 { return }
        }
    }

    /// - Throws: `ProfileError/passphraseLength(_:)`.
    func passphrase() throws(ProfileError) -> Passphrase { try Passphrase(SecretOctets(copying: bytes[..<count])) }
}
