/// Where the parts of a container lie, from its header's three lengths alone.
///
/// No operation overflows: the header has bounded the lengths.
package struct SealedRecordLayout: Hashable, Sendable {
    private let exponent: UInt64
    private let metadataByteCount: UInt64

    /// Bytes of the body, padding included.
    package let bodyByteCount: UInt64

    init(segmentExponent: UInt8, metadataByteCount: UInt32, bodyByteCount: UInt64) {
        exponent = UInt64(segmentExponent)
        self.metadataByteCount = UInt64(metadataByteCount)
        self.bodyByteCount = bodyByteCount
    }

    private var tag: UInt64 { UInt64(SealedRecordFormat.tagByteCount) }
    private var segmentByteCount: UInt64 { 1 << exponent }

    /// The sealed metadata section's bytes in the container.
    package var metadata: Range<UInt64> {
        let start = UInt64(SealedRecordFormat.headerByteCount)
        return start..<start + metadataByteCount + tag
    }

    /// At least one: an empty body is one empty segment.
    package var segmentCount: UInt64 { max(1, (bodyByteCount + segmentByteCount - 1) >> exponent) }

    /// Bytes of the whole container.
    package var containerByteCount: UInt64 { metadata.upperBound + bodyByteCount + segmentCount * tag }

    /// Whether a segment is the last one.
    package func isLast(_ index: UInt64) -> Bool { index == segmentCount - 1 }

    /// The body bytes that segment `index` holds; nil from ``segmentCount`` on.
    package func plaintext(ofSegment index: UInt64) -> Range<UInt64>? {
        guard index < segmentCount else { return nil }
        let start = index << exponent
        return start..<min(start + segmentByteCount, bodyByteCount)
    }

    /// The bytes of sealed segment `index` in the container; nil from ``segmentCount`` on.
    package func sealed(segment index: UInt64) -> Range<UInt64>? {
        guard let plaintext = plaintext(ofSegment: index) else { return nil }
        let start = metadata.upperBound + (index << exponent) + index * tag
        return start..<start + UInt64(plaintext.count) + tag
    }

    /// The segments that hold the body bytes of `range`, which must lie within the body.
    package func segments(holding range: Range<UInt64>) -> Range<UInt64> {
        guard !range.isEmpty else { return 0..<0 }
        return range.lowerBound >> exponent..<((range.upperBound - 1) >> exponent) + 1
    }
}
