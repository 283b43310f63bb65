internal import DurableFiles
internal import Foundation

/// What the system tells of this process (Linux, `/proc`); nothing where it tells nothing.
enum ProcessFigures {
    private static let maximumBytes = 1 << 16

    static func now(files: FileSystem = FileSystem()) -> [Figure] {
        var figures: [Figure] = []
        if let pages = words("/proc/self/statm", files).dropFirst().first.flatMap({ Double($0) }) {
            figures.append(Figure(.residentMemory, pages * Double(sysconf(Int32(_SC_PAGESIZE)))))
        }
        if let names = try? files.names(in: "/proc/self/fd") { figures.append(Figure(.openFiles, Double(names.count))) }
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        let status = statusFields(files)
        // proc(5): utime and stime are the 14th and 15th field, starttime is the 22nd; two come before these.
        if status.count > 19, let user = Double(status[11]), let system = Double(status[12]),
            let start = Double(status[19])
        {
            figures.append(Figure(.processorSeconds, (user + system) / ticksPerSecond))
            if let boot = bootTime(files) { figures.append(Figure(.startTime, boot + start / ticksPerSecond)) }
        }
        return figures
    }

    /// The fields behind the command's name, which may contain anything.
    private static func statusFields(_ files: FileSystem) -> [Substring] {
        let text = text("/proc/self/stat", files)
        guard let end = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func bootTime(_ files: FileSystem) -> Double? {
        text("/proc/stat", files).split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private static func words(_ path: String, _ files: FileSystem) -> [Substring] {
        text(path, files).split(separator: " ")
    }

    private static func text(_ path: String, _ files: FileSystem) -> String {
        // The system says of these files that they are empty, so they are read to their end.
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: maximumBytes) else {
            return ""
        }
        return String(decoding: data, as: UTF8.self)
    }
}
