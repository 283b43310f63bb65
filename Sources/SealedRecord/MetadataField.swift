/// The fields of the metadata section, by tag.
enum MetadataField: UInt16, CaseIterable {
    case kind = 1
    case payloadFormat = 2
    case files = 3
    case start = 4
    case utcOffset = 5
    case duration = 6
    case sampling = 7
    case leads = 8
    case device = 9
    case layouts = 10

    /// From here on a reader that does not know a field ignores it; below it refuses.
    static let firstIgnorable: UInt16 = 0x8000

    /// Limits, each far above any real recording and small enough to be read on anybody's word.
    enum Bound {
        static let name = 64
        static let device = 255
        static let fileName = 255
        static let unit = 32
        static let items = 256
        static let offsetMinutes: ClosedRange<Int16> = -1080...1080
        /// 0001-01-01 00:00:00.000 to 9999-12-31 23:59:59.999.
        static let milliseconds: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
        static let duration: UInt64 = 1 << 62
    }

    func flaw(_ reason: String) -> MetadataFlaw { .field(tag: rawValue, reason: reason) }
}
