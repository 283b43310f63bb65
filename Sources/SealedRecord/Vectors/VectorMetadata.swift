import Octets

/// ``RecordMetadata`` as it stands in a vector file.
struct VectorMetadata: Codable, Equatable {
    struct File: Codable, Equatable {
        var name: String
        var byteCount: UInt64
    }
    struct Sampling: Codable, Equatable {
        var numerator: UInt32
        var denominator: UInt32
        var frameCount: UInt64
    }
    struct Lead: Codable, Equatable {
        var name: String
        var unit: String
        var gain: Double
        var baseline: Int64
        var resolutionBits: UInt8
    }
    struct Layout: Codable, Equatable {
        var file: UInt16
        var preambleByteCount: UInt64
        var framesPerGroup: UInt32
        var bytesPerGroup: UInt32
    }
    struct Extension: Codable, Equatable {
        var tag: UInt16
        var bytes: String
    }

    var kind: String
    var payloadFormat: String
    var files: [File]
    var startMilliseconds: Int64?
    var utcOffsetMinutes: Int16?
    var durationMicroseconds: UInt64?
    var sampling: Sampling?
    var leads: [Lead]
    var device: String?
    var layouts: [Layout]
    var extensions: [Extension]

    init(_ metadata: RecordMetadata) {
        kind = metadata.kind
        payloadFormat = metadata.payloadFormat
        files = metadata.files.map { File(name: $0.name, byteCount: $0.byteCount) }
        startMilliseconds = metadata.start?.milliseconds
        utcOffsetMinutes = metadata.start?.utcOffsetMinutes
        durationMicroseconds = metadata.durationMicroseconds
        sampling = metadata.sampling.map {
            Sampling(numerator: $0.numerator, denominator: $0.denominator, frameCount: $0.frameCount)
        }
        leads = metadata.leads.map {
            Lead(
                name: $0.name, unit: $0.unit, gain: $0.gain, baseline: $0.baseline, resolutionBits: $0.resolutionBits)
        }
        device = metadata.device
        layouts = metadata.layouts.map {
            Layout(
                file: $0.file, preambleByteCount: $0.preambleByteCount, framesPerGroup: $0.framesPerGroup,
                bytesPerGroup: $0.bytesPerGroup)
        }
        extensions = metadata.extensions.sorted { $0.key < $1.key }.map {
            Extension(tag: $0.key, bytes: $0.value.hexadecimal)
        }
    }

    /// The metadata; nil where the file says something that none can be.
    var metadata: RecordMetadata? {
        var values: [UInt16: [UInt8]] = [:]
        for item in extensions {
            guard let bytes = try? [UInt8](hexadecimal: item.bytes), values.updateValue(bytes, forKey: item.tag) == nil
            else { return nil }
        }
        guard startMilliseconds != nil || utcOffsetMinutes == nil else { return nil }
        return RecordMetadata(
            kind: kind, payloadFormat: payloadFormat,
            files: files.map { RecordFile(name: $0.name, byteCount: $0.byteCount) },
            start: startMilliseconds.map { RecordStart(milliseconds: $0, utcOffsetMinutes: utcOffsetMinutes) },
            durationMicroseconds: durationMicroseconds,
            sampling: sampling.map {
                RecordSampling(numerator: $0.numerator, denominator: $0.denominator, frameCount: $0.frameCount)
            },
            leads: leads.map {
                RecordLead(
                    name: $0.name, unit: $0.unit, gain: $0.gain, baseline: $0.baseline,
                    resolutionBits: $0.resolutionBits)
            }, device: device,
            layouts: layouts.map {
                SampleLayout(
                    file: $0.file, preambleByteCount: $0.preambleByteCount, framesPerGroup: $0.framesPerGroup,
                    bytesPerGroup: $0.bytesPerGroup)
            }, extensions: values)
    }
}
