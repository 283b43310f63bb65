import EmbeddedNode
import Foundation
import HTTPTypes
import LedgerMirror
import LedgerNode
import LedgerReplica
import LogStorage
import ParasolHTTP
import Registrar
import ServiceProtocols
import TestKit
import Testing
import Yams

@testable import NodeHost

/// Protocols/openapi.yaml lists what the server has: every route with every answer, and nothing else.
struct OpenAPITests {
    /// What both sides say of one route.
    private struct Operation: Hashable {
        var accepts: String?
        /// Media types by status; problems have theirs, no content is empty.
        var answers: [Int: String]
    }

    private static let problemType = "application/problem+json"

    private static func document() throws -> Node {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Protocols/openapi.yaml")
        return try #require(try Yams.compose(yaml: String(contentsOf: path, encoding: .utf8)))
    }

    /// The node, or what its `$ref` names.
    private static func resolved(_ node: Node, in document: Node) throws -> Node {
        guard let reference = node["$ref"]?.string else { return node }
        var found = document
        for part in reference.split(separator: "/").dropFirst() {
            // By its text: to Yams a quoted number is another key than a number.
            found = try #require(found.mapping?.first { $0.key.string == String(part) }?.value)
        }
        return found
    }

    private static func documented() throws -> [String: Operation] {
        let document = try document()
        var operations: [String: Operation] = [:]
        for (path, item) in try #require(document["paths"]?.mapping) {
            for (method, operation) in try #require(item.mapping) {
                guard ["get", "put", "post", "patch", "delete", "head"].contains(method.string) else { continue }
                var answers: [Int: String] = [:]
                for (status, response) in try #require(operation["responses"]?.mapping) {
                    let content = try resolved(response, in: document)["content"]?.mapping
                    answers[try #require(Int(status.string ?? ""))] = content?.keys.first?.string ?? ""
                }
                let tag = try #require(operation["tags"]?[0]?.string)
                let name = "\(tag) \(method.string?.uppercased() ?? "") \(path.string ?? "")"
                let body = operation["requestBody"]?["content"]?.mapping?.keys.first?.string
                operations[name] = Operation(accepts: body, answers: answers)
            }
        }
        return operations
    }

    private static func served(_ role: String, _ route: Route) -> (String, Operation) {
        var answers = route.answers
        for status in route.statuses where answers[status] == nil { answers[status] = problemType }
        return (
            "\(role) \(route.method.rawValue) \(route.template)", Operation(accepts: route.accepts, answers: answers)
        )
    }

    @Test func everyRouteIsDocumentedAndEveryDocumentedRouteIsServed() async throws {
        let temporary = try TemporaryFolder()
        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: ManualClock())
        let registrar = try Registrar(
            signer: try RoleFolder(.registrar, at: temporary.path("member-1"))
                .transactionSigner(origin: node.trust.originName),
            databasePath: temporary.path("registrar.sqlite"), ledger: node.ledger, trust: node.trust,
            clock: ManualClock())
        let trails = try TrailIndex(
            path: temporary.path("ledger/ledger-trails.sqlite"), ledger: node.ledger, clock: ManualClock())
        let roles: [HostedRole] = [
            .ledger(
                node.ledger, origin: node.trust.originName, tiles: LogFolder(temporary.path("ledger/ledger-tiles")),
                trails: trails, readers: .enrolled), .witness(node.witnesses[0]), .keyService(node.keyService),
            .proxy(node.proxies[0]), .vault(node.vault), .registrar(registrar),
        ]
        let mirrorFiles = MirrorFiles(temporary.path("mirror"))
        let mirror = try await LedgerMirror.open(mirrorFiles, trust: node.trust, source: node.ledger)
        let mirrorTrails = try TrailIndex(
            path: temporary.path("mirror-trails.sqlite"), ledger: mirror, clock: ManualClock())
        let mirrorRole = HostedRole.mirror(
            mirror, origin: node.trust.originName, tiles: mirrorFiles.log, trails: mirrorTrails,
            following: node.ledger, readers: .enrolled)
        var served = roles.flatMap { role in role.routes.map { Self.served(role.role.rawValue, $0) } }
        // A mirror answers to all that a ledger does, and its own routes are documented as such.
        let ledgerRoutes = Dictionary(uniqueKeysWithValues: served.filter { $0.0.hasPrefix("ledger ") })
        let asLedger = mirrorRole.routes.map { Self.served("ledger", $0) }
        for (name, operation) in ledgerRoutes { #expect(asLedger.contains { $0 == (name, operation) }, "\(name)") }
        served += mirrorRole.routes.filter { ledgerRoutes[Self.served("ledger", $0).0] == nil }
            .map { Self.served("mirror", $0) }
        served += HealthRoutes.routes(unready: { [] }).map { Self.served("server", $0) }
        #expect(Set(served.map(\.0)).count == served.count)
        var documented = try Self.documented()
        // Any type is taken there, for C2SP says none.
        documented["witness POST /add-checkpoint"]?.accepts = nil
        #expect(Set(documented.keys) == Set(served.map(\.0)))
        for (name, operation) in served {
            #expect(documented[name] == operation, "\(name)")
            #expect(operation.answers.contains { $0.key < 400 }, "\(name)")
        }
        await registrar.close()
        await mirrorRole.close()
        await trails.close()
        await node.close()
    }

    /// The codes of a problem's response, by role (nil for every role's) and status.
    @Test func everyProblemIsDocumentedWithItsStatus() throws {
        let document = try Self.document()
        var codes: Set<String> = []
        for (name, response) in try #require(document["components"]?["responses"]?.mapping) {
            let schema = try #require(response["content"]?[Self.problemType]?["schema"]?["allOf"]?[1]?["properties"])
            let status = try #require(schema["status"]?["const"]?.int)
            #expect(name.string?.hasSuffix("\(status)") == true)
            for code in try #require(schema["code"]?["enum"]?.sequence) {
                codes.insert("\(status) \(code.string ?? "")")
            }
        }
        let undocumented = Set(DocumentedProblems.all.map { "\($0.status) \($0.code)" }).subtracting(codes)
        #expect(undocumented.isEmpty, "\(undocumented.sorted())")
        // Those that an answer of nil becomes are no error's; of signatures only some are tried here.
        let known = Set(DocumentedProblems.all.map(\.code)).union([
            "ledger.unknown-transaction", "ledger.unknown-signer", "vault.no-such-record", "mirror.no-snapshot",
            "witness.no-state-note", "server.unready",
        ])
        let invented = codes.filter { entry in
            let code = String(entry.split(separator: " ")[1])
            return !known.contains(code) && !code.hasPrefix("request.signature.")
        }
        #expect(invented.isEmpty, "\(invented.sorted())")
    }
}
