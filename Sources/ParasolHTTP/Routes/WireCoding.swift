internal import Octets
internal import ServiceProtocols

/// The binary contents of Protocols/http.md: fixed lengths, and bytes behind their big-endian length. What they carry is never
/// encoded again.
enum WireCoding {
    /// Reads all of some content.
    ///
    /// - Throws: ``WireCodingError``.
    static func read<Value>(
        _ bytes: [UInt8], _ what: String, _ body: (inout OctetReader) throws -> Value
    ) throws(WireCodingError) -> Value {
        var reader = OctetReader(bytes)
        do {
            let value = try body(&reader)
            try reader.finish()
            return value
        } catch { throw WireCodingError(what: what, reason: "\(error)") }
    }

    static func encode(_ receipt: Receipt) throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        do { try writer.writeBytes16(receipt.entry) } catch {
            throw WireCodingError(what: "a receipt", reason: "\(error)")
        }
        writer.write(receipt.proof)
        return writer.bytes
    }

    /// A `.tlog-proof` is text that ends where the content ends.
    static func receipt(_ bytes: [UInt8]) throws(WireCodingError) -> Receipt {
        guard bytes.count <= WireLimits.receiptBytes else {
            throw WireCodingError(what: "a receipt", reason: "\(bytes.count) bytes")
        }
        return try read(bytes, "a receipt") { reader in
            let entry = try reader.readBytes16()
            return Receipt(entry: entry, proof: try reader.readBytes(reader.remaining))
        }
    }

    static func encode(entries: [[UInt8]]) throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        do { for entry in entries { try writer.writeBytes16(entry) } } catch {
            throw WireCodingError(what: "entries", reason: "\(error)")
        }
        return writer.bytes
    }

    static func entries(_ bytes: [UInt8]) throws(WireCodingError) -> [[UInt8]] {
        try read(bytes, "entries") { reader in
            var entries: [[UInt8]] = []
            while !reader.isAtEnd { entries.append(try reader.readBytes16()) }
            return entries
        }
    }

    static func encode(_ news: LedgerNews) throws(WireCodingError) -> [UInt8] {
        try encode(checkpoint: news.checkpoint, with: news.entries)
    }

    static func news(_ bytes: [UInt8]) throws(WireCodingError) -> LedgerNews {
        let (checkpoint, entries) = try checkpointWithEntries(bytes, "news", atMost: WireLimits.noteBytes)
        return LedgerNews(checkpoint: checkpoint, entries: entries)
    }

    /// - Parameter checkpoint: A signed note, or the body of `add-checkpoint`.
    static func encode(checkpoint: [UInt8], with entries: [[UInt8]]) throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.write(length32Of: checkpoint)
        return writer.bytes + (try encode(entries: entries))
    }

    /// - Parameter bound: Bytes of the checkpoint, at most.
    static func checkpointWithEntries(
        _ bytes: [UInt8], _ what: String = "a checkpoint with entries", atMost bound: Int = AddCheckpoint.maximumBytes
    ) throws(WireCodingError) -> (checkpoint: [UInt8], entries: [[UInt8]]) {
        try read(bytes, what) { reader in
            let checkpoint = try reader.readBytes32(atMost: bound)
            return (checkpoint, try entries(try reader.readBytes(reader.remaining)))
        }
    }

    static func hashes(_ bytes: [UInt8]) throws(WireCodingError) -> [[UInt8]] {
        try read(bytes, "hashes") { reader in
            var hashes: [[UInt8]] = []
            while !reader.isAtEnd { hashes.append(try reader.readBytes(32)) }
            return hashes
        }
    }
}

/// Content that is not what its media type says.
package struct WireCodingError: Error, Hashable, Sendable, CustomStringConvertible {
    let what: String
    let reason: String

    package var description: String { "not \(what): \(reason)" }
}

/// Bounds of contents, each with its reason.
enum WireLimits {
    /// A leaf behind its length, and a proof: 63 hashes and a note.
    static let receiptBytes = 2 + 65_535 + (64 << 10)
    /// Leaves of one answer. One alone may be longer than what is left of it.
    static let entriesBytes = 8 << 20
    static let entries: UInt64 = 4096
    /// Leaves that a checkpoint brings along, with their lengths.
    static let broughtBytes = 2 << 20
    /// 63 hashes of a proof.
    static let hashesBytes = 63 * 32
    static let noteBytes = 64 << 10
}
