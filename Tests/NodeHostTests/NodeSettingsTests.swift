import EmbeddedNode
import Foundation
import ParasolHTTP
import TestKit
import Testing

@testable import NodeHost

struct NodeSettingsTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private func file(_ text: String) throws -> String {
        let path = temporary.path("node.yaml")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func settings(
        _ text: String? = nil, flags: [NodeSetting: [String]] = [:], environment: [String: String] = [:]
    ) throws -> NodeSettings {
        NodeSettings(flags: flags, environment: environment, file: try text.map { try file($0) })
    }

    private static let complete = """
        roles: [vault, key-service]
        folder: /var/lib/parasol
        network: /etc/parasol/network.json
        listen:
          host: 0.0.0.0
          port: 8443
          names: [ecg.example]
        tls:
          certificate: /etc/parasol/tls.pem
          key: /etc/parasol/tls.key
        vault:
          quota-gib: 128
        limits:
          signer-requests: 3000
        """

    @Test func aCompleteFileIsRead() throws {
        let configuration = try NodeConfiguration(try settings(Self.complete))
        #expect(configuration.roles == [.keyService, .vault])
        #expect(configuration.folder == "/var/lib/parasol")
        #expect(configuration.host == "0.0.0.0")
        #expect(configuration.port == 8_443)
        #expect(configuration.names == ["ecg.example"])
        #expect(configuration.vaultQuotaBytes == 128 << 30)
        #expect(configuration.readers == .enrolled)
        #expect(configuration.signerRate == RateLimit(burst: 6_000, perSecond: 3_000))
        #expect(configuration.addressRate == .standard)
    }

