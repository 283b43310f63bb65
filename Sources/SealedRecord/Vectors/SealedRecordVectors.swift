import Octets

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// Test vectors of the sealed record format: made from a seed, and checked field by field.
package enum SealedRecordVectors {
    /// One vector and what became of it.
    package struct Outcome: Hashable, Sendable, CustomStringConvertible {
        /// The vector's name.
        package let name: String
        /// What is wrong with it; nil where nothing is.
        package let failure: String?

        package var description: String { failure.map { "FAILED \(name): \($0)" } ?? "ok \(name)" }
    }

    /// A vector file, drawn from `seed`: the same seed gives the same file.
    ///
    /// - Throws: ``SealedRecordError``, where libcrypto fails.
    package static func generate(seed: UInt64) throws -> [UInt8] {
        try encoded(VectorFactory.file(seed: seed))
    }

    private static func encoded(_ file: VectorFile) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try [UInt8](encoder.encode(file)) + [0x0a]
    }

    /// Whether `json` looks like a file of these vectors; says nothing on its truth.
    package static func recognizes(_ json: [UInt8]) -> Bool {
        struct Front: Decodable { var format: String }
        return (try? JSONDecoder().decode(Front.self, from: Data(json)))?.format == VectorFile.format
    }

    /// Checks every vector of a file, and every field of it against every other.
    ///
    /// A record is sealed again from its inputs, and its container opened; a refusal's container is made and opened. At last the whole file is
    /// compared with what its generator seed gives, byte for byte, so that no digit and no field anywhere goes unchecked.
    ///
    /// - Returns: an outcome for each vector, and one for the file; a file that cannot be read at all has that one only.
    package static func verify(_ json: [UInt8]) -> [Outcome] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file: VectorFile
        do {
            file = try decoder.decode(VectorFile.self, from: Data(json))
        } catch {
            return [Outcome(name: "file", failure: "not a vector file: \(error)")]
        }
        guard file.format == VectorFile.format, file.version == 1 else {
            return [Outcome(name: "file", failure: "format \(file.format), version \(file.version)")]
        }
        var containers: [String: [UInt8]] = [:]
        var outcomes: [Outcome] = []
        for record in file.records {
            let (container, failure) = check(record)
            if containers.updateValue(container, forKey: record.name) != nil {
                outcomes.append(Outcome(name: record.name, failure: "two records of this name"))
            } else {
                outcomes.append(Outcome(name: record.name, failure: failure))
            }
        }
        for refusal in file.refusals {
            outcomes.append(Outcome(name: refusal.name, failure: check(refusal, containers)))
        }
        var failure: String?
        do {
            if try VectorFactory.file(seed: file.generatorSeed) != file {
                failure = "not what generator seed \(file.generatorSeed) gives"
            } else if try encoded(file) != json {
                failure = "has a field that nothing checks, or a value written in another way"
            }
        } catch {
            failure = "\(error)"
        }
        return outcomes + [Outcome(name: "file", failure: failure)]
    }

    private static func check(_ record: VectorRecord) -> (container: [UInt8], failure: String?) {
        guard let inputs = record.inputs else { return ([], "an input is malformed") }
        do {
            let (expected, container) = try VectorRecord.computed(record.name, inputs)
            guard expected == record else { return (container, difference(expected, record)) }
            let reader = try SealedRecordReader(MemorySource(container), seed: inputs.seed)
            try reader.verify()
            guard reader.metadata == inputs.metadata else { return (container, "the metadata does not open as sealed") }
            let content = try reader.read(0..<reader.contentByteCount)
            guard RecordDigest.of(content).hexadecimal == record.contentSha256 else {
                return (container, "the content does not open as sealed")
            }
            return (container, nil)
        } catch {
            return ([], "\(error)")
        }
    }

    private static func check(_ refusal: VectorRefusal, _ containers: [String: [UInt8]]) -> String? {
        guard var container = containers[refusal.record] else { return "no record named \(refusal.record)" }
        for edit in refusal.edits {
            guard let edited = edit.applied(to: container) else { return "an edit does not fit" }
            container = edited
        }
        guard RecordDigest.of(container).hexadecimal == refusal.containerSha256 else {
            return "container_sha256 is not the edited container's"
        }
        guard let seed = VectorFactory.seed(refusal.seed) else { return "the seed is malformed" }
        let found = VectorFactory.refusal(of: container, seed: seed)
        return found == refusal.refusal ? nil : "expected \(refusal.refusal), found \(found ?? "nothing to refuse")"
    }

    /// The first field in which two records differ.
    private static func difference(_ expected: VectorRecord, _ actual: VectorRecord) -> String {
        let pairs = zip(Mirror(reflecting: expected).children, Mirror(reflecting: actual).children)
        for (left, right) in pairs where "\(left.value)" != "\(right.value)" {
            return "\(left.label ?? "a field") does not follow from the inputs"
        }
        return "a field does not follow from the inputs"
    }
}
