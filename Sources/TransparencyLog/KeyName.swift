/// A key's name in a signed note: by recommendation a URL without scheme, such as `log.example.org/parasol`.
///
/// Non-empty UTF-8 without spaces, control characters or "+". Equal when its bytes are.
public struct KeyName: Hashable, Sendable, CustomStringConvertible {
    /// More than any sensible URL.
    public static let maximumBytes = 512

    /// UTF-8.
    public let bytes: [UInt8]

    /// - Throws: ``TransparencyLogError/badKeyName``.
    public init(_ name: String) throws(TransparencyLogError) {
        try self.init(utf8: Array(name.utf8)[...])
    }

    init(utf8 name: ArraySlice<UInt8>) throws(TransparencyLogError) {
        guard !name.isEmpty, name.count <= KeyName.maximumBytes,
            let text = String(validating: name, as: UTF8.self),
            text.unicodeScalars.allSatisfy({
                !$0.properties.isWhitespace && $0 != "+" && $0.properties.generalCategory != .control
            })
        else { throw .badKeyName }
        bytes = Array(name)
    }

    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
