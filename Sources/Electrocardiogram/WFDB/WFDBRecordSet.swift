/// Which files make up a record, so that a caller can load them before it asks for the reading.
public struct WFDBRecordSet: Sendable {
    /// The header's plain file name.
    public let headerFile: String
    /// The name before `.hea`, which annotation files share.
    public let recordName: String
    public let header: WFDBHeader

    /// - Throws: ``WFDBError/unsafeHeaderFileName`` for a name with a path, and what ``WFDBHeader`` throws.
    public init(headerFile: String, header bytes: [UInt8]) throws(WFDBError) {
        guard let name = WFDBFileName.recordName(ofHeaderFile: headerFile) else { throw .unsafeHeaderFileName }
        self.headerFile = headerFile
        recordName = name
        header = try WFDBHeader(parsing: bytes)
    }

    /// The files that must be there: the header and the signal files that it names, each once.
    public var requiredFiles: [String] {
        [headerFile] + header.signalFiles.filter { $0 != headerFile }
    }

    /// Of `names`, the annotation files of this record, sorted: its own name with an ending of letters and digits, other
    /// than the header's, the signal files', and those that other programs write beside a record.
    public func annotationFiles(among names: some Sequence<String>) -> [String] {
        let taken = Set(requiredFiles)
        return names.filter { name in
            guard name.hasPrefix(recordName + "."), !taken.contains(name) else { return false }
            let ending = name.dropFirst(recordName.count + 1)
            return !ending.isEmpty && ending.utf8.allSatisfy { Self.isAlphanumeric($0) }
                && !Self.foreignEndings.contains(ending.lowercased())
        }.sorted()
    }

    /// The annotator whose file is the record's reference: where that is damaged, the record is.
    static let referenceAnnotator = "atr"

    private static let foreignEndings: Set<String> = [
        "hea", "dat", "mat", "edf", "bdf", "csv", "txt", "json", "xml", "svg", "png", "pdf", "zip", "gz", "md", "html",
        // WAVE's list of files to show, which PhysioNet has beside each record.
        "xws",
    ]

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
