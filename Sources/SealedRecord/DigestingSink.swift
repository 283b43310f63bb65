package import Octets

/// Hashes what passes through to another sink: the content address of a container, computed while it is sealed.
package final class DigestingSink<Base: ByteSink>: ByteSink {
    private let base: Base
    private var hash = RunningDigest()

    /// Bytes so far.
    package private(set) var byteCount: UInt64 = 0

    package init(_ base: Base) {
        self.base = base
    }

    package func write(_ bytes: Span<UInt8>) throws(ByteStoreError) {
        try base.write(bytes)
        hash.update(bytes)
        byteCount += UInt64(bytes.count)
    }

    /// SHA-256 of all bytes so far.
    package var digest: FixedOctets<32> { hash.value }
}
