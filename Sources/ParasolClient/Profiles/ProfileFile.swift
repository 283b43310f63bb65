package import Ciphers
package import DurableFiles

/// Profiles in files, one call each. For a profile that stays open, and for its lock, see ``ProfileStore``.
///
/// A file is replaced whole: after a crash at any instruction the old or the new profile is there.
package enum ProfileFile {
    /// Seals `profile` under `passphrase` with a fresh salt and writes it durably, mode 0600, replacing what is there.
    ///
    /// - Parameter cost: What one try of a passphrase costs; recorded in the file.
    package static func save(
        _ profile: Profile, to path: String, passphrase: Passphrase, cost: ScryptCost = .recommended,
        in fileSystem: FileSystem = FileSystem()
    ) throws(ProfileError) {
        var generator = SystemRandomNumberGenerator()
        let lock = try ProfileLock(passphrase, cost: cost, using: &generator)
        try write(try lock.seal(profile, using: &generator), to: path, in: fileSystem)
    }

    /// Reads and opens a profile.
    ///
    /// - Throws: ``ProfileError/cannotOpen`` for a wrong passphrase and for changed bytes alike; what is wrong with the header
    ///   before anything is derived from it.
    package static func load(
        _ path: String, passphrase: Passphrase, in fileSystem: FileSystem = FileSystem()
    ) throws(ProfileError) -> Profile {
        try open(path, passphrase: passphrase, in: fileSystem).profile
    }

    static func open(
        _ path: String, passphrase: Passphrase, in fileSystem: FileSystem
    ) throws(ProfileError) -> (profile: Profile, lock: ProfileLock) {
        let file = try read(path, in: fileSystem)
        let header = try ProfileHeader(parsing: file)
        let lock = try ProfileLock(passphrase, header: header)
        return (try lock.open(file, header: header), lock)
    }

    static func read(_ path: String, in fileSystem: FileSystem) throws(ProfileError) -> [UInt8] {
        do throws(FileError) {
            return try fileSystem.readAll(path, atMost: ProfileLimits.fileByteCount)
        } catch { throw .file(error) }
    }

    static func write(_ file: [UInt8], to path: String, in fileSystem: FileSystem) throws(ProfileError) {
        do throws(FileError) {
            try fileSystem.replace(path, with: file)
        } catch { throw .file(error) }
    }
}
