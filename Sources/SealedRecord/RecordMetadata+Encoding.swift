private import Octets

extension RecordMetadata {
    /// The plaintext of the metadata section: length of the fields (4), the fields, and zeros up to a power of two.
    ///
    /// - Throws: ``SealedRecordError/metadata(_:)``.
    func section() throws(SealedRecordError) -> [UInt8] {
        do throws(MetadataFlaw) {
            try validate()
            let fields = try encodedFields()
            var exponent = Int(SealedRecordFormat.metadataExponents.lowerBound)
            while 1 << exponent < fields.count + 4 { exponent += 1 }
            guard exponent <= SealedRecordFormat.metadataExponents.upperBound else {
                throw .tooLarge(byteCount: fields.count)
            }
            var writer = OctetWriter(reservingCapacity: 1 << exponent)
            writer.writeBigEndian(UInt32(fields.count))
            writer.write(fields)
            writer.write(repeatElement(0, count: 1 << exponent - fields.count - 4))
            return writer.bytes
        } catch {
            throw .metadata(error)
        }
    }

    private func encodedFields() throws(MetadataFlaw) -> [UInt8] {
        var writer = OctetWriter(reservingCapacity: 1024)
        func put(_ tag: UInt16, _ value: [UInt8]) throws(MetadataFlaw) {
            guard let count = UInt32(exactly: value.count) else { throw .tooLarge(byteCount: value.count) }
            writer.writeBigEndian(tag)
            writer.writeBigEndian(count)
            writer.write(value)
        }
        try put(MetadataField.kind.rawValue, Array(kind.utf8))
        try put(MetadataField.payloadFormat.rawValue, Array(payloadFormat.utf8))
        try put(MetadataField.files.rawValue, encodedFiles)
        if let start {
            try put(MetadataField.start.rawValue, Self.bigEndian(UInt64(bitPattern: start.milliseconds)))
            if let offset = start.utcOffsetMinutes {
                try put(MetadataField.utcOffset.rawValue, Self.bigEndian(UInt16(bitPattern: offset)))
            }
        }
        if let durationMicroseconds {
            try put(MetadataField.duration.rawValue, Self.bigEndian(durationMicroseconds))
        }
        if let sampling {
            try put(
                MetadataField.sampling.rawValue,
                Self.bigEndian(sampling.numerator) + Self.bigEndian(sampling.denominator)
                    + Self.bigEndian(sampling.frameCount))
        }
        if !leads.isEmpty { try put(MetadataField.leads.rawValue, encodedLeads) }
        if let device { try put(MetadataField.device.rawValue, Array(device.utf8)) }
        if !layouts.isEmpty { try put(MetadataField.layouts.rawValue, encodedLayouts) }
        for (tag, value) in extensions.sorted(by: { $0.key < $1.key }) { try put(tag, value) }
        return writer.bytes
    }

    private static func bigEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(value)
        return writer.bytes
    }

    // Texts in lists have an 8-bit length, which their validated bounds fit.
    private var encodedFiles: [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(UInt16(files.count))
        for file in files {
            writer.writeUInt8(UInt8(file.name.utf8.count))
            writer.write(file.name.utf8)
            writer.writeBigEndian(file.byteCount)
        }
        return writer.bytes
    }

    private var encodedLeads: [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(UInt16(leads.count))
        for lead in leads {
            writer.writeUInt8(UInt8(lead.name.utf8.count))
            writer.write(lead.name.utf8)
            writer.writeUInt8(UInt8(lead.unit.utf8.count))
            writer.write(lead.unit.utf8)
            writer.writeBigEndian(lead.gain.bitPattern)
            writer.writeBigEndian(UInt64(bitPattern: lead.baseline))
            writer.writeUInt8(lead.resolutionBits)
        }
        return writer.bytes
    }

    private var encodedLayouts: [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(UInt16(layouts.count))
        for layout in layouts {
            writer.writeBigEndian(layout.file)
            writer.writeBigEndian(layout.preambleByteCount)
            writer.writeBigEndian(layout.framesPerGroup)
            writer.writeBigEndian(layout.bytesPerGroup)
        }
        return writer.bytes
    }
}
