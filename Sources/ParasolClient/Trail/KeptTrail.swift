internal import Crypto
package import DurableFiles
internal import Octets
package import SharingContracts

/// What somebody has read of its trail, kept beside a profile from one command to the next, so that only what is new is asked for.
///
/// Each leaf is everybody's who may read the ledger; that they lie here together says who one is on it. So the file is sealed, by
/// AES-256-GCM under a key that follows from the profile's, for this signer, and its name says nothing. Whatever does not open is read again.
///
/// An older file is taken too: the profile has the newest checkpoint that was seen, and what was read since is read again.
package struct KeptTrail: Sendable {
    /// More is not kept.
    private static let maximumBytes = 256 << 20

    private let folder: String
    private let path: String
    private let key: SymmetricKey
    private let subject: [UInt8]
    private let files: FileSystem

    /// - Parameters:
    ///   - folder: Made where it is not there.
    ///   - profile: The profile beside which it lies.
    ///   - signer: Whose trail it is: an identity, or one of a patient's folders.
    ///   - origin: The ledger's.
    package init(
        _ folder: String, of profile: ProfileStore, signer: SignerID, origin: String,
        in files: FileSystem = FileSystem()
    ) async {
        self.folder = folder
        self.files = files
        key = await profile.derivedKey(for: "parasol-kept-trail/v1\0" + origin)
        subject = signer.bytes + Array(origin.utf8)
        let names = await profile.derivedKey(for: "parasol-kept-trail-name/v1\0" + origin)
        let code = Array(HMAC<SHA256>.authenticationCode(for: signer.bytes, using: names))
        path = folder + "/" + Array(code.prefix(16)).hexadecimal
    }

    /// What is kept; nil where there is nothing, or nothing that can be used.
    func load() -> TrailContent? {
        guard (try? files.exists(path)) == true, let sealed = try? files.readAll(path, atMost: Self.maximumBytes),
            let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: subject)
        else { return nil }
        return try? TrailContent(encoded: Array(bytes))
    }

    /// Keeps it, whole or not at all. What cannot be kept is read again.
    func save(_ content: TrailContent) {
        guard let bytes = try? content.encoded(), bytes.count < Self.maximumBytes - 64,
            let sealed = try? AES.GCM.seal(bytes, using: key, authenticating: subject).combined
        else { return remove() }
        do {
            try files.makeFolder(folder)
            try files.removeInterruptedReplacements(of: path)
            try files.replace(path, with: Array(sealed))
        } catch { remove() }
    }

    /// Keeps it no longer.
    package func remove() {
        if (try? files.exists(path)) == true { try? files.remove(path) }
    }
}
