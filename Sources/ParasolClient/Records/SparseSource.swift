package import SealedRecord

/// Those parts of a container that were fetched so far, as a source to read from.
///
/// Reading elsewhere is refused, and ``missing`` says what it would have taken: fetch that, and read again.
package final class SparseSource: ByteSource {
    package let byteCount: UInt64
    /// What the last refused read wanted; nil where none was refused since the last part was added.
    package private(set) var missing: Range<UInt64>?
    private struct Part {
        let range: Range<UInt64>
        let bytes: MemorySource
    }

    /// By their beginnings, ascending.
    private var parts: [Part] = []

    /// - Parameter byteCount: Of the whole container.
    package init(byteCount: UInt64) { self.byteCount = byteCount }

    /// Adds bytes from `start` on. What they overlap must be the same.
    package func add(_ bytes: [UInt8], at start: UInt64) {
        missing = nil
        parts.append(Part(range: start..<start + UInt64(bytes.count), bytes: MemorySource(bytes)))
        parts.sort { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Of `range`, what is not there yet, in order and without overlaps. O(parts).
    package func gaps(in range: Range<UInt64>) -> [Range<UInt64>] {
        var gaps: [Range<UInt64>] = []
        var position = range.lowerBound
        for part in parts where position < range.upperBound {
            let (start, end) = (part.range.lowerBound, part.range.upperBound)
            guard end > position, start < range.upperBound else { continue }
            if start > position { gaps.append(position..<start) }
            position = max(position, end)
        }
        if position < range.upperBound { gaps.append(position..<range.upperBound) }
        return gaps
    }

    package func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
        let available = offset < byteCount ? byteCount - offset : 0
        guard count >= 0, UInt64(count) <= available else {
            throw .endOfSource(offset: offset, needed: count, available: available)
        }
        let range = offset..<offset + UInt64(count)
        guard gaps(in: range).isEmpty else {
            missing = range
            throw .unavailable(reason: "bytes \(range.lowerBound) to \(range.upperBound) are not fetched yet")
        }
        var position = offset
        for part in parts where part.range.contains(position) && position < range.upperBound {
            let end = min(part.range.upperBound, range.upperBound)
            try part.bytes.read(Int(end - position), at: position - part.range.lowerBound, into: &output)
            position = end
        }
    }
}
