/// Which log a checkpoint is of: its first line.
///
/// Non-empty UTF-8 without control characters. Equal when its bytes are. By recommendation the log key's name.
public struct LogOrigin: Hashable, Sendable, CustomStringConvertible {
    /// As for ``KeyName``.
    public static let maximumBytes = KeyName.maximumBytes

    /// UTF-8.
    public let bytes: [UInt8]

    /// - Throws: ``TransparencyLogError/badOrigin``.
    public init(_ origin: String) throws(TransparencyLogError) {
        try self.init(utf8: Array(origin.utf8)[...])
    }

    /// The origin that a log whose key has this name should use.
    public init(_ name: KeyName) {
        bytes = name.bytes
    }

    init(utf8 origin: ArraySlice<UInt8>) throws(TransparencyLogError) {
        guard !origin.isEmpty, origin.count <= LogOrigin.maximumBytes, !origin.contains(where: { $0 < 0x20 }),
            String(validating: origin, as: UTF8.self) != nil
        else { throw .badOrigin }
        bytes = Array(origin)
    }

    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
