import Foundation
import Testing

@testable import Electrocardiogram

/// Real recordings, which are not part of the repository: `data/ecg` in a folder `shared` beside it, or in the folder that
/// `PARASOL_SHARED` names. Tests that need them say that they skip when they are absent.
enum SharedRecordings {
    static let folder: URL? = {
        let root =
            ProcessInfo.processInfo.environment["PARASOL_SHARED"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared")
        let folder = root.appendingPathComponent("data/ecg")
        return FileManager.default.fileExists(atPath: folder.appendingPathComponent("reference.json").path)
            ? folder : nil
    }()

    static var isPresent: Bool { folder != nil }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: try #require(folder).appendingPathComponent(path)))
    }

    /// The files of the folder `path`, by name.
    static func files(in path: String) throws -> [String: [UInt8]] {
        let folder = try #require(folder).appendingPathComponent(path)
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let file = folder.appendingPathComponent(name)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            files[name] = [UInt8](try Data(contentsOf: file))
        }
        return files
    }

    /// The record `path` (`wfdb/mitdb/100`) with its annotations.
    static func record(_ path: String) throws -> ECGRecording {
        let parts = path.split(separator: "/")
        let name = try #require(parts.last)
        return try WFDBReader.read("\(name).hea", in: files(in: parts.dropLast().joined(separator: "/")))
    }

    static func reference() throws -> Reference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Reference.self, from: Data(try bytes("reference.json")))
    }

    /// What wfdb-python read from the same files.
    struct Reference: Decodable {
        struct Record: Decodable {
            let fs: Double
            let sigLen: Int
            let baseTime: String?
            let baseDate: String?
            let multiSegment: Bool
            let comments: [String]
            let signals: [Signal]
        }

        struct Signal: Decodable {
            let name: String
            let units: String
            let first10: [Double?]
            let min: Double
            let max: Double
            let mean: Double
            let nan: Int
            let fmt: String?
            let gain: Double?
            let baseline: Int32?
            let sampsPerFrame: Int?
            let skew: Int?
            let byteOffset: Int?
            let checksum: Int32?
            let first10Digital: [Int32]?
        }

        struct Annotations: Decodable {
            struct Last: Decodable {
                let time: Int
                let symbol: String

                init(from decoder: any Decoder) throws {
                    var list = try decoder.unkeyedContainer()
                    time = try list.decode(Int.self)
                    symbol = try list.decode(String.self)
                }
            }

            struct First: Decodable, Equatable {
                let time: Int
                let symbol: String
                let text: String

                init(from decoder: any Decoder) throws {
                    var list = try decoder.unkeyedContainer()
                    time = try list.decode(Int.self)
                    symbol = try list.decode(String.self)
                    text = try list.decode(String.self)
                }
            }

            let n: Int
            let first10: [First]
            let last: Last
            let counts: [String: Int]
            let fs: Double?
            let auxValues: [String: Int]
        }

        let wfdb: [String: Record]
        let annotations: [String: Annotations]
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips, and says so, where the real recordings are absent.
    static var needsSharedRecordings: Self {
        .enabled(
            if: SharedRecordings.isPresent,
            "no real recordings (data/ecg in a folder `shared` beside the repository, or in PARASOL_SHARED): skipped")
    }
}
