import DurableFiles
import Foundation
import LogStorage
import TransparencyLog

extension LogFsck {
    /// That the folder has no file but those of a log of its checkpoint's size: none misnamed, left over or misplaced.
    package static let namesCheck = LogCheck("names") { subject, report, _ in
        NameWalk(subject: subject).top(report)
    }
}

/// Goes through a log's folder name by name, and into no folder that a log cannot have.
private struct NameWalk {
    typealias Report = (LogFinding) -> Void
    let subject: LogCheckSubject

    private enum Thing { case file, folder, other }

    func top(_ report: Report) {
        for (name, thing) in contents(of: "", report) {
            switch (name, thing) {
            case ("checkpoint", .file): continue
            case ("tile", .folder): tiles(in: "tile", report)
            case ("checkpoint", _), ("tile", _):
                report(LogFinding(.misplaced, name, "not a \(name == "tile" ? "folder" : "file")"))
            case (_, _) where subject.neighbours.contains(name): continue
            default: extra(name, report)
            }
        }
    }

    private func tiles(in path: String, _ report: Report) {
        let inside = contents(of: path, report)
        if inside.isEmpty { report(LogFinding(.notice, path, "an empty folder")) }
        for (name, thing) in inside {
            let child = path + "/" + name
            switch thing {
            case .folder where Self.isFolderOfTiles(child): tiles(in: child, report)
            case .folder: report(LogFinding(.extra, child, "no log has a folder of this name"))
            case .file: file(child, report)
            case .other: report(LogFinding(.misplaced, child, "neither a file nor a folder"))
            }
        }
    }

    private func file(_ path: String, _ report: Report) {
        guard let tile = try? Tile(path: path) else { return extra(path, report) }
        guard let size = subject.checkpoint?.size else { return }
        guard let expected = Tile.inTree(tile.content, index: tile.index, size: size) else {
            return report(LogFinding(.extra, path, "a tree of \(size) leaves has no such tile"))
        }
        if tile.isFull, !expected.isFull {
            report(LogFinding(.notice, path, "the log goes on beyond its checkpoint of \(size) leaves"))
        } else if tile.width > expected.width {
            report(
                LogFinding(.extra, path, "in a tree of \(size) leaves this tile is \(expected.width) wide at most"))
        }
    }

    private func extra(_ path: String, _ report: Report) {
        if FileSystem.isReplacement(FileSystem.name(of: path)) {
            report(LogFinding(.leftover, path, "an interrupted write left it: remove it while the log stands still"))
        } else {
            report(LogFinding(.extra, path, "no log has a file of this name"))
        }
    }

    /// `tile/<level>`, `tile/entries`, and below them `x<three digits>` and `<three digits>.p`.
    private static func isFolderOfTiles(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 9, let last = parts.last else { return false }
        if parts.count == 2 { return last == "entries" || (0...Tile.maximumLevel).contains { "\($0)" == last } }
        let digits = last.hasPrefix("x") ? last.dropFirst() : last.hasSuffix(".p") ? last.dropLast(2) : ""
        return digits.utf8.count == 3 && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Names with what lies there, links not followed.
    private func contents(of path: String, _ report: Report) -> [(name: String, thing: Thing)] {
        let absolute = path.isEmpty ? subject.folder.path : subject.folder.path + "/" + path
        let names: [String]
        do { names = try subject.folder.files.names(in: absolute) } catch {
            report(LogFinding(.unreadable, path.isEmpty ? "." : path, "\(error)"))
            return []
        }
        return names.map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: absolute + "/" + name)
            switch attributes?[.type] as? FileAttributeType {
            case .typeRegular?: return (name, .file)
            case .typeDirectory?: return (name, .folder)
            default: return (name, .other)
            }
        }
    }
}
