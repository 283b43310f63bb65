package import Foundation

/// The regular files below a folder.
package struct FilesBelow: Sendable {
    private let folder: String

    package init(_ folder: String) { self.folder = folder }

    /// Paths relative to the folder, in order; none where there is no folder.
    package var names: [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
        var names: [String] = []
        for case let name as String in walk {
            if walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular { names.append(name) }
        }
        return names.sorted()
    }

    /// Each file's bytes, by its name.
    package func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in names { contents[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)) }
        return contents
    }
}
