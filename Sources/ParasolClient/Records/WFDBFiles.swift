package import Electrocardiogram

/// A WFDB record as its files, in memory: what is sealed, and what an opening gives back.
///
/// The files travel as they are, so that a doctor gets the very bytes the recorder wrote.
package struct WFDBFiles: Hashable, Sendable {
    /// One file with its plain name.
    package struct File: Hashable, Sendable {
        package let name: String
        package let bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The header's file name, `100.hea`.
    package let headerFile: String
    /// The header first, then the signal files it names, then the annotation files, sorted.
    package let files: [File]
    /// What they say.
    package let recording: ECGRecording

    /// Takes from `available` the files that belong to the record of `headerFile`, and reads them.
    ///
    /// - Parameter available: Contents by plain file name; others may be among them and are left out.
    /// - Throws: `WFDBError`, naming a file that is missing or what is wrong in one.
    package init(headerFile: String, available: [String: [UInt8]]) throws(WFDBError) {
        guard let header = available[headerFile] else { throw .missingFile(headerFile) }
        let set = try WFDBRecordSet(headerFile: headerFile, header: header)
        var files: [File] = []
        for name in set.requiredFiles + set.annotationFiles(among: available.keys) {
            guard let bytes = available[name] else { throw .missingFile(name) }
            files.append(File(name: name, bytes: bytes))
        }
        self.headerFile = headerFile
        self.files = files
        recording = try WFDBReader.read(
            headerFile, in: Dictionary(files.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first }))
    }
}
