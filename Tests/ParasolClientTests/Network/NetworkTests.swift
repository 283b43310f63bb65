import Foundation
import LedgerReplica
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import ParasolClient

/// The network file: what is written is read back, and nothing else is read.
@Suite struct NetworkTests {
    private static let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"

    private static func policy() throws -> String {
        let log = try NoteSigner(
            name: try KeyName("log.example.org/a"), algorithm: .ed25519, seed: key(1)
        ).verifierKey
        let witness = try NoteSigner(
            name: try KeyName("witness.example.net"), algorithm: .cosignatureV1, seed: key(2)
        ).verifierKey
        return "log \(log.vkey)\nwitness w \(witness.vkey)\nquorum w\n"
    }

    private static func network(authorities: String? = pem) throws -> Network {
        try Network(
            displayName: "Berg \"und\" Tal\\梧桐\u{1}", witnessPolicy: policy(),
            ledger: try ServiceURL("https://ledger.example.org"),
            keyServices: [.init(identity: try identifier(1), url: try ServiceURL("https://keys.example.org:8443"))],
            proxies: [
                .init(identity: try identifier(2), url: try ServiceURL("https://[2001:db8::1]:1")),
                .init(identity: try identifier(3), url: try ServiceURL("http://127.0.0.1:65535")),
            ], vault: try ServiceURL("http://localhost"), certificateAuthorities: authorities)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        for authorities in [nil, Self.pem] {
            let network = try Self.network(authorities: authorities)
            #expect(try Network(json: network.json) == network)
            #expect(network.trust.originName == "log.example.org/a")
            // A reader of JSON that is none of ours agrees.
            let object = try JSONSerialization.jsonObject(with: Data(network.json)) as? [String: Any]
            #expect(object?["name"] as? String == network.displayName)
            #expect(object?["witnessPolicy"] as? String == network.witnessPolicy)
        }
        let none = try Network(
            displayName: "n", witnessPolicy: Self.policy(), ledger: try ServiceURL("https://l"), keyServices: [],
            proxies: [], vault: try ServiceURL("https://v"))
        #expect(try Network(json: none.json) == none)
    }

    private static func refusal(_ json: [UInt8]) -> NetworkError? {
        do throws(NetworkError) {
            _ = try Network(json: json)
            return nil
        } catch { return error }
    }

    /// The file with one field changed; nil takes it out.
    private static func changed(_ field: String, to value: Any?) throws -> [UInt8] {
        var object =
            try JSONSerialization.jsonObject(with: Data(try network().json)) as? [String: Any] ?? [:]
        object[field] = value
        return Array(try JSONSerialization.data(withJSONObject: object))
    }

