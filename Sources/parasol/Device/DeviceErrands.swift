import Ciphers
import DurableFiles
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

/// What a new device does to get a profile: asks in a file, shows a code, waits for the answer, and keeps what comes.
struct DeviceJoining {
    let new: NewProfile
    let kind: ProfileKind
    let request, answer: String
    var clock: any Clock = SystemClock()
    /// Opens the profile that is here already.
    var connecting: any ServiceConnecting = Connection.standard()

    private let files = FileSystem()

    init(
        new: NewProfile, kind: ProfileKind, request: String, answer: String, clock: any Clock = SystemClock(),
        connecting: any ServiceConnecting = Connection.standard()
    ) {
        (self.new, self.kind, self.clock, self.connecting) = (new, kind, clock, connecting)
        self.request = URL(fileURLWithPath: request).path
        self.answer = URL(fileURLWithPath: answer).path
    }

    /// - Parameters:
    ///   - show: Shows lines to the owner, the code among them.
    ///   - waiting: Lets some time pass; what it throws ends the wait.
    /// - Throws: `PairingError`, ``PeopleError``.
    func run(
        network: String?, show: (String) -> Void, waiting: () async throws -> Void
    ) async throws -> DeviceJoinReport {
        for path in [request, answer] where try files.exists(path) { throw PeopleError.taken(path: path) }
        // The passphrase first: nobody types one while ten minutes go by.
        let keep = try await keeper(network)
        var generator = SystemRandomNumberGenerator()
        let offer = try PairingOffer(for: kind, at: clock.now(), using: &generator)
        try files.replace(request, with: offer.request.file)
        defer { try? files.remove(request) }
        show("Take \(request) to the old device, and there: parasol device add FILE --kind \(kind) -o ANSWER")
        show("Code: \(offer.code.spelled)")
        show("Waiting ten minutes for \(answer) …")
        while true {
            if try files.exists(answer) {
                let file = try files.readAll(answer, atMost: PairingFile.byteCount)
                if PairingFile.isComplete(file) { return try await keep(try offer.open(file, at: clock.now())) }
            }
            try offer.request.check(offer.code, at: clock.now())
            try await waiting()
        }
    }

    /// What to do with the profile that comes: made here, or added to the one that is here.
    private func keeper(_ network: String?) async throws -> (Profile) async throws -> DeviceJoinReport {
        guard new.home.holds(new.name) else {
            try new.prepare(network)
            let passphrase = try new.askPassphrase()
            return { profile in
                let made = try new.restored(profile, network: network, passphrase: passphrase, next: "")
                return DeviceJoinReport(
                    profile: made.profile, isNew: true, folders: profile.folders.count, erased: 0,
                    records: profile.records.count)
            }
        }
        let opened = try await OpenedProfile.open(
            new.name, of: kind, in: new.home, asking: new.asking, connecting: connecting, clock: clock)
        return { profile in
            var changed = await opened.store.profile
            let merged = try changed.merge(profile)
            let result = changed
            try await opened.store.update { $0 = result }
            return DeviceJoinReport(
                profile: new.home.profilePath(new.name), isNew: false, folders: merged.newFolders,
                erased: merged.erasedFolders, records: merged.newRecords)
        }
    }
}

extension OpenedProfile {
    /// Seals this profile to the device whose request and code these are.
    ///
    /// - Throws: `PairingError`, ``PeopleError/taken(path:)``.
    func addDevice(request: String, code: String, answer: String) async throws -> DeviceAddReport {
        let files = FileSystem()
        let place = URL(fileURLWithPath: answer).path
        guard try !files.exists(place) else { throw PeopleError.taken(path: place) }
        let request = try PairingRequest(file: files.readAll(request, atMost: 4_096))
        let typed: InvitationCode
        do throws(InvitationCodeError) { typed = try InvitationCode(typed: code) } catch {
            throw PairingError.code(error)
        }
        let sealed = try request.answer(with: await store.profile, code: typed, at: clock.now())
        try files.replace(place, with: sealed)
        return DeviceAddReport(
            answer: place,
            until: "\(request.madeAt.adding(microseconds: PairingRequest.lifetimeMicroseconds))")
    }
}

extension OpenedProfile {
    /// Seals the profile under another passphrase, and lets go of what the old one's keys kept beside it: nothing could read that any more.
    ///
    /// - Throws: `ProfileError`; then the old passphrase is the profile's as before.
    func changePassphrase(to passphrase: Passphrase, cost: ScryptCost = .recommended) async throws -> PassphraseReport {
        try await store.changePassphrase(to: passphrase, cost: cost)
        let files = FileSystem()
        for folder in [home.trailPath(name), home.ledgerPath(name)] where (try? files.exists(folder)) == true {
            // It is made again, and does no harm: what stays is said, and no reason to call the passphrase unchanged.
            do {
                for file in try files.names(in: folder) { try files.remove(folder + "/" + file) }
            } catch { PeopleProgress.say("\(folder) stays, sealed under the old passphrase: \(error)") }
        }
        return PassphraseReport(profile: home.profilePath(name))
    }
}

/// What `parasol device passphrase` prints.
struct PassphraseReport: PeopleReport {
    let profile: String

    var lines: [String] {
        [
            "Sealed \(profile) under the new passphrase",
            "  Copies made before, and your other devices, still open with the old one.",
        ]
    }
}

/// What `parasol device join` prints.
struct DeviceJoinReport: PeopleReport {
    let profile: String
    /// Whether it was made, or was here.
    let isNew: Bool
    /// What came with the other device's.
    let folders, erased, records: Int

    var lines: [String] {
        guard isNew else {
            return [
                "Brought \(profile) up to date: \(folders) new folders, \(erased) erased, \(records) new names of records"
            ]
        }
        return [
            "Made \(profile), with \(folders) folders: this device and the other are both you",
            "  Its passphrase is its own. Where this device is lost and its passphrase may be known, see parasol device --help.",
        ]
    }
}

/// What `parasol device add` prints.
struct DeviceAddReport: PeopleReport {
    let answer, until: String

    var lines: [String] {
        [
            "Sealed this profile for the new device: \(answer)",
            "  next: take it there, before \(until); the device that waits for it opens it, and nothing else does",
        ]
    }
}
