extension FileSystem {
    /// Replaces the whole of a file, or makes it, so that after a crash at any instruction either the old or the new bytes are there.
    ///
    /// Writes a new file beside it, synchronizes that, renames it over the old one and synchronizes the folder. On an
    /// error before the rename the old file is untouched and the new one is removed; on an error of the last step the
    /// new bytes are in place but may not be durable.
    package func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        try put(path, bytes)
        try synchronizeFolder(Self.folder(of: path))
    }

    /// ``replace(_:with:)`` without its last step: durable once the folder is synchronized, so that many files of one folder
    /// share that.
    package func put(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 16)
        let new = path + Self.replacementMark + suffix
        do throws(FileError) {
            let file = try create(new)
            try file.write(bytes, at: 0)
            try file.synchronize()
            try rename(new, to: path)
        } catch {
            // Whatever the removal says, the reason to report is the first one.
            try? remove(new)
            throw error
        }
    }

    /// Whether a file of this name is what an interrupted replacement left behind.
    package static func isReplacement(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: "."), name[dot...].hasPrefix(replacementMark) else { return false }
        let suffix = name[dot...].utf8.dropFirst(replacementMark.utf8.count)
        return !suffix.isEmpty && suffix.allSatisfy(isHexadecimalDigit)
    }

    /// Removes what interrupted replacements of this file left behind. The caller must hold whatever keeps others from
    /// replacing it now.
    ///
    /// - Returns: How many files were removed.
    @discardableResult
    package func removeInterruptedReplacements(of path: String) throws(FileError) -> Int {
        let folder = Self.folder(of: path)
        let prefix = Self.name(of: path) + Self.replacementMark
        var count = 0
        for name in try names(in: folder) where name.hasPrefix(prefix) {
            guard name.utf8.dropFirst(prefix.utf8.count).allSatisfy(Self.isHexadecimalDigit) else { continue }
            try remove(folder + "/" + name)
            count += 1
        }
        return count
    }

    /// All bytes of a file of at most `bound` bytes.
    ///
    /// - Throws: ``FileError/tooLong(path:size:bound:)`` before anything is read.
    package func readAll(_ path: String, atMost bound: Int) throws(FileError) -> [UInt8] {
        let file = try openForReading(path)
        let size = try file.size()
        guard let count = Int(exactly: size), count <= bound else {
            throw .tooLong(path: path, size: size, bound: bound)
        }
        return try file.read(at: 0, count: count)
    }

    private static let replacementMark = ".new-"

    private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
