import ArgumentParser
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TransparencyLog

/// What reading one's own trail is, for people.
enum OwnTrail {
    static let abstract = "Show every transaction that concerns you, each with proof."
    static let discussion = """
        Reads from the ledger the transactions that name you, or a consent or request of yours, and verifies that each is in a checkpoint \
        that the witnesses cosigned. The ledger is not executed for it, and this is all of it that you may read where its operator lets \
        everybody read only their own.

        That nothing was left out is the ledger's word; an auditor can check it.
        """
}

/// `parasol doctor trail` and its like.
struct OwnTrailCommand<Person: LookingUp>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "trail", abstract: OwnTrail.abstract, discussion: OwnTrail.discussion)
    }

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(Person.kind) { opened, _ in
            try await opened.ownTrail(as: try await opened.signer())
        }
    }
}

/// `parasol patient trail [FOLDER]`
struct PatientTrail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trail", abstract: "Show every transaction that concerns a folder, each with proof.",
        discussion: OwnTrail.discussion)

    @Argument(help: "The folder; default: the only open one.")
    var folder: String?

    @OptionGroup var options: PersonOptions

    func run() async throws {
        try await options.run(.patient) { opened, _ in
            let folder = try await opened.folder(folder)
            guard let signer = try await opened.folderSigner(folder) else {
                throw PeopleError.noService(
                    what: "folder \(folder) is erased, and its key with it: nobody can ask as it")
            }
            return try await opened.ownTrail(as: signer)
        }
    }
}

extension OpenedProfile {
    /// Reads the trail of whoever signs.
    ///
    /// - Throws: ``ClientError/directory(_:)``, ``PeopleError/noService(what:)`` where there are no trails to ask for.
    func ownTrail(as signer: TransactionSigner) async throws -> OwnTrailReport {
        try await onConnection(as: signer) { session, connection in
            guard let trails = connection.trails else {
                throw PeopleError.noService(what: "no trail can be read over this connection")
            }
            do throws(DirectoryError) {
                return OwnTrailReport(try await session.trail(of: signer.id, in: trails))
            } catch { throw ClientError.directory(error) }
        }
    }
}

/// Somebody's own trail.
struct OwnTrailReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let index: UInt64
        let time, transaction, kind, detail: String
        let signers: [String]
        let folder, record, consent, doctor: String?
        /// One, or those of a request for several; ``record`` has it where it is one.
        let records: [String]

        fileprivate init(_ leaf: ProvenTrail.Leaf) {
            index = leaf.line.index
            time = "\(leaf.line.time)"
            transaction = "\(leaf.line.transaction)"
            kind = leaf.line.kind
            detail = leaf.line.detail
            signers = leaf.line.signers.map { "\($0)" }
            folder = leaf.subjects.folder.map { "\($0)" }
            records = leaf.subjects.records.map { "\($0)" }
            record = records.count == 1 ? records[0] : nil
            consent = leaf.subjects.consent.map { "\($0)" }
            doctor = leaf.subjects.doctor.map { "\($0)" }
        }
    }

    let signer: String
    /// Ascending by index.
    let entries: [Row]
    /// Leaves below the checkpoint, and when the witnesses cosigned it.
    let checkpoint: UInt64
    let asOf: String

    init(_ trail: ProvenTrail) {
        signer = "\(trail.signer)"
        entries = trail.leaves.map(Row.init)
        checkpoint = trail.asOf.checkpoint.size
        asOf = "\(trail.asOf.cosignedAt)"
    }

    var lines: [String] {
        let table = TextTable(
            titles: ["LEAF", "TIME", "KIND", "WHAT"],
            rows: entries.map { ["\($0.index)", String($0.time.prefix(19)), $0.kind, $0.detail] },
            empty: "Nothing concerns \(signer).")
        return table.lines + ["Each is proved to be among \(checkpoint) leaves, cosigned by the witnesses at \(asOf)."]
    }
}
