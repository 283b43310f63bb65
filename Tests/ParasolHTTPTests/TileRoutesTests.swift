import CZlib
import HTTPTypes
import LogStorage
import NIOCore
import TestKit
import Testing
import TransparencyLog

@testable import ParasolHTTP

/// A folder of tiles over HTTP, as C2SP tlog-tiles says.
@Suite struct TileRoutesTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates
    private let files: TemporaryFolder
    private let folder: LogFolder

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
        files = try TemporaryFolder()
        folder = LogFolder(files.path("log"))
        var writer = try LogFolderWriter(folder)
        var growth = TileGrowth()
        for leaf in 0..<300 { try growth.append([UInt8(leaf & 0xff), UInt8(leaf >> 8)]) }
        try writer.write(&growth)
        try writer.publish(checkpoint: Array("a note\n".utf8))
    }

    private func get(_ targets: [(String, HTTPFields)]) async throws -> [CallAnswer] {
        let routes = TileRoutes.routes(folder, prefix: "/logs/a", access: .anyone)
        return try await fixture.serve(routes, certificates: certificates) { [fixture, certificates] port in
            try await fixture.connect(port, certificates, as: nil) { connection in
                var answers: [CallAnswer] = []
                for (target, fields) in targets {
                    answers.append(
                        try await connection.call(
                            .get(target, fields: fields, atMost: 1 << 20, alsoExpects: [304, 404])))
                }
                return answers
            }
        }
    }

    @Test func everyTileIsServedAsItLies() async throws {
        let tiles = [
            try Tile(.hashes(level: 0), index: 0), try Tile(.entries, index: 0),
            try Tile(.hashes(level: 0), index: 1, width: 44), try Tile(.entries, index: 1, width: 44),
            try Tile(.hashes(level: 1), index: 0, width: 1),
        ]
        let answers = try await get(tiles.map { ("/logs/a/\($0.path)", [:]) })
        for (tile, answer) in zip(tiles, answers) {
            #expect(answer.status == 200)
            #expect(answer.body == (try folder.bytes(of: tile)), "\(tile)")
            #expect(answer.fields[.contentType] == "application/octet-stream")
            #expect(answer.fields[.cacheControl]?.contains("immutable") == true)
        }
    }

    @Test func aBundleIsCompressedForWhoeverTakesIt() async throws {
        let bundle = try Tile(.entries, index: 0)
        let hashes = try Tile(.hashes(level: 0), index: 0)
        let taken: HTTPFields = [.acceptEncoding: "br, gzip;q=0.5"]
        let answers = try await get([
            ("/logs/a/\(bundle.path)", taken), ("/logs/a/\(bundle.path)", [.acceptEncoding: "gzip;q=0"]),
            ("/logs/a/\(hashes.path)", taken),
        ])
        #expect(answers.map { $0.fields[.contentEncoding] } == ["gzip", nil, nil])
        let plain = try #require(try folder.bytes(of: bundle))
        #expect(answers[1].body == plain)
        #expect(answers[0].body.count < plain.count / 2)
        #expect(GunzippedBytes(answers[0].body, expecting: plain.count).bytes == plain)
    }

    @Test func whatDoesNotGetShorterIsNotCompressed() {
        var generator = SeededGenerator(seed: 5)
        let noise = (0..<1000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        #expect(Gzip.compressed(noise) == nil)
        #expect(Gzip.compressed([]) == nil)
        #expect(Gzip.compressed([UInt8](repeating: 0, count: Gzip.maximumBytes + 1)) == nil)
        for field in ["", "br", "gzip;q=0", "gzip; q=0.0", "notgzip"] { #expect(!Gzip.isAccepted(field), "\(field)") }
        for field in ["gzip", "GZIP", "br, gzip;q=1", " gzip"] { #expect(Gzip.isAccepted(field), "\(field)") }
    }

    @Test func aCheckpointThatIsKnownIsNotSentAgain() async throws {
        let first = try #require(try await get([("/logs/a/checkpoint", [:])]).first)
        #expect(first.body == Array("a note\n".utf8))
        #expect(first.fields[.contentType] == "text/plain; charset=utf-8")
        let tag = try #require(first.fields[.eTag])
        let others = try await get([
            ("/logs/a/checkpoint", [.ifNoneMatch: "\"x\", \(tag)"]), ("/logs/a/checkpoint", [.ifNoneMatch: "\"x\""]),
        ])
        #expect(others.map(\.status) == [304, 200])
        #expect(others[0].body.isEmpty)
    }

    @Test func nothingElseOfTheDiskCanBeAskedFor() async throws {
        let targets = [
            "/logs/a/tile/0/001", "/logs/a/tile/0/000.p/256", "/logs/a/tile/0/0", "/logs/a/tile/0/x000/000",
            "/logs/a/tile/../checkpoint", "/logs/a/tile/entries/../../checkpoint", "/logs/a/tile/%2e%2e/checkpoint",
            "/logs/a/tile/0//000", "/logs/a/tile", "/logs/a/tile/", "/logs/a", "/logs/a/tile/0/000/",
            "/logs/b/checkpoint",
            "/logs/a/../a/checkpoint", "/logs/a/tile/8/000",
        ]
        let answers = try await get(targets.map { ($0, [:]) })
        for (target, answer) in zip(targets, answers) { #expect(answer.status == 404, "\(target)") }
    }
}

/// What zlib makes of gzip's bytes; empty where they are none.
private struct GunzippedBytes {
    private(set) var bytes: [UInt8] = []

    init(_ compressed: [UInt8], expecting count: Int) {
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return }
        defer { unsafe inflateEnd(&stream) }
        var input = compressed
        bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, written in
            unsafe input.withUnsafeMutableBufferPointer { input in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(count)
                written = unsafe inflate(&stream, Z_FINISH) == Z_STREAM_END ? count - Int(stream.avail_out) : 0
            }
        }
    }
}
