package import Ciphers

/// Why a sealed record was refused, and where.
package enum SealedRecordError: Error, Hashable, Sendable {
    // The header, in the order of the checks.

    /// The container ends after `available` bytes, inside the header.
    case headerTruncated(available: UInt64)
    /// The first eight bytes are not a sealed record's.
    case notASealedRecord
    /// Only version 1 is known.
    case unknownVersion(UInt8)
    /// Only suites 1 and 2 are known.
    case unknownSuite(UInt8)
    /// `log2` of the segment size is outside ``SealedRecordFormat/segmentExponents``.
    case segmentSize(exponent: UInt8)
    /// The reserved byte 11 of the header is not zero.
    case reserved(UInt8)
    /// The metadata length is not a power of two within ``SealedRecordFormat/metadataExponents``.
    case metadataLength(UInt32)
    /// The body is longer than ``SealedRecordFormat/longestBody``.
    case bodyTooLong(UInt64)

    // The container as a whole.

    /// The container ends early: its header promises `expected` bytes.
    case truncated(expected: UInt64, actual: UInt64)
    /// The container goes on after the `expected` bytes that its header promises.
    case trailing(expected: UInt64, actual: UInt64)

    // Keys and contents.

    /// A capsule seed has 33 bytes.
    case wrongSeedLength(actual: Int)
    /// The seed is not this record's, or the header was changed: the key commitment does not match. No byte was decrypted.
    case keyRefused
    /// The metadata section was changed.
    case metadataRefused
    /// The metadata section is authentic but says something it must not.
    case metadata(MetadataFlaw)
    /// Segment `index`, counted from zero, was changed, moved, repeated, or belongs to another record.
    case segmentRefused(index: UInt64)
    /// The body's padding is not zero at byte `offset` of the body.
    case padding(offset: UInt64)

    // Use.

    /// Bytes `lower..<upper` were asked of a body or file of `byteCount` bytes.
    case outOfRange(lower: UInt64, upper: UInt64, byteCount: UInt64)
    /// The record has no file of this name.
    case noSuchFile(String)
    /// The record has no sample layout of this index.
    case noSuchLayout(index: Int)
    /// The record does not say how often it was sampled, so no time can be found in it.
    case noSampling
    /// More was written than the `declared` bytes of all files.
    case bodyOverrun(declared: UInt64)
    /// Writing ended after `written` of the `declared` bytes.
    case bodyUnderrun(declared: UInt64, written: UInt64)
    /// The writer has failed or finished before, and takes nothing more.
    case writerClosed
    /// Where the container is read from or written to failed.
    case storage(ByteStoreError)
    /// libcrypto failed for a reason that lies in no input.
    case cipher(CiphersError)
}

extension SealedRecordError {
    /// The refusal's name in `Protocols/sealed-record.md` and in the vectors; nil where no container is at fault.
    package var refusal: String? {
        switch self {
        case .headerTruncated: "header-truncated"
        case .notASealedRecord: "magic"
        case .unknownVersion: "version"
        case .unknownSuite: "suite"
        case .segmentSize: "segment-size"
        case .reserved: "reserved"
        case .metadataLength: "metadata-length"
        case .bodyTooLong: "body-length"
        case .truncated: "truncated"
        case .trailing: "trailing"
        case .keyRefused: "key"
        case .metadataRefused: "metadata"
        case .metadata(let flaw): "metadata-\(flaw.refusal)"
        case .segmentRefused(let index): "segment \(index)"
        case .padding(let offset): "padding \(offset)"
        case .wrongSeedLength, .outOfRange, .noSuchFile, .noSuchLayout, .noSampling, .bodyOverrun, .bodyUnderrun,
            .writerClosed, .storage, .cipher:
            nil
        }
    }
}

extension SealedRecordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .headerTruncated(let available):
            "sealed record: \(available) bytes cannot hold the header of \(SealedRecordFormat.headerByteCount)"
        case .notASealedRecord: "not a sealed record: wrong first eight bytes"
        case .unknownVersion(let version): "sealed record: unknown version \(version) at byte 8"
        case .unknownSuite(let suite): "sealed record: unknown suite \(suite) at byte 9"
        case .segmentSize(let exponent):
            "sealed record: segment size 2^\(exponent) at byte 10, only 2^10 to 2^20 allowed"
        case .reserved(let value): "sealed record: reserved byte 11 is \(value), not 0"
        case .metadataLength(let count):
            "sealed record: metadata length \(count) at byte 12 is not a power of two from 2^10 to 2^20"
        case .bodyTooLong(let count):
            "sealed record: body length \(count) at byte 16, at most \(SealedRecordFormat.longestBody) allowed"
        case .truncated(let expected, let actual):
            "sealed record: truncated, \(actual) bytes of \(expected)"
        case .trailing(let expected, let actual):
            "sealed record: \(actual) bytes, the record ends after \(expected)"
        case .wrongSeedLength(let actual):
            "wrong seed length: expected \(SealedRecordFormat.seedByteCount) bytes, got \(actual)"
        case .keyRefused: "sealed record: wrong key for this record, or a changed header"
        case .metadataRefused: "sealed record: the metadata section was changed"
        case .metadata(let flaw): "sealed record: metadata: \(flaw)"
        case .segmentRefused(let index):
            "sealed record: segment \(index) was changed, moved, or belongs to another record"
        case .padding(let offset): "sealed record: padding is not zero at body byte \(offset)"
        case .outOfRange(let lower, let upper, let byteCount):
            "bytes \(lower)..<\(upper) are outside 0..<\(byteCount)"
        case .noSuchFile(let name): "the record has no file named \(name)"
        case .noSuchLayout(let index): "the record has no sample layout \(index)"
        case .noSampling: "the record does not say how often it was sampled"
        case .bodyOverrun(let declared): "more than the declared \(declared) bytes were written"
        case .bodyUnderrun(let declared, let written): "\(written) of the declared \(declared) bytes were written"
        case .writerClosed: "the writer has finished or failed before"
        case .storage(let error): "\(error)"
        case .cipher(let error): "\(error)"
        }
    }
}
