import Foundation
import Octets

/// The published wheels behind `Scripts/peers/umbral_peer.py`: one JSON line a request, one an answer.
final class PeerServer {
    /// What the peer refuses, in its own words.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var buffer: [UInt8] = []

    /// nil, said aloud, where there is no Python with the wheels.
    static func start() throws -> PeerServer? {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        let python =
            environment["PARASOL_PEER_PYTHON"] ?? root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: python) else {
            print("skipping the peers: no Python at \(python); `make test` installs one with the wheels")
            return nil
        }
        let server = try PeerServer(
            python: python, script: root.appending(path: "Scripts/peers/umbral_peer.py").path(percentEncoded: false))
        let info = try server.ask(["op": "info"])
        guard let peers = info["peers"] as? [String: Any], Set(peers.keys) == ["umbral_pre", "nucypher_core"] else {
            print("skipping the peers: \(python) does not have both wheels")
            return nil
        }
        return server
    }

    private init(python: String, script: String) throws {
        process.executableURL = URL(filePath: python)
        process.arguments = [script]
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Asks, and throws the peer's refusal.
    func ask(_ request: [String: Any]) throws -> [String: Any] {
        var line = try JSONSerialization.data(withJSONObject: request)
        line.append(0x0a)
        try requests.fileHandleForWriting.write(contentsOf: line)
        while !buffer.contains(0x0a) {
            let more = answers.fileHandleForReading.availableData
            if more.isEmpty { throw Refusal(description: "the peer has gone") }
            buffer += more
        }
        let answer = buffer.prefix { $0 != 0x0a }
        buffer.removeFirst(answer.count + 1)
        guard let object = try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any] else {
            throw Refusal(description: "no answer: \(String(decoding: answer, as: UTF8.self))")
        }
        guard object["ok"] as? Bool == true else {
            throw Refusal(description: object["error"] as? String ?? "no reason given")
        }
        return object
    }

    /// Asks one wheel; byte strings go and come as hexadecimal digits.
    func ask(_ peer: String, _ operation: String, _ fields: [String: Any]) throws -> [String: Any] {
        var request: [String: Any] = ["op": operation, "peer": peer]
        for (name, value) in fields {
            switch value {
            case let bytes as [UInt8]: request[name] = bytes.hexadecimal
            case let list as [[UInt8]]: request[name] = list.map(\.hexadecimal)
            default: request[name] = value
            }
        }
        return try ask(request)
    }
}

extension [String: Any] {
    func octets(_ name: String) throws -> [UInt8] {
        guard let text = self[name] as? String else { throw PeerServer.Refusal(description: "no \(name)") }
        return try [UInt8](hexadecimal: text)
    }

    func lists(_ name: String) throws -> [[UInt8]] {
        guard let texts = self[name] as? [String] else { throw PeerServer.Refusal(description: "no \(name)") }
        return try texts.map { try [UInt8](hexadecimal: $0) }
    }
}
