import DurableFiles
import Electrocardiogram
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts

/// A hospital's or a cart's errands.
struct DepositErrands {
    let depositor: Depositor

    /// Deposits one recording.
    ///
    /// - Parameters:
    ///   - header: Path of its WFDB header.
    ///   - progress: Called with bytes stored and bytes in all.
    func deposit(
        _ header: String, kind: RecordKind?, in folder: FolderID,
        progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> DepositReport {
        let files = try Self.files(of: header)
        let deposit = try await depositor.deposit(
            files, kind: kind ?? Self.kind(of: files), in: folder, progress: progress)
        return DepositReport(deposits: [DepositReport.Row(deposit)], failures: [])
    }

    /// Goes on with every deposit that was interrupted.
    func resume(progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }) async throws -> DepositReport {
        var report = DepositReport(deposits: [], failures: [])
        for key in try depositor.waiting() {
            do {
                if let deposit = try await depositor.resume(key, progress: progress) {
                    report.deposits.append(DepositReport.Row(deposit))
                }
            } catch { report.failures.append(DepositReport.Failure(what: "deposit \(key)", error)) }
        }
        return report
    }

    static func files(of header: String) throws -> WFDBFiles {
        let folder = try RecordFolder(header: header)
        return try WFDBFiles(headerFile: folder.headerFile, available: folder.files)
    }

    /// A standard resting recording lasts ten seconds; what lasts longer than ten minutes was worn.
    static func kind(of files: WFDBFiles) -> RecordKind {
        files.recording.duration > 600 ? .ambulatoryECG : .restingECG
    }
}

/// What came of deposits.
struct DepositReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let record, address: String
        let bytes: UInt64

        init(_ deposit: Depositor.Deposit) {
            record = "\(deposit.record)"
            address = "\(deposit.address)"
            bytes = deposit.size
        }
    }

    struct Failure: Encodable, Sendable {
        let what, reason: String

        init(what: String, _ error: any Error) {
            self.what = what
            reason = PeopleFailure(error).message
        }
    }

    var deposits: [Row]
    var failures: [Failure]

    var isUnfinished: Bool { !failures.isEmpty }

    var lines: [String] {
        var lines = deposits.map { "Deposited record \($0.record): \($0.bytes) bytes of ciphertext" }
        lines += failures.map { "  waits: \($0.what): \($0.reason)" }
        if isUnfinished { lines.append("  next: parasol deposit resume; nothing is lost meanwhile") }
        return lines.isEmpty ? ["Nothing waits."] : lines
    }
}

extension OpenedProfile {
    /// Runs an errand as the depositor of this profile.
    func asDepositor<Value>(_ errand: (DepositErrands) async throws -> Value) async throws -> Value {
        let signer = try await signer()
        let spool = home.spoolPath(name)
        try FileSystem().makeFolder(spool)
        return try await connected(as: signer) { session, services in
            try await demandEnrolled(signer, as: .depositor, session)
            return try await errand(
                DepositErrands(
                    depositor: Depositor(
                        identity: IdentityID(signer.id), signer: signer, session: session, services: services,
                        spool: DepositSpool(folder: spool))))
        }
    }
}