    @Test func everyFieldIsNeededAndNoOtherIsTaken() throws {
        for field in ["format", "name", "witnessPolicy", "ledger", "keyServices", "proxies", "vault"] {
            #expect(Self.refusal(try Self.changed(field, to: nil)) == .invalid(field: field, .missing))
        }
        #expect(Self.refusal(try Self.changed("certificateAuthorities", to: nil)) == nil)
        #expect(Self.refusal(try Self.changed("extra", to: "x")) == .invalid(field: "extra", .unknown))
        #expect(
            Self.refusal(try Self.changed("format", to: "parasol-network/2"))
                == .invalid(field: "format", .unknownFormat("parasol-network/2")))
        #expect(
            Self.refusal(try Self.changed("ledger", to: ["https://x"]))
                == .invalid(field: "ledger", .wrongKind(expected: "a text")))
        #expect(
            Self.refusal(try Self.changed("proxies", to: "x"))
                == .invalid(field: "proxies", .wrongKind(expected: "a list")))
    }

    @Test func theFieldWithinAListIsNamed() throws {
        let good = ["identity": String(repeating: "ab", count: 16), "url": "https://p"]
        let cases: [([[String: Any]], String, NetworkFlaw)] = [
            ([good, ["identity": "12", "url": "https://p"]], "proxies[1].identity", .notAnIdentifier),
            ([good, good], "proxies[1].identity", .duplicate),
            ([["identity": good["identity"] ?? "", "url": "ftp://p"]], "proxies[0].url", .url(.scheme)),
            ([["url": "https://p"]], "proxies[0].identity", .missing),
            ([good.merging(["key": "x"]) { one, _ in one }], "proxies[0].key", .unknown),
        ]
        for (list, field, flaw) in cases {
            #expect(Self.refusal(try Self.changed("proxies", to: list)) == .invalid(field: field, flaw), "\(field)")
        }
    }

    @Test func boundsComeFirst() throws {
        let file = [UInt8](repeating: 0x20, count: NetworkLimits.fileByteCount + 1)
        #expect(Self.refusal(file) == .tooLong(byteCount: file.count))
        let name = String(repeating: "n", count: 256)
        #expect(
            Self.refusal(try Self.changed("name", to: name))
                == .invalid(field: "name", .length(256, allowed: 1...255)))
        #expect(
            Self.refusal(try Self.changed("name", to: "")) == .invalid(field: "name", .length(0, allowed: 1...255)))
        let many = (0..<65).map { ["identity": String(format: "%032x", $0), "url": "https://k"] }
        #expect(
            Self.refusal(try Self.changed("keyServices", to: many))
                == .invalid(field: "keyServices", .length(65, allowed: 0...64)))
        #expect(
            Self.refusal(try Self.changed("certificateAuthorities", to: "x"))
                == .invalid(field: "certificateAuthorities", .noCertificate))
    }

    @Test func aPolicyWithoutQuorumIsNone() throws {
        let log = try Self.policy().split(separator: "\n")[0]
        guard
            case .invalid(field: "witnessPolicy", .policy) = Self.refusal(
                try Self.changed("witnessPolicy", to: log + "\nquorum none\n"))
        else {
            Issue.record("a policy without a quorum was taken")
            return
        }
    }

    @Test func whatIsNoJSONIsRefused() throws {
        let whole = try Self.network().json
        for end in stride(from: 0, to: whole.count - 2, by: 7) {
            #expect(Self.refusal(Array(whole[..<end])) != nil)
        }
        for text in ["[]", "\"x\"", "{\"name\": 1}", "{\"name\": null}", "{\"name\": {\"a\": {\"b\": {\"c\": {}}}}}"] {
            #expect(Self.refusal(Array(text.utf8)) != nil)
        }
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(Self.refusal(Array(deep.utf8)) != nil)
        #expect(Self.refusal([0xff, 0xfe]) == .notJSON("it is not UTF-8"))
    }
}

/// Addresses: HTTPS anywhere, HTTP on this machine, and a plain path behind host and port.
@Suite struct ServiceURLTests {
    private func flaw(_ text: String) -> ServiceURL.Flaw? {
        do throws(ServiceURL.Flaw) {
            _ = try ServiceURL(text)
            return nil
        } catch { return error }
    }

    @Test func addressesAreTakenApart() throws {
        let plain = try ServiceURL("https://Ledger.example.org")
        #expect(plain.host == "ledger.example.org" && plain.port == nil && plain.isSecure)
        let numbered = try ServiceURL("https://[2001:DB8::1]:8443")
        #expect(numbered.host == "2001:db8::1" && numbered.port == 8443)
        #expect(try ServiceURL("https://example.org:8443/parasol/proxy-1").port == 8443)
        for text in ["http://localhost:80", "http://127.255.0.1", "http://[::1]:9"] {
            #expect(try ServiceURL(text).isSecure == false)
        }
    }

    @Test(arguments: [
        ("http://example.org", ServiceURL.Flaw.plainText(host: "example.org")),
        ("http://127.0.0.1.example.org", .plainText(host: "127.0.0.1.example.org")),
        ("http://127.0.0.256", .plainText(host: "127.0.0.256")),
        ("http://localhost.example.org", .plainText(host: "localhost.example.org")),
        ("HTTPS://example.org", .scheme), ("example.org", .scheme), ("", .scheme), ("file:///etc", .scheme),
        ("https://", .host), ("https://user@example.org", .host), ("https://a b", .host), ("https://[::1", .host),
        ("https://[::1%25eth0]", .host), ("https://.example.org", .host), ("https://example.org/a/../b", .path),
        ("https://example.org?x", .host), ("https://bücher.example", .host),
        ("https://example.org:0", .port), ("https://example.org:65536", .port), ("https://example.org:", .port),
        ("https://example.org:80/", .path), ("https://example.org:+80", .port), ("https://[::1]/", .path),
        ("https://example.org/a//b", .path), ("https://example.org/a%2fb", .path), ("https://example.org/a?b", .path),
    ])
    func everythingElseIsRefused(_ text: String, _ expected: ServiceURL.Flaw) {
        #expect(flaw(text) == expected)
    }

    @Test func lengthIsBounded() {
        #expect(flaw("https://" + String(repeating: "a", count: 2_041)) == .length(2_049))
        #expect(flaw("https://" + String(repeating: "a", count: 254)) == .host)
    }
}
