import DurableFiles
import Foundation
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts

/// Watches folders, deposits what comes, tries again what fails, and loses nothing.
struct DepositWatch: Sendable {
    /// A folder with recordings, or one with a folder of recordings for each patient's folder, named by its identifier.
    let inbox: String
    /// Whose recordings they are; nil for the second kind.
    let folder: FolderID?
    /// How long a recording's files must not have changed before it counts as having come.
    let quietSeconds: Double

    /// What one round did.
    struct Round: Sendable {
        var deposits: [DepositReport.Row] = []
        var failures: [DepositReport.Failure] = []
        /// Folders of the inbox that are not named by an identifier.
        var ignored: [String] = []

        var report: DepositReport { DepositReport(deposits: deposits, failures: failures) }
    }

    /// One round: first what waits in the spool, then what is claimed, then what has come.
    func round(_ errands: DepositErrands) async throws -> Round {
        var round = Round()
        let trays = try trays(&round)
        for tray in trays { try tray.prepare() }
        let tried = await resumeSpool(errands, trays, &round)
        for tray in trays {
            for key in try tray.claimed() where !tried.contains(key) { await deposit(key, tray, errands, &round) }
            for header in try tray.arrived(quietSeconds: quietSeconds) {
                do {
                    if let key = try tray.claim(header) { await deposit(key, tray, errands, &round) }
                } catch {
                    // It may still be arriving. It stays where it is.
                    round.failures.append(DepositReport.Failure(what: tray.path + "/" + header, error))
                }
            }
        }
        return round
    }

    /// Rounds until it is cancelled.
    ///
    /// - Parameters:
    ///   - pause: Waits between two rounds; throws where the task is cancelled.
    ///   - report: Called after each round.
    func run(
        _ errands: DepositErrands, pause: () async throws -> Void, report: (Result<Round, any Error>) -> Void
    ) async {
        while !Task.isCancelled {
            do { report(.success(try await round(errands))) } catch { report(.failure(error)) }
            do { try await pause() } catch { return }
        }
    }

    private func trays(_ round: inout Round) throws -> [DepositTray] {
        if let folder { return [DepositTray(path: inbox, folder: folder)] }
        var trays: [DepositTray] = []
        for name in try FileSystem().names(in: inbox) where !name.hasPrefix(".") {
            let path = inbox + "/" + name
            guard AuditFiles.isFolder(path) else { continue }
            guard let folder = try? FolderID(hexadecimal: name) else {
                round.ignored.append(path)
                continue
            }
            trays.append(DepositTray(path: path, folder: folder))
        }
        return trays
    }

    /// Deposits that wait are finished whether or not their recordings are here: other commands use the spool as well.
    ///
    /// - Returns: The keys that were tried, which need not be tried again in this round.
    private func resumeSpool(
        _ errands: DepositErrands, _ trays: [DepositTray], _ round: inout Round
    ) async -> Set<FixedOctets<16>> {
        var tried: Set<FixedOctets<16>> = []
        do {
            for key in try errands.depositor.waiting() {
                tried.insert(key)
                let tray = try trays.first { try $0.claimed().contains(key) }
                await attempt(key, tray, &round) { settle in
                    try await errands.depositor.resume(key, settle: settle)
                }
            }
        } catch { round.failures.append(DepositReport.Failure(what: "the spool", error)) }
        return tried
    }

    private func deposit(
        _ key: FixedOctets<16>, _ tray: DepositTray, _ errands: DepositErrands, _ round: inout Round
    ) async {
        await attempt(key, tray, &round) { settle in
            let files = try tray.recording(key)
            return try await errands.depositor.deposit(
                files, kind: DepositErrands.kind(of: files), in: tray.folder, key: key, settle: settle)
        }
    }

    private func attempt(
        _ key: FixedOctets<16>, _ tray: DepositTray?, _ round: inout Round,
        _ deposit: (@escaping @Sendable (Depositor.Deposit) throws -> Void) async throws -> Depositor.Deposit?
    ) async {
        do {
            guard let done = try await deposit({ try tray?.settle($0) }) else { return }
            round.deposits.append(DepositReport.Row(done))
        } catch {
            round.failures.append(DepositReport.Failure(what: "deposit \(key)", error))
            guard case .ledger(.refused(let violation))? = error as? ClientError else { return }
            do { try tray?.refuse(key, because: "\(violation)") } catch {
                round.failures.append(DepositReport.Failure(what: "deposit \(key)", error))
            }
        }
    }
}
