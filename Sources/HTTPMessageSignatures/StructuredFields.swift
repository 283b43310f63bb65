internal import FoundationEssentials
internal import HTTPTypes
internal import RawStructuredFieldValues

/// Reading and writing structured fields (RFC 9651), bounded.
enum StructuredFields {
    /// A field of one dictionary, on any number of lines.
    ///
    /// - Throws: ``MessageSignatureError/missingField(_:)``, ``MessageSignatureError/fieldTooLong(_:bytes:)``,
    ///   ``MessageSignatureError/malformedField(_:reason:)``.
    static func dictionary(
        _ name: HTTPField.Name, in fields: HTTPFields
    ) throws(MessageSignatureError) -> OrderedMap<String, ItemOrInnerList> {
        let lines = fields[values: name]
        guard !lines.isEmpty else { throw .missingField(name.canonicalName) }
        let bytes = lines.reduce(0) { $0 + $1.utf8.count + 2 }
        guard bytes <= MessageSignatureLimits.fieldBytes else { throw .fieldTooLong(name.canonicalName, bytes: bytes) }
        var parser = StructuredFieldValueParser(Array(lines.joined(separator: ", ").utf8))
        do { return try parser.parseDictionaryFieldValue() } catch {
            throw .malformedField(name.canonicalName, reason: "\(error)")
        }
    }

    /// A dictionary of one member, as text.
    static func serialize(_ key: String, _ member: ItemOrInnerList) throws(MessageSignatureError) -> String {
        var serializer = StructuredFieldValueSerializer()
        do {
            return String(decoding: try serializer.writeDictionaryFieldValue([key: member]), as: UTF8.self)
        } catch { throw .malformedField(key, reason: "\(error)") }
    }

    /// A byte sequence; nil where the member is none, or is not spelled canonically.
    static func bytes(_ member: ItemOrInnerList) -> [UInt8]? {
        guard case .item(let item) = member, case .undecodedByteSequence(let text) = item.rfc9651BareItem,
            let data = Data(base64Encoded: text), data.base64EncodedString() == text
        else { return nil }
        return Array(data)
    }

    static func item(_ bytes: [UInt8]) -> ItemOrInnerList {
        .item(Item(bareItem: RFC9651BareItem.undecodedByteSequence(Data(bytes).base64EncodedString()), parameters: [:]))
    }
}
