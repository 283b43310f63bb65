package import Ciphers
internal import Crypto
package import DurableFiles

/// An open profile: in memory, and on disk after every change.
///
/// Holds a lock (the file's name with `.lock` behind it) so that two programs cannot overwrite each other's folders. The key
/// is derived once; a save costs a few milliseconds.
package actor ProfileStore {
    /// The profile as it is on disk.
    package private(set) var profile: Profile

    private let path: String
    private let fileSystem: FileSystem
    private let exclusion: FileLock
    private var lock: ProfileLock

    private init(
        _ profile: Profile, path: String, lock: ProfileLock, exclusion: FileLock, fileSystem: FileSystem
    ) {
        self.profile = profile
        self.path = path
        self.lock = lock
        self.exclusion = exclusion
        self.fileSystem = fileSystem
    }

    /// Writes a new profile.
    ///
    /// - Throws: ``ProfileError/exists(path:)`` where anything is there; ``ProfileError/inUse(path:)``.
    package static func create(
        _ profile: Profile, at path: String, passphrase: Passphrase, cost: ScryptCost = .recommended,
        in fileSystem: FileSystem = FileSystem()
    ) throws(ProfileError) -> ProfileStore {
        let exclusion = try exclude(path, fileSystem)
        guard try !exists(path, fileSystem) else { throw .exists(path: path) }
        var generator = SystemRandomNumberGenerator()
        let lock = try ProfileLock(passphrase, cost: cost, using: &generator)
        try ProfileFile.write(try lock.seal(profile, using: &generator), to: path, in: fileSystem)
        return ProfileStore(profile, path: path, lock: lock, exclusion: exclusion, fileSystem: fileSystem)
    }

    /// Opens the profile in a file.
    ///
    /// - Throws: ``ProfileError/inUse(path:)``, and as ``ProfileFile/load(_:passphrase:in:)``.
    package static func open(
        _ path: String, passphrase: Passphrase, in fileSystem: FileSystem = FileSystem()
    ) throws(ProfileError) -> ProfileStore {
        // First, because the lock's file would be made beside a profile that is not there.
        guard try exists(path, fileSystem) else {
            throw .file(.system(operation: .open, path: path, code: FileError.missing))
        }
        let exclusion = try exclude(path, fileSystem)
        let (profile, lock) = try ProfileFile.open(path, passphrase: passphrase, in: fileSystem)
        return ProfileStore(profile, path: path, lock: lock, exclusion: exclusion, fileSystem: fileSystem)
    }

    /// Changes the profile and saves it durably. Where `change` or the save throws, ``profile`` is as before.
    ///
    /// - Returns: What `change` returns.
    @discardableResult
    package func update<Result: Sendable>(
        _ change: @Sendable (inout Profile) throws(ProfileError) -> Result
    ) throws(ProfileError) -> Result {
        var changed = profile
        let result = try change(&changed)
        try save(changed, under: lock)
        profile = changed
        return result
    }

    /// Seals the profile under another passphrase, with a fresh salt. The old passphrase still opens old copies of the file.
    package func changePassphrase(
        to passphrase: Passphrase, cost: ScryptCost = .recommended
    ) throws(ProfileError) {
        var generator = SystemRandomNumberGenerator()
        let new = try ProfileLock(passphrase, cost: cost, using: &generator)
        try save(profile, under: new)
        lock = new
    }

    /// Writes a copy of the profile, under the present passphrase, where nothing is yet.
    ///
    /// - Throws: ``ProfileError/exists(path:)``.
    package func backUp(to copy: String) throws(ProfileError) {
        guard try !Self.exists(copy, fileSystem) else { throw .exists(path: copy) }
        var generator = SystemRandomNumberGenerator()
        try ProfileFile.write(try lock.seal(profile, using: &generator), to: copy, in: fileSystem)
    }

    /// A key for what lies beside the profile; another one after each change of the passphrase.
    func derivedKey(for purpose: String) -> SymmetricKey { lock.derivedKey(for: purpose) }

    private func save(_ profile: Profile, under lock: ProfileLock) throws(ProfileError) {
        var generator = SystemRandomNumberGenerator()
        try ProfileFile.write(try lock.seal(profile, using: &generator), to: path, in: fileSystem)
    }

    private static func exclude(_ path: String, _ fileSystem: FileSystem) throws(ProfileError) -> FileLock {
        do throws(FileError) {
            let exclusion = try FileLock(path + ".lock", in: fileSystem)
            try fileSystem.removeInterruptedReplacements(of: path)
            return exclusion
        } catch {
            if case .locked = error { throw .inUse(path: path) }
            throw .file(error)
        }
    }

    private static func exists(_ path: String, _ fileSystem: FileSystem) throws(ProfileError) -> Bool {
        do throws(FileError) { return try fileSystem.exists(path) } catch { throw .file(error) }
    }
}