    @Test func mutualTLSIsReadWhole() throws {
        let text = Self.complete.replacingOccurrences(
            of: "  key: /etc/parasol/tls.key\n",
            with: """
                  key: /etc/parasol/tls.key
                  client-authorities: /etc/parasol/nodes.pem
                  client-certificate: /etc/parasol/node.pem
                  client-key: /etc/parasol/node.key

                """)
        let configuration = try NodeConfiguration(try settings(text))
        #expect(configuration.clientAuthorities == "/etc/parasol/nodes.pem")
        #expect(!configuration.demandsCertificateOfEverybody)
        #expect(
            configuration.clientCertificate
                == CertificateFiles(chain: "/etc/parasol/node.pem", key: "/etc/parasol/node.key"))
        let plain = try NodeConfiguration(try settings(Self.complete))
        #expect(plain.clientAuthorities == nil && plain.clientCertificate == nil)
    }

    @Test(arguments: [
        ("tls.client-certificate", "/etc/parasol/node.pem", "tls.client-key"),
        ("tls.client-key", "/etc/parasol/node.key", "tls.client-certificate"),
        ("tls.client-certificates-of", "everybody", "tls.client-certificates-of"),
        ("tls.client-certificates-of", "strangers", "tls.client-certificates-of"),
        ("tls.client-authorities", "nodes.pem", "tls.client-authorities"),
    ])
    func mutualTLSThatIsNotWholeIsAMistake(_ name: String, _ value: String, _ mistaken: String) throws {
        let setting = try #require(NodeSetting(rawValue: name))
        let caught = #expect(throws: ConfigurationMistakes.self) {
            try NodeConfiguration(try settings(Self.complete, flags: [setting: [value]]))
        }
        #expect(caught?.mistakes.map(\.name) == [mistaken])
    }

    @Test func aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws {
        let environment = ["PARASOL_LISTEN_PORT": "9000", "PARASOL_LISTEN_HOST": "127.0.0.2", "PATH": "/bin"]
        let settings = try settings(Self.complete, flags: [.listenPort: ["1"]], environment: environment)
        #expect(settings.text(.listenPort) == "1")
        #expect(settings.text(.listenHost) == "127.0.0.2")
        #expect(settings.text(.vaultQuota) == "128")
        #expect(settings.text(.logLevel) == "info")
        #expect(settings.mistakes.isEmpty)
    }

    @Test func listsComeFromTheEnvironmentWithCommas() throws {
        #expect(try settings(environment: ["PARASOL_ROLES": "vault,proxy"]).texts(.roles) == ["vault", "proxy"])
    }

    @Test func everyMistakeIsNamedWithItsLine() throws {
        let text = """
            roles: [vault, doctor]
            folder: here
            listen:
              port: 70000
              speed: 3
            colour: green
            vault:
              quota-gib: none
            log:
              level: loud
            """
        let path = temporary.path("node.yaml")
        let settings = try settings(text)
        let places = settings.mistakes.map { mistake -> String in
            guard case .file(path, let line) = mistake.source else { return "elsewhere" }
            return "\(line) \(mistake.name ?? "")"
        }
        #expect(
            Set(places) == [
                "1 roles", "2 folder", "4 listen.port", "5 listen.speed", "6 colour", "8 vault.quota-gib",
                "10 log.level",
            ])
        #expect("\(try #require(settings.mistakes.first { $0.name == "colour" }))".hasPrefix("\(path):6: colour: "))
    }

    @Test(arguments: [
        "roles: [vault", "- a\n- b", "roles:\n\t- vault", "folder: {a: 1}", "listen: 3", "folder: /a\nfolder: /b",
    ])
    func aFileThatIsNoneIsAMistakeAndNoCrash(text: String) throws {
        #expect(try !settings(text).mistakes.isEmpty)
    }

    @Test func whatIsMissingIsNamedAllAtOnce() throws {
        let error = #expect(throws: ConfigurationMistakes.self) { try NodeConfiguration(try settings()) }
        let names = try #require(error).mistakes.compactMap(\.name)
        #expect(Set(names) == ["roles", "folder", "network", "tls.certificate", "tls.key"])
    }

    @Test func aMissingFileIsAMistake() {
        let settings = NodeSettings(flags: [:], environment: [:], file: temporary.path("none.yaml"))
        #expect(settings.mistakes.count == 1)
    }

    @Test func anUnknownVariableIsAMistake() throws {
        let settings = try settings(environment: ["PARASOL_LISTEN_PROT": "1", "PARASOL_HOME": "/opt/p"])
        #expect(settings.mistakes.map(\.source) == [.environment("PARASOL_LISTEN_PROT")])
    }

    @Test func aLedgerNeedsItsWitnessesPlaces() throws {
        func flags(_ witnesses: [String]) -> [NodeSetting: [String]] {
            [.roles: ["ledger"], .ledgerWitnesses: witnesses].filter { !$0.value.isEmpty }
        }
        let id = String(repeating: "0a", count: 16)
        let key = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        let good = ["w1.example https://w1.example:8440/witness", "w2.example https://w2.example \(id) \(key)"]
        let configuration = try NodeConfiguration(try settings(Self.complete, flags: flags(good)))
        #expect(configuration.witnesses.map(\.url) == ["https://w1.example:8440/witness", "https://w2.example"])
        #expect(configuration.witnesses[0].reader == nil)
        #expect("\(try #require(configuration.witnesses[1].reader).id)" == id)
        for bad in [
            "w1.example", "w1.example http://w1.example", "w 1 https://a", "w1.example https://a \(id)",
            "w1.example https://a zz \(key)", "w1.example https://a \(id) 02\(String(key.dropFirst(2)))00",
        ] {
            #expect(throws: ConfigurationMistakes.self, "\(bad)") {
                try NodeConfiguration(try settings(Self.complete, flags: flags([bad])))
            }
        }
        #expect(throws: ConfigurationMistakes.self) {
            try NodeConfiguration(try settings(Self.complete, flags: flags([])))
        }
        #expect(throws: ConfigurationMistakes.self) {
            try NodeConfiguration(try settings(Self.complete, flags: flags([good[0], good[0]])))
        }
    }
}
