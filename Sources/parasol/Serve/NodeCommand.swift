import ArgumentParser
import DurableFiles
import EmbeddedNode
import Foundation
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import TransparencyLog
import Umbral

/// `parasol node`: the keys of a node's roles.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Make and show the keys of a node's roles.",
        subcommands: [Init.self, Show.self, Request.self, Enroll.self])

    /// Where a role is.
    struct Place: ParsableArguments {
        @Option(help: "ledger, witness, key-service, proxy, vault, registrar or mirror.")
        var role: String

        @Option(help: "The folder that holds the roles' folders.")
        var folder: String

        func validate() throws {
            guard NodeRole(rawValue: role) != nil else {
                throw ValidationError(
                    "--role \(role): not one of \(NodeRole.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
        }

        var roleFolder: RoleFolder {
            get throws {
                guard let role = NodeRole(rawValue: role) else { throw ValidationError("--role \(role)") }
                return RoleFolder(role, at: URL(fileURLWithPath: folder).path + "/" + role.rawValue)
            }
        }
    }

    /// `parasol node init`.
    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a role's keys, and print what others need to know of them.",
            discussion: """
                Makes FOLDER/ROLE with new keys, each a file of 32 bytes with mode 600. Nothing is ever replaced. What is \
                printed is public: `parasol node show` prints it again.

                Examples:
                  parasol node init --role ledger --name ledger.example.org --folder /var/lib/parasol
                  parasol node init --role proxy --folder /var/lib/parasol
                """)

        @OptionGroup var place: Place

        @Option(help: "The log's origin, or the witness's name: a host name of yours, say.")
        var name: String?

        func run() async throws {
            let folder = try place.roleFolder
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: folder.path).deletingLastPathComponent().path,
                withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try folder.create(named: try name.map { try KeyName($0) })
            try NodeCard(folder).print()
        }
    }

    /// `parasol node show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what others need to know of a role's keys: all of it public.")

        @OptionGroup var place: Place

        func run() async throws { try NodeCard(try place.roleFolder).print() }
    }
}

extension NodeCommand {
    /// `parasol node request`.
    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the request with which an organisation enrols a role's identity.",
            discussion: """
                A key service and a proxy are enrolled as what they are; a vault, a witness and a mirror as auditors, for they read \
                the ledger in their organisation's name. Give the file to the organisation: parasol org enroll.

                Examples:
                  parasol node request --role proxy --folder /var/lib/parasol --member 4c1d... --network network.json -o proxy.request
                """)

        @OptionGroup var place: Place

        @Option(help: "The organisation's identifier, 32 hexadecimal digits.")
        var member: String

        @Option(help: "The network's file.")
        var network: String

        @Option(name: .shortAndLong, help: "Where the request goes.")
        var output: String

        func run() async throws {
            let folder = try place.roleFolder
            let origin = try Network(
                json: FileSystem().readAll(network, atMost: NetworkLimits.fileByteCount)
            ).trust.originName
            let signer = try folder.transactionSigner(origin: origin)
            let role: Role =
                switch folder.role {
                case .keyService: .keyService
                case .proxy: .proxy
                case .vault, .witness, .mirror: .auditor
                case .ledger, .registrar:
                    throw ValidationError("a \(folder.role.rawValue) has no identity to enrol.")
                }
            let request = try EnrollmentRequest(
                IdentityEnrolled(
                    identity: IdentityID(signer.id), member: try MemberID(hexadecimal: member), role: role,
                    signingKey: signer.signingKey,
                    sealingKey: role == .proxy ? try folder.openingKey().sealingKey : nil), signer: signer)
            try FileSystem().replace(URL(fileURLWithPath: output).path, with: try request.serialized())
            print("request \(output): \(signer.id) as \(role.rawValue); next: parasol org enroll \(output)")
        }
    }
}

/// What others need to know of a role: one line for each thing, a name and a value.
struct NodeCard {
    let lines: [(name: String, value: String)]

    init(_ folder: RoleFolder) throws {
        var lines = [(name: "role", value: folder.role.rawValue)]
        switch folder.role {
        case .ledger: lines.append(("log-key", try folder.noteSigner().verifierKey.vkey))
        case .witness: lines.append(("witness-key", try folder.noteSigner().verifierKey.vkey))
        case .mirror, .keyService, .proxy, .vault, .registrar: break
        }
        if folder.role != .ledger {
            let signer = try folder.transactionSigner(origin: "")
            lines.append(("identity", "\(signer.id)"))
            lines.append(("signing-key", signer.signingKey.compressed.bytes.hexadecimal))
        }
        if folder.role == .proxy {
            lines.append(("sealing-key", try folder.openingKey().sealingKey.serialized.hexadecimal))
        }
        self.lines = lines
    }

    func print() {
        for line in lines { Swift.print("\(line.name) \(line.value)") }
    }
}
