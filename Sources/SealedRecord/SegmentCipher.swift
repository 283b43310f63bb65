import Ciphers
import Octets

/// The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
/// CRYPTO 2015) over one record's segments: nonce = prefix (7) ‖ index (4, big-endian) ‖ last (1).
///
/// An index belongs to one place and the last flag to the end, so a segment opens only where it was sealed, alone or in order.
struct SegmentCipher: ~Copyable, Sendable {
    private var context: AEADContext
    private let prefix: InlineArray<7, UInt8>
    let layout: SealedRecordLayout

    init(header: SealedRecordHeader, keys: RecordKeySchedule) throws(SealedRecordError) {
        do throws(CiphersError) {
            context = try AEADContext(header.suite.algorithm, key: keys.bodyKey)
        } catch {
            throw .cipher(error)
        }
        prefix = keys.bodyNonce
        layout = header.layout
    }

    private func nonce(_ index: UInt64) -> AEADNonce {
        var nonce = AEADNonce(repeating: 0)
        for position in 0..<7 { nonce[position] = prefix[position] }
        // At most 2^30 segments: 1 TiB in segments of 1 KiB.
        for position in 0..<4 { nonce[7 + position] = UInt8(truncatingIfNeeded: index >> UInt64(24 - 8 * position)) }
        nonce[11] = layout.isLast(index) ? 1 : 0
        return nonce
    }

    mutating func seal(
        _ index: UInt64, _ plaintext: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(SealedRecordError) {
        do throws(CiphersError) {
            try context.seal(plaintext, nonce: nonce(index), authenticating: Span(), into: &output)
        } catch {
            throw .cipher(error)
        }
    }

    mutating func sealInPlace(_ index: UInt64, _ buffer: inout MutableSpan<UInt8>) throws(SealedRecordError) {
        do throws(CiphersError) {
            try context.sealInPlace(&buffer, nonce: nonce(index), authenticating: Span())
        } catch {
            throw .cipher(error)
        }
    }

    mutating func open(
        _ index: UInt64, _ sealed: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(SealedRecordError) {
        do throws(CiphersError) {
            try context.open(sealed, nonce: nonce(index), authenticating: Span(), into: &output)
        } catch {
            throw Self.refusal(of: index, error)
        }
    }

    mutating func openInPlace(_ index: UInt64, _ buffer: inout MutableSpan<UInt8>) throws(SealedRecordError) {
        do throws(CiphersError) {
            try context.openInPlace(&buffer, nonce: nonce(index), authenticating: Span())
        } catch {
            throw Self.refusal(of: index, error)
        }
    }

    private static func refusal(of index: UInt64, _ error: CiphersError) -> SealedRecordError {
        switch error {
        case .authenticationFailed, .noRoomForTag: .segmentRefused(index: index)
        default: .cipher(error)
        }
    }
}
