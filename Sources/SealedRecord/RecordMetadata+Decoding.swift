private import Octets

extension RecordMetadata {
    /// Reads the plaintext of a metadata section.
    ///
    /// - Throws: ``SealedRecordError/metadata(_:)``. Lengths, padding, order and unknown fields are looked at first, then the fields' values;
    ///   where several values are wrong, one of them is named.
    init(section: [UInt8], bodyByteCount: UInt64) throws(SealedRecordError) {
        do throws(MetadataFlaw) {
            self = try Self.decode(section)
            try validate()
            let files = files.reduce(0) { $0 + $1.byteCount }
            guard files <= bodyByteCount else { throw .body(files: files, body: bodyByteCount) }
        } catch {
            throw .metadata(error)
        }
    }

    private static func decode(_ section: [UInt8]) throws(MetadataFlaw) -> RecordMetadata {
        let fields = try fields(of: section)
        func required(_ field: MetadataField) throws(MetadataFlaw) -> [UInt8] {
            guard let value = fields[field.rawValue] else { throw .missing(tag: field.rawValue) }
            return value
        }
        func optional<Value>(
            _ field: MetadataField, _ body: (inout OctetReader) throws -> Value
        ) throws(MetadataFlaw) -> Value? {
            guard let value = fields[field.rawValue] else { return nil }
            return try read(field, value, body)
        }
        var metadata = RecordMetadata(
            kind: try text(required(.kind), .kind), payloadFormat: try text(required(.payloadFormat), .payloadFormat),
            files: try read(.files, required(.files), readFiles))
        if let milliseconds = try optional(.start, { Int64(bitPattern: try $0.readBigEndian()) }) {
            metadata.start = RecordStart(milliseconds: milliseconds)
        }
        if let offset = try optional(.utcOffset, { Int16(bitPattern: try $0.readBigEndian()) }) {
            guard metadata.start != nil else { throw .missing(tag: MetadataField.start.rawValue) }
            metadata.start?.utcOffsetMinutes = offset
        }
        metadata.durationMicroseconds = try optional(.duration) { try $0.readBigEndian() }
        metadata.sampling = try optional(.sampling) {
            RecordSampling(
                numerator: try $0.readBigEndian(), denominator: try $0.readBigEndian(),
                frameCount: try $0.readBigEndian())
        }
        metadata.leads = try optional(.leads, readLeads) ?? []
        if let device = fields[MetadataField.device.rawValue] { metadata.device = try text(device, .device) }
        metadata.layouts = try optional(.layouts, readLayouts) ?? []
        metadata.extensions = fields.filter { $0.key >= MetadataField.firstIgnorable }
        return metadata
    }

    /// Splits a section into fields, without looking into them.
    private static func fields(of section: [UInt8]) throws(MetadataFlaw) -> [UInt16: [UInt8]] {
        var outer = OctetReader(section)
        let content: [UInt8]
        do throws(OctetsError) {
            let count: UInt32 = try outer.readBigEndian()
            content = try outer.readBytes(Int(count))
        } catch {
            throw .section
        }
        guard section[outer.offset...].allSatisfy({ $0 == 0 }) else { throw .padding }
        var reader = OctetReader(content)
        var fields: [UInt16: [UInt8]] = [:]
        var previous: UInt16 = 0
        while !reader.isAtEnd {
            let tag: UInt16
            let value: [UInt8]
            do throws(OctetsError) {
                tag = try reader.readBigEndian()
                value = try reader.readBytes(Int(try reader.readBigEndian(UInt32.self)))
            } catch {
                throw .section
            }
            guard tag > previous else { throw .order(tag: tag) }
            guard tag >= MetadataField.firstIgnorable || MetadataField(rawValue: tag) != nil else {
                throw .unknown(tag: tag)
            }
            fields[tag] = value
            previous = tag
        }
        return fields
    }

    /// Reads all of a field's value.
    private static func read<Value>(
        _ field: MetadataField, _ value: [UInt8], _ body: (inout OctetReader) throws -> Value
    ) throws(MetadataFlaw) -> Value {
        var reader = OctetReader(value)
        do {
            let result = try body(&reader)
            try reader.finish()
            return result
        } catch let flaw as MetadataFlaw {
            throw flaw
        } catch {
            throw field.flaw("\(error)")
        }
    }

    private static func text(_ bytes: [UInt8], _ field: MetadataField) throws(MetadataFlaw) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw field.flaw("not UTF-8") }
        return text
    }

    /// A text behind an 8-bit length.
    private static func readText(_ reader: inout OctetReader, _ field: MetadataField) throws -> String {
        let count = Int(try reader.readUInt8())
        return try text(reader.readBytes(count), field)
    }

    /// A list behind a 16-bit count, from 1 to the bound of all lists.
    private static func readList<Item>(
        _ reader: inout OctetReader, _ field: MetadataField, _ item: (inout OctetReader) throws -> Item
    ) throws -> [Item] {
        let count = Int(try reader.readBigEndian(UInt16.self))
        guard (1...MetadataField.Bound.items).contains(count) else { throw field.flaw("\(count) items") }
        var items: [Item] = []
        for _ in 0..<count { items.append(try item(&reader)) }
        return items
    }

    private static func readFiles(_ reader: inout OctetReader) throws -> [RecordFile] {
        try readList(&reader, .files) {
            RecordFile(name: try readText(&$0, .files), byteCount: try $0.readBigEndian())
        }
    }

    private static func readLeads(_ reader: inout OctetReader) throws -> [RecordLead] {
        try readList(&reader, .leads) {
            RecordLead(
                name: try readText(&$0, .leads), unit: try readText(&$0, .leads),
                gain: Double(bitPattern: try $0.readBigEndian()), baseline: Int64(bitPattern: try $0.readBigEndian()),
                resolutionBits: try $0.readUInt8())
        }
    }

    private static func readLayouts(_ reader: inout OctetReader) throws -> [SampleLayout] {
        try readList(&reader, .layouts) {
            SampleLayout(
                file: try $0.readBigEndian(), preambleByteCount: try $0.readBigEndian(),
                framesPerGroup: try $0.readBigEndian(), bytesPerGroup: try $0.readBigEndian())
        }
    }
}
