package import Electrocardiogram
package import SealedRecord

/// A sealed WFDB record that is read by time: what a stretch needs is opened, and nothing else.
package final class SealedWFDBRecord<Source: ByteSource> {
    private let reader: SealedRecordReader<Source>
    private let index: WFDBSampleIndex

    /// Reads the WFDB header, which depositors seal as the first file.
    ///
    /// - Throws: ``SealedWFDBError``.
    package init(_ reader: SealedRecordReader<Source>) throws(SealedWFDBError) {
        guard reader.metadata.payloadFormat == "wfdb", let file = reader.metadata.files.first,
            file.name.hasSuffix(".hea"), file.byteCount <= UInt64(WFDBLimits.headerByteCount)
        else { throw .notWFDB }
        self.reader = reader
        let bytes: [UInt8]
        do throws(SealedRecordError) { bytes = try reader.read(file: file.name) } catch { throw .sealed(error) }
        do throws(WFDBError) {
            let header = try WFDBHeader(parsing: bytes)
            let stated = reader.metadata.sampling.map { Int(clamping: $0.frameCount) }
            index = try WFDBSampleIndex(header, frameCount: stated)
        } catch { throw .wfdb(error) }
    }

    /// Frames in the record.
    package var frameCount: Int { index.frameCount }

    /// The leads from the last frame not later than the beginning of a stretch of time to the last one before its end, as
    /// far as the record has them.
    ///
    /// Touches the segments that hold these samples. Memory as the stretch needs it.
    ///
    /// - Parameter microseconds: counted from the start of the recording.
    /// - Throws: ``SealedWFDBError``.
    package func recording(microseconds: Range<UInt64>) throws(SealedWFDBError) -> ECGRecording {
        guard let sampling = reader.metadata.sampling else { throw .sealed(.noSampling) }
        let frames = sampling.frames(inMicroseconds: microseconds)
        return try recording(frames: Int(clamping: frames.lowerBound)..<Int(clamping: frames.upperBound))
    }

    /// The leads in `frames`, as far as the record has them.
    ///
    /// - Throws: ``SealedWFDBError``.
    package func recording(frames: Range<Int>) throws(SealedWFDBError) -> ECGRecording {
        var failure: SealedRecordError?
        do throws(WFDBError) {
            return try index.read(frames: frames) { place in
                do throws(SealedRecordError) {
                    return try reader.read(
                        file: place.file, UInt64(place.bytes.lowerBound)..<UInt64(place.bytes.upperBound))
                } catch {
                    failure = error
                    return nil
                }
            }
        } catch {
            throw failure.map(SealedWFDBError.sealed) ?? .wfdb(error)
        }
    }
}

/// Why a stretch of a sealed WFDB record could not be read.
package enum SealedWFDBError: Error, Hashable, Sendable {
    /// The record is of another format, or its first file is no WFDB header.
    case notWFDB
    case sealed(SealedRecordError)
    case wfdb(WFDBError)
}

extension SealedWFDBError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notWFDB: "the sealed record is not a WFDB record"
        case .sealed(let error): "\(error)"
        case .wfdb(let error): "\(error)"
        }
    }
}
