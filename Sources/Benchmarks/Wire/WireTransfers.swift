import DurableFiles
import Foundation
import HTTPTypes
import Logging
import NodeHost
import Octets
import ParasolClient
import ParasolHTTP
import SealedRecord
import ServiceProtocols
import SharingContracts
import Umbral

/// A large record to the vault and back, beside the same bytes as a plain file through the same server.
struct TransferFigure: Codable {
    let mebibytes: Int
    let vaultUpMbPerSecond: Double
    let vaultDownMbPerSecond: Double
    let plainUpMbPerSecond: Double
    let plainDownMbPerSecond: Double
}

struct WireTransfers {
    let deployment: WireDeployment
    let clusterFolder: String

    private static let clock = ContinuousClock()
    private static let part = RecordStoringLimits.maximumReadBytes

    func run(mebibytes: Int) async throws -> TransferFigure {
        let (capsule, seed) = try Capsule.encapsulate(to: deployment.folderKey)
        let body = [UInt8](repeating: 0x5a, count: mebibytes << 20)
        let sealed = try SealedRecord.seal(
            [body], folderPublicKey: deployment.folderKey.compressed, capsule: capsule.simple, seed: seed.octets,
            metadata: RecordMetadata(
                kind: "ecg.ambulatory", payloadFormat: "bytes",
                files: [RecordFile(name: "body", byteCount: UInt64(body.count))]))
        let bytes = sealed.container
        let vault = deployment.hospital.services.vault
        let up = try await rate(bytes.count) {
            var offset = try await vault.beginUpload(
                record: RecordID(sealed.header.recordID), address: sealed.digest, size: UInt64(bytes.count))
            while offset < UInt64(bytes.count) {
                let end = min(Int(offset) + Self.part, bytes.count)
                offset = try await vault.append(Array(bytes[Int(offset)..<end]), at: offset, to: sealed.digest)
            }
            try await vault.finishUpload(sealed.digest)
        }
        let down = try await rate(bytes.count) {
            var received = 0
            while received < bytes.count {
                let count = min(Self.part, bytes.count - received)
                received += try await vault.read(sealed.digest, offset: UInt64(received), count: count).count
            }
        }
        let plain = try await plain(bytes)
        return TransferFigure(
            mebibytes: mebibytes, vaultUpMbPerSecond: up, vaultDownMbPerSecond: down,
            plainUpMbPerSecond: plain.up, plainDownMbPerSecond: plain.down)
    }

    private func rate(_ byteCount: Int, _ body: () async throws -> Void) async throws -> Double {
        let start = Self.clock.now
        try await body()
        return Double(byteCount) / 1e6 / (start.duration(to: Self.clock.now) / .seconds(1))
    }

    // MARK: The same server with a plain file

    private func plain(_ bytes: [UInt8]) async throws -> (up: Double, down: Double) {
        let file = try TemporaryFolder()
        let path = file.path("plain")
        let certificate = try ServerCertificate(
            chainPEM: try FileSystem().readAll(clusterFolder + "/tls/vault.pem", atMost: 1 << 20),
            keyPEM: try FileSystem().readAll(clusterFolder + "/tls/vault.key", atMost: 1 << 16))
        let names = ServerNames(["127.0.0.1"])
        let logger = Logger(label: "plain") { _ in SwiftLogNoOpLogHandler() }
        let gate = RequestGate(
            directory: StateDirectory { _ in nil }, names: names, clock: SystemClock(),
            perAddress: RateLimit(burst: 1e6, perSecond: 1e6), perSigner: RateLimit(burst: 1e6, perSecond: 1e6))
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = try ParasolServer(
            .init(host: "127.0.0.1", port: 0, certificate: certificate),
            routes: RouteTable(Self.routes(path), gate: gate, logger: logger), names: names, logger: logger
        ) { port.yield($0) }
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        guard let number = await ports.first(where: { _ in true }) else {
            throw WrongResult(description: "the plain server does not listen")
        }
        let connection = try ServerConnection(
            url: "https://127.0.0.1:\(number)",
            trustRootsPEM: Array((deployment.network.certificateAuthorities ?? "").utf8),
            signer: nil)
        let up = try await rate(bytes.count) {
            for start in stride(from: 0, to: bytes.count, by: Self.part) {
                let part = Array(bytes[start..<min(start + Self.part, bytes.count)])
                _ = try await connection.call(
                    .send("/file", part, type: "application/octet-stream", atMost: 0, isIdempotent: false))
            }
        }
        let down = try await rate(bytes.count) {
            for start in stride(from: 0, to: bytes.count, by: Self.part) {
                _ = try await connection.call(.get("/file/\(start)", atMost: Self.part))
            }
        }
        await connection.shutdown()
        return (up, down)
    }

    /// Appends to a file without syncing it, and reads parts of it.
    private static func routes(_ path: String) -> [Route] {
        [
            Route(.post, "/file", access: .anyone, maximumBodyBytes: part) { request in
                guard
                    FileManager.default.fileExists(atPath: path)
                        || FileManager.default.createFile(atPath: path, contents: nil)
                else { throw RequestRefusal.notFound }
                guard let file = FileHandle(forWritingAtPath: path) else { throw RequestRefusal.notFound }
                _ = try file.seekToEnd()
                try file.write(contentsOf: request.body)
                try file.close()
                return Answer(status: .noContent)
            },
            Route(.get, "/file/{offset}", access: .anyone) { request in
                let offset: UInt64 = try request.parameter("offset") { UInt64($0) }
                guard let file = FileHandle(forReadingAtPath: path) else { throw RequestRefusal.notFound }
                try file.seek(toOffset: offset)
                let bytes = try file.read(upToCount: part) ?? Data()
                try file.close()
                return Answer(Array(bytes), type: "application/octet-stream")
            },
        ]
    }
}
