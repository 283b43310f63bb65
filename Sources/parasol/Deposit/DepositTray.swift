import Crypto
import DurableFiles
import Foundation
import Octets
import ParasolClient
import SharingContracts

/// A folder into which recordings for one patient's folder are put, and out of which each is deposited exactly once.
///
/// ```
/// 100.hea 100.dat …            a recording that has come
/// .depositing/KEY/…            one that is being deposited: claimed, its header last
/// deposited/RECORD/…           one that the ledger has, under its record's identifier
/// refused/KEY/… , reason.txt   one that the ledger refused for good
/// ```
///
/// KEY is what names the deposit in the spool, and follows from the recording: a claimed recording whose deposit waits in the spool
/// is not sealed a second time. A recording leaves `.depositing` in one step, and before the spool forgets it.
struct DepositTray: Sendable {
    static let claimedName = ".depositing"
    static let depositedName = "deposited"
    static let refusedName = "refused"

    let path: String
    let folder: FolderID
    private let files = FileSystem()

    init(path: String, folder: FolderID) {
        self.path = path
        self.folder = folder
    }

    private var claimedPath: String { path + "/" + Self.claimedName }

    /// Makes the three folders, and gives back what a claim that was interrupted had taken.
    func prepare() throws {
        for name in [Self.claimedName, Self.depositedName, Self.refusedName] { try files.makeFolder(path + "/" + name) }
        for name in try files.names(in: claimedPath) {
            let claim = claimedPath + "/" + name
            let contents = try files.names(in: claim)
            guard !contents.contains(where: { $0.hasSuffix(".hea") }) else { continue }
            for file in contents { try files.rename(claim + "/" + file, to: path + "/" + file) }
            try files.removeFolder(claim)
        }
        try files.synchronizeFolder(path)
    }

    /// Headers of recordings that have come, sorted: none of their folder's files changed within the last `quietSeconds`.
    func arrived(quietSeconds: Double, now: Date = Date()) throws -> [String] {
        let headers = try files.names(in: path).filter { $0.hasSuffix(".hea") && !$0.hasPrefix(".") }
        return headers.filter { header in
            let stem = header.dropLast(4)
            let names = (try? files.names(in: path))?.filter { $0.hasPrefix(stem) } ?? []
            return names.allSatisfy { name in
                let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)
                guard let changed = attributes?[.modificationDate] as? Date else { return false }
                return abs(now.timeIntervalSince(changed)) >= quietSeconds
            }
        }
    }

    /// Keys of the recordings that are claimed.
    func claimed() throws -> [FixedOctets<16>] {
        try files.names(in: claimedPath).compactMap { try? FixedOctets(hexadecimal: $0) }
    }

    /// Moves a recording aside, its header last: from then on it is claimed, and what comes under its name is another one.
    ///
    /// - Returns: The key of its deposit; nil where a recording of the same bytes is still being deposited.
    func claim(_ header: String) throws -> FixedOctets<16>? {
        let recording = try DepositErrands.files(of: path + "/" + header)
        let key = try Self.key(of: recording, in: folder)
        let claim = claimedPath + "/\(key)"
        guard try !files.exists(claim) else { return nil }
        try files.makeFolder(claim)
        for file in recording.files.reversed() { try files.rename(path + "/" + file.name, to: claim + "/" + file.name) }
        try files.synchronizeFolder(claim)
        try files.synchronizeFolder(path)
        return key
    }

    /// A claimed recording.
    func recording(_ key: FixedOctets<16>) throws -> WFDBFiles {
        let claim = claimedPath + "/\(key)"
        guard let header = try files.names(in: claim).first(where: { $0.hasSuffix(".hea") }) else {
            throw PeopleError.unreadable(path: claim, reason: "there is no header in it")
        }
        return try DepositErrands.files(of: claim + "/" + header)
    }

    /// Moves a claimed recording to those that are deposited. Doing it again changes nothing.
    func settle(_ deposit: Depositor.Deposit) throws {
        try move(deposit.key, to: path + "/" + Self.depositedName + "/\(deposit.record)")
    }

    /// Moves a claimed recording to those that were refused, with the reason beside it.
    func refuse(_ key: FixedOctets<16>, because reason: String) throws {
        let place = path + "/" + Self.refusedName + "/\(key)"
        if try files.exists(place) { return }
        try move(key, to: place)
        try files.replace(place + "/reason.txt", with: Array((reason + "\n").utf8))
    }

    private func move(_ key: FixedOctets<16>, to place: String) throws {
        let claim = claimedPath + "/\(key)"
        guard try files.exists(claim) else { return }
        try files.rename(claim, to: place)
        try files.synchronizeFolder(FileSystem.folder(of: place))
        try files.synchronizeFolder(claimedPath)
    }

    /// The first half of SHA-256 over the folder and every file, each with its length.
    private static func key(of recording: WFDBFiles, in folder: FolderID) throws -> FixedOctets<16> {
        var hash = SHA256()
        hash.update(data: folder.bytes)
        for file in recording.files {
            var writer = OctetWriter()
            writer.writeBigEndian(UInt64(file.name.utf8.count))
            writer.write(file.name.utf8)
            writer.writeBigEndian(UInt64(file.bytes.count))
            hash.update(data: writer.bytes)
            hash.update(data: file.bytes)
        }
        return try FixedOctets(Array(hash.finalize()).prefix(16))
    }
}
