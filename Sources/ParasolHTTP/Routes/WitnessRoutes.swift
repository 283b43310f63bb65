internal import HTTPTypes
package import ServiceProtocols
internal import TransparencyLog

/// A witness over HTTP: `add-checkpoint` of C2SP tlog-witness v1.0.0, for any log that speaks it, and the same with the leaves, which
/// saves a way to the log and back.
///
/// Requests are not signed as ours are: the log's signature on the checkpoint is what counts. Its newest state note, which it makes
/// unasked, the witness gives to anybody.
package enum WitnessRoutes {
    /// - Parameter prefix: The submission prefix: a path with a slash at its beginning and none at its end, or empty.
    package static func routes(_ witness: any Witnessing & StateVouching, prefix: String = "/witness") -> [Route] {
        [
            Route(
                .get, prefix + stateNote, access: .anyone, answers: [200: MediaType.text], isForNodes: true
            ) { _ in
                guard let note = try await witness.stateNote() else {
                    throw Problem(
                        status: 404, code: missingStateNote, title: "There is no state note yet",
                        detail: "too few leaves are cosigned")
                }
                return Answer(note, type: MediaType.text, fields: [.cacheControl: "no-store"])
            },
            Route(
                .post, prefix + addCheckpoint, access: .anyone, maximumBodyBytes: AddCheckpoint.maximumBytes,
                cost: 4, answers: [200: MediaType.text, 409: MediaType.treeSize], refusals: [422], isForNodes: true
            ) { request in
                try await answer { () async throws(WitnessRefusal) in
                    try await witness.add(try AddCheckpoint(encoded: request.body), bringing: [])
                }
            },
            Route(
                .post, prefix + addCheckpointWithEntries, access: .anyone, accepts: MediaType.checkpointWithEntries,
                maximumBodyBytes: 4 + AddCheckpoint.maximumBytes + WireLimits.broughtBytes,
                cost: 4, answers: [200: MediaType.text, 409: MediaType.treeSize], refusals: [422], isForNodes: true
            ) { request in
                try await answer { () async throws(WitnessRefusal) in
                    let (asked, leaves): ([UInt8], [[UInt8]])
                    do throws(WireCodingError) {
                        (asked, leaves) = try WireCoding.checkpointWithEntries(request.body)
                    } catch {
                        throw .malformed("\(error)")
                    }
                    return try await witness.add(try AddCheckpoint(encoded: asked), bringing: leaves)
                }
            },
        ]
    }

    static let stateNote = "/state-note"
    /// The code of what is no error: an answer of nil.
    static let missingStateNote = "witness.no-state-note"
    static let addCheckpoint = "/add-checkpoint"
    static let addCheckpointWithEntries = "/add-checkpoint-with-entries"

    private static func answer(_ lines: () async throws(WitnessRefusal) -> [UInt8]) async throws -> Answer {
        do throws(WitnessRefusal) { return Answer(try await lines(), type: MediaType.text) } catch {
            guard case .conflict(let size) = error else { throw error }
            return Answer(status: .conflict, Array("\(size)\n".utf8), type: MediaType.treeSize)
        }
    }
}

extension Witnessing {
    fileprivate func add(_ asked: AddCheckpoint, bringing leaves: [[UInt8]]) async throws(WitnessRefusal) -> [UInt8] {
        try await addCheckpoint(
            old: asked.old, consistencyProof: asked.consistencyProof, checkpoint: asked.checkpoint, bringing: leaves)
    }
}

/// The body of `add-checkpoint`: `old <decimal>`, up to 63 lines of a proof, an empty line, the checkpoint.
struct AddCheckpoint: Hashable, Sendable {
    /// A checkpoint with some signatures, and 63 hashes.
    static let maximumBytes = SignedNote.maximumBytes + 4096
    static let maximumProofHashes = 63

    let old: UInt64
    let consistencyProof: [[UInt8]]
    let checkpoint: [UInt8]

    init(old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]) {
        self.old = old
        self.consistencyProof = consistencyProof
        self.checkpoint = checkpoint
    }

    var encoded: [UInt8] {
        consistencyProof.reduce(into: Array("old \(old)\n".utf8)) { $0 += Base64.encode($1) + Array("\n".utf8) }
            + Array("\n".utf8) + checkpoint
    }

    /// - Throws: ``WitnessRefusal/malformed(_:)``.
    init(encoded bytes: [UInt8]) throws(WitnessRefusal) {
        var rest = bytes[...]
        guard let first = Self.line(&rest), first.starts(with: Array("old ".utf8)) else {
            throw .malformed("the first line is not `old` and a size")
        }
        do { old = try NoteText.decimal(first.dropFirst(4)) } catch { throw .malformed("the old size: \(error)") }
        var hashes: [[UInt8]] = []
        while true {
            guard let line = Self.line(&rest) else { throw .malformed("there is no empty line") }
            if line.isEmpty { break }
            guard hashes.count < Self.maximumProofHashes else { throw .malformed("more than 63 lines of proof") }
            guard let hash = try? Base64.decode(line), hash.count == 32 else {
                throw .malformed("line \(hashes.count + 2) is no hash")
            }
            hashes.append(hash)
        }
        consistencyProof = hashes
        checkpoint = Array(rest)
    }

    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }
}
