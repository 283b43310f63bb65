package import Ciphers
package import DurableFiles
package import Octets

/// Why a profile was not read or written.
package enum ProfileError: Error, Hashable, Sendable {
    // The file.

    case file(FileError)
    /// A new profile would have replaced what is there.
    case exists(path: String)
    /// Another process has the profile open.
    case inUse(path: String)

    // The header, in the order of the checks. Nothing has been derived or decrypted yet.

    /// The file ends inside the header of `ProfileHeader/byteCount` bytes.
    case headerTruncated(available: Int)
    /// The first eight bytes are not a profile's.
    case notAProfile
    case unknownVersion(UInt8)
    case unknownDerivation(UInt8)
    /// The scrypt parameters would cost too much, or make no sense.
    case cost(ScryptCost.Flaw)
    /// A reserved byte is not zero.
    case reserved(offset: Int)
    /// The header promises `expected` bytes in the whole file.
    case wrongLength(expected: Int, actual: Int)

    // The sealed part.

    /// The passphrase is wrong, or the file was changed. An authenticated cipher cannot tell which, and neither can anybody
    /// who tries passphrases.
    case cannotOpen
    /// The contents are authentic, but not as the format says.
    case malformed(OctetsError)
    /// What `field` holds is not allowed there.
    case invalid(field: ProfileField, ProfileFlaw)

    // Use.

    case passphraseLength(Int)
    /// The profile knows no folder of this identifier (hexadecimal).
    case unknownFolder(String)
    /// The profile has followed the ledger with the log key `known`, or under another witness policy.
    case otherLedger(known: String, offered: String)
    /// libcrypto failed for a reason that lies in no input.
    case cipher(CiphersError)
}

/// A part of a profile.
package enum ProfileField: String, Hashable, Sendable {
    case kind
    case displayName = "display name"
    case signer
    case signingKey = "signing key"
    case receivingKey = "receiving key"
    case folders
    case folderName = "folder name"
    case folderState = "folder state"
    case folderSigningKey = "folder signing key"
    case folderVerifyingSecret = "folder fragment signing key"
    case folderShare = "folder share"
    case records
    case recordLabel = "record label"
    case deliveries
    case deliveryPart = "delivery part"
    case outbox
    case trust
    case logKey = "log key"
    case witnessPolicy = "witness policy"
    case checkpoint
    case time
    case padding
    case file
}

/// What can be wrong with a part of a profile.
package enum ProfileFlaw: Hashable, Sendable {
    case unknownValue(UInt8)
    case notUTF8
    case tooMany(count: Int, bound: Int)
    case tooLong(count: Int, bound: Int)
    case duplicate
    /// A secret key of another length than 32 bytes, or out of its group's range.
    case notAKey
    /// After the year 9999.
    case outOfRange
    case notZero
}

extension ProfileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .exists(let path): "\(path) exists already; a new profile never replaces an old one"
        case .inUse(let path): "the profile \(path) is open in another process"
        case .headerTruncated(let available):
            "profile: \(available) bytes cannot hold the header of \(ProfileHeader.byteCount)"
        case .notAProfile: "not a profile: wrong first eight bytes"
        case .unknownVersion(let version): "profile: unknown version \(version) at byte 8"
        case .unknownDerivation(let number): "profile: unknown key derivation \(number) at byte 9"
        case .cost(let flaw): "profile: scrypt parameters refused: \(flaw)"
        case .reserved(let offset): "profile: reserved byte \(offset) is not zero"
        case .wrongLength(let expected, let actual): "profile: \(actual) bytes, its header promises \(expected)"
        case .cannotOpen: "wrong passphrase, or the profile file was changed (nobody can tell which)"
        case .malformed(let error): "profile contents: \(error)"
        case .invalid(let field, let flaw): "profile: \(field.rawValue): \(flaw)"
        case .passphraseLength(let count):
            "a passphrase of \(count) bytes; \(ProfileLimits.passphraseByteCount) are allowed"
        case .unknownFolder(let folder): "the profile knows no folder \(folder)"
        case .otherLedger(let known, let offered):
            "the profile follows the ledger \(known), not \(offered) under this policy"
        case .cipher(let error): "\(error)"
        }
    }
}

extension ProfileFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownValue(let value): "unknown value \(value)"
        case .notUTF8: "not UTF-8"
        case .tooMany(let count, let bound): "\(count), at most \(bound) allowed"
        case .tooLong(let count, let bound): "\(count) bytes, at most \(bound) allowed"
        case .duplicate: "the same one twice"
        case .notAKey: "not a secret key of its group"
        case .outOfRange: "after the year 9999"
        case .notZero: "not zero"
        }
    }
}
