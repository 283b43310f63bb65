/// How samples are laid out in a signal file. These two hold nearly all of PhysioNet.
public enum WFDBSignalFormat: Int, CaseIterable, Hashable, Sendable {
    /// 16-bit two's complement, least significant byte first.
    case format16 = 16
    /// Two 12-bit two's complement samples in three bytes.
    case format212 = 212

    /// Formats that WFDB knows and this library does not read yet.
    static let notYetSupported: Set<Int> = [0, 8, 24, 32, 61, 80, 160, 310, 311, 508, 516, 524]

    /// The format's number as text.
    public var name: String { String(rawValue) }

    /// The values that a file of this format can hold, including ``invalidSample``.
    public var range: ClosedRange<Int32> {
        switch self {
        case .format16: -32768...32767
        case .format212: -2048...2047
        }
    }

    /// The value that means "no valid sample here": draw a gap.
    public var invalidSample: Int32 { range.lowerBound }

    /// Bytes that `sampleCount` samples take; nil where that is more than an `Int` can say.
    ///
    /// Format 212 ends with two bytes where the count is odd.
    public func byteCount(ofSamples sampleCount: Int) -> Int? {
        switch self {
        case .format16:
            let (bytes, overflow) = sampleCount.multipliedReportingOverflow(by: 2)
            return overflow ? nil : bytes
        case .format212:
            let (bytes, overflow) = (sampleCount / 2).multipliedReportingOverflow(by: 3)
            return overflow || bytes > Int.max - 2 ? nil : bytes + (sampleCount & 1) * 2
        }
    }

    /// Whole samples in `byteCount` bytes.
    func sampleCount(ofBytes byteCount: Int) -> Int {
        switch self {
        case .format16: byteCount / 2
        case .format212: byteCount / 3 * 2 + (byteCount % 3 == 2 ? 1 : 0)
        }
    }

    /// The first sample at or before `sample` that starts on a byte of its own, so that decoding may start there.
    func alignedSample(atOrBefore sample: Int) -> Int {
        switch self {
        case .format16: sample
        case .format212: sample & ~1
        }
    }
}
