import DurableFiles
import Foundation
import ParasolClient

/// The folder that somebody's profiles live in: `$PARASOL_HOME`, or `~/.parasol`.
///
/// ```
/// network.json        which ledger, which services (Protocols/network.md)
/// NAME.profile        keys and names, sealed under a passphrase (Protocols/profile.md)
/// NAME.request        the enrollment request of that profile's key
/// NAME.member         what a founding says of that profile's organisation
/// NAME.spool/         deposits that wait: ciphertext only
/// NAME.ledger/        what the ledger's leaves mean, as this profile's commands executed them: public rows
/// NAME.trail/         what this profile has read of its own leaves, sealed
/// ```
struct Home: Hashable, Sendable {
    let path: String

    /// - Parameter option: What `--home` says.
    /// - Throws: ``PeopleError/noHome``.
    init(
        option: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(PeopleError) {
        if let chosen = option ?? environment["PARASOL_HOME"], !chosen.isEmpty {
            path = URL(fileURLWithPath: chosen).path
        } else if let home = environment["HOME"], !home.isEmpty {
            path = home + "/.parasol"
        } else {
            throw .noHome
        }
    }

    var networkPath: String { path + "/network.json" }

    func profilePath(_ name: ProfileName) -> String { path + "/\(name).profile" }
    func requestPath(_ name: ProfileName) -> String { path + "/\(name).request" }
    func memberPath(_ name: ProfileName) -> String { path + "/\(name).member" }
    func downloadsPath(_ name: ProfileName) -> String { path + "/\(name).downloads" }
    func ledgerPath(_ name: ProfileName) -> String { path + "/\(name).ledger" }
    func trailPath(_ name: ProfileName) -> String { path + "/\(name).trail" }
    func spoolPath(_ name: ProfileName) -> String { path + "/\(name).spool" }

    /// Whether there is a profile of this name.
    func holds(_ name: ProfileName) -> Bool { FileManager.default.fileExists(atPath: profilePath(name)) }

    /// Makes the folder, mode 0700, where it is not there.
    ///
    /// - Throws: ``PeopleError/unusableHome(path:reason:)``.
    func make() throws(PeopleError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .unusableHome(path: path, reason: error.localizedDescription) }
    }

    /// The network of this folder.
    ///
    /// - Throws: ``PeopleError/noNetwork(path:)``, ``PeopleError/network(path:_:)``.
    func network() throws(PeopleError) -> Network {
        guard FileManager.default.fileExists(atPath: networkPath) else { throw .noNetwork(path: networkPath) }
        return try Self.network(at: networkPath).network
    }

    /// Takes a network file for this folder's, where there is none yet. Without one, this folder's own.
    ///
    /// - Throws: ``PeopleError/otherNetwork(path:offered:)`` where this folder has another.
    func adopt(network file: String?) throws(PeopleError) -> Network {
        guard let file else { return try network() }
        let (network, bytes) = try Self.network(at: file)
        if FileManager.default.fileExists(atPath: networkPath) {
            guard try Self.network(at: networkPath).network == network else {
                throw .otherNetwork(path: networkPath, offered: file)
            }
            return network
        }
        do { try FileSystem().replace(networkPath, with: bytes) } catch {
            throw .unusableHome(path: path, reason: "\(error)")
        }
        return network
    }

    private static func network(at path: String) throws(PeopleError) -> (network: Network, bytes: [UInt8]) {
        let bytes: [UInt8]
        do { bytes = try FileSystem().readAll(path, atMost: NetworkLimits.fileByteCount) } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
        do { return (try Network(json: bytes), bytes) } catch { throw .network(path: path, error) }
    }
}

/// What a profile is called: 1 to 64 of a-z, 0-9 and -, so that it is a file's name everywhere.
struct ProfileName: Hashable, Sendable, CustomStringConvertible {
    let description: String

    /// - Throws: ``PeopleError/badProfileName(_:)``.
    init(_ text: String) throws(PeopleError) {
        let allowed = text.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
        guard (1...64).contains(text.utf8.count), allowed else { throw .badProfileName(text) }
        description = text
    }

    private init(known: String) { description = known }

    /// The profile that is meant where none is named.
    static func standard(_ kind: ProfileKind) -> ProfileName { ProfileName(known: "\(kind)".replacing(" ", with: "-")) }
}
