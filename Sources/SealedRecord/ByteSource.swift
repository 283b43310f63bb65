/// Something of known length that can be read from anywhere in it: a file, memory, a vault's ranged reads.
package protocol ByteSource: AnyObject {
    /// How many bytes there are.
    var byteCount: UInt64 { get }

    /// Appends exactly the `count` bytes from `offset` on to `output`, which has room for them, or throws.
    func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError)
}

/// Something that takes bytes in order.
package protocol ByteSink: AnyObject {
    /// Takes all of `bytes`, or throws; after that its contents are of no use.
    func write(_ bytes: Span<UInt8>) throws(ByteStoreError)
}

/// A source in memory.
package final class MemorySource: ByteSource {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var byteCount: UInt64 { UInt64(bytes.count) }

    package func read(_ count: Int, at offset: UInt64, into output: inout OutputSpan<UInt8>) throws(ByteStoreError) {
        let available = offset < byteCount ? byteCount - offset : 0
        guard count >= 0, UInt64(count) <= available else {
            throw .endOfSource(offset: offset, needed: count, available: available)
        }
        let bytes = bytes
        let start = Int(offset)
        output.append(copying: bytes.span.extracting(start..<start + count))
    }
}

/// A sink in memory.
package final class MemorySink: ByteSink {
    /// All that was written.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package func write(_ more: Span<UInt8>) throws(ByteStoreError) {
        unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}
