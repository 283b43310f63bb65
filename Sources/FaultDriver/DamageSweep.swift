import DurableFiles
import Foundation
import TestKit

/// How a file is changed at one of its bytes.
enum DamageKind: String, CaseIterable, Sendable {
    /// One of the byte's bits.
    case flipped
    /// With the byte behind it.
    case swapped
    /// Everything from the byte on is gone.
    case cut

    /// nil where that changes nothing.
    func applied(to bytes: [UInt8], at position: Int) -> [UInt8]? {
        var changed = bytes
        switch self {
        case .flipped: changed[position] ^= 1 << UInt8(position % 8)
        case .swapped:
            guard position + 1 < bytes.count, bytes[position] != bytes[position + 1] else { return nil }
            changed.swapAt(position, position + 1)
        case .cut: changed.removeSubrange(position...)
        }
        return changed
    }
}

/// What became of a change.
enum DamageVerdict: Sendable {
    case found
    /// Not found, and all that is read is as before.
    case harmless
    /// Not found, and something is read otherwise.
    case missed
}

/// Changes every byte of some files, one after the other, and has each change judged; on all cores, each on a copy of its own.
struct DamageSweep: Sendable {
    /// The folder with the files.
    let original: String
    /// Where the copies go.
    let scratch: String
    /// Those that are changed, by path below the folder.
    let files: [String]
    let kinds: [DamageKind]
    /// Each so many-th byte.
    let every: Int
    /// Files in which a change may be harmless.
    let mayBeHarmless: Set<String>
    /// Looks at a folder in which a file may be changed.
    let judge: @Sendable (_ folder: String, _ file: String) async throws -> DamageVerdict

    private struct Counts: Sendable {
        var found = 0
        var harmless = 0
    }

    /// Prints a line for each file and kind.
    ///
    /// - Throws: ``Wrong`` for the first change that is neither found nor harmless.
    func run() async throws {
        let whole = try FilesBelow(original).contents()
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for worker in 0..<workers {
            try? FileManager.default.removeItem(atPath: copy(worker))
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: original, toPath: copy(worker))
        }
        defer { for worker in 0..<workers { try? FileManager.default.removeItem(atPath: copy(worker)) } }
        for file in files {
            for kind in kinds {
                let start = ContinuousClock.now
                let counts = try await withThrowingTaskGroup(of: Counts.self) { group in
                    for worker in 0..<workers {
                        group.addTask { try await sweep(file, kind, whole, worker, of: workers) }
                    }
                    return try await group.reduce(into: Counts()) { sum, next in
                        sum.found += next.found
                        sum.harmless += next.harmless
                    }
                }
                let seconds = start.duration(to: .now) / .seconds(1)
                print(
                    "\(kind.rawValue) \(file): \(counts.found + counts.harmless) changes, \(counts.found) found, "
                        + "\(counts.harmless) change nothing that is read, \(Int(seconds)) s")
                fflush(nil)
            }
        }
    }

    private func copy(_ worker: Int) -> String { "\(scratch)/copy-\(worker)" }

    private func sweep(
        _ file: String, _ kind: DamageKind, _ whole: [String: Data], _ worker: Int, of workers: Int
    ) async throws -> Counts {
        let folder = copy(worker)
        guard let bytes = whole[file].map({ [UInt8]($0) }) else { throw Wrong("\(original) has no \(file)") }
        var counts = Counts()
        for position in stride(from: worker * every, to: bytes.count, by: workers * every) {
            // Another one has found a miss.
            try Task.checkCancellation()
            guard let changed = kind.applied(to: bytes, at: position) else { continue }
            try Data(changed).write(to: URL(fileURLWithPath: folder + "/" + file))
            switch try await judge(folder, file) {
            case .found: counts.found += 1
            case .harmless where mayBeHarmless.contains(file): counts.harmless += 1
            case .harmless: throw Wrong("\(file), byte \(position) \(kind.rawValue): not found")
            case .missed: throw Wrong("\(file), byte \(position) \(kind.rawValue): not found, and read otherwise")
            }
            try restore(folder, to: whole)
        }
        // What refuses everything finds nothing.
        guard case .harmless = try await judge(folder, file) else { throw Wrong("\(file), unchanged, is refused") }
        try restore(folder, to: whole)
        return counts
    }

    /// A look may have changed more: a database makes files beside it, and recovers what it finds.
    private func restore(_ folder: String, to whole: [String: Data]) throws {
        let found = try FilesBelow(folder).contents()
        for (file, bytes) in whole where found[file] != bytes {
            try bytes.write(to: URL(fileURLWithPath: folder + "/" + file))
        }
        for file in found.keys where whole[file] == nil {
            try FileManager.default.removeItem(atPath: folder + "/" + file)
        }
    }
}
