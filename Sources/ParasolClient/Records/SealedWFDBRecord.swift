package import Electrocardiogram
package import SealedRecord

/// A sealed WFDB record that is read by time: what a stretch needs is opened, and nothing else.
package final class SealedWFDBRecord<Source: ByteSource> {
    private let reader: SealedRecordReader<Source>
    private let fileSet: WFDBRecordSet
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
            fileSet = try WFDBRecordSet(headerFile: file.name, header: bytes)
            let stated = reader.metadata.sampling.map { Int(clamping: $0.frameCount) }
            index = try WFDBSampleIndex(fileSet.header, frameCount: stated)
        } catch { throw .wfdb(error) }
    }

    /// Frames in the record.
    package var frameCount: Int { index.frameCount }

    /// Frames a second.
    package var samplingRate: Double { fileSet.header.samplingFrequency }

    /// Where in the container the samples of `frames` lie, and the annotations, which can only be read from their beginning.
    ///
    /// - Throws: ``SealedWFDBError``.
    package func containerBytes(frames: Range<Int>) throws(SealedWFDBError) -> [Range<UInt64>] {
        do throws(SealedRecordError) {
            var ranges: [Range<UInt64>] = []
            for place in index.byteRanges(frames: frames) where !place.bytes.isEmpty {
                ranges.append(
                    try reader.containerBytes(
                        ofFile: place.file, UInt64(place.bytes.lowerBound)..<UInt64(place.bytes.upperBound)))
            }
            for name in annotationFiles { ranges.append(try reader.containerBytes(ofFile: name)) }
            return ranges.filter { !$0.isEmpty }
        } catch { throw .sealed(error) }
    }

    /// The same part of the record as `excerpt(frames:)` makes of a whole one, annotations and start included.
    ///
    /// - Throws: ``SealedWFDBError``.
    package func excerpt(frames: Range<Int>) throws(SealedWFDBError) -> ECGRecording {
        let header = fileSet.header
        var whole = ECGRecording(
            name: header.recordName, samplingRate: header.samplingFrequency, frameCount: index.frameCount, leads: [],
            comments: header.comments, startTime: header.baseTime, startDate: header.baseDate)
        whole.counter = header.counter
        whole.notices = header.notices
        var files: [String: [UInt8]] = [:]
        do throws(SealedRecordError) {
            for name in annotationFiles { files[name] = try reader.read(file: name) }
        } catch { throw .sealed(error) }
        do throws(WFDBError) { try whole.addAnnotations(of: fileSet, in: files) } catch { throw .wfdb(error) }
        var part = whole.excerpt(frames: frames)
        let window = try recording(frames: frames)
        part.leads = window.leads
        part.notices += window.notices
        return part
    }

    private var annotationFiles: [String] { fileSet.annotationFiles(among: reader.metadata.files.map(\.name)) }

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
