internal import Octets
internal import ServiceProtocols
internal import TransparencyLog

/// What a witness is asked to cosign.
struct CosigningRequest: Sendable {
    let head: SignedHead
    /// The consistency proof from a smaller size to the head's.
    let proof: @Sendable (UInt64) async throws(LedgerError) -> [MerkleHash]
    /// The last leaves below the head, as far as they are in memory.
    let tail: LeafTail

    /// What is brought along of leaves, in bytes, at most. Whoever lacks more than that fetches it in steps.
    private static let maximumBroughtBytes = 1 << 20

    /// The leaves that somebody lacks who has the first `old`; empty where they are too many to bring.
    func leaves(from old: UInt64) -> [[UInt8]] {
        guard let leaves = tail.leaves(from: old, to: head.size),
            leaves.reduce(0, { $0 + $1.count }) <= Self.maximumBroughtBytes
        else { return [] }
        return Array(leaves)
    }
}

/// One witness, asked one thing at a time.
///
/// A witness that answers slowly is not asked twice at once: the newest request waits for its turn, and an older one
/// that still waits gives way.
actor WitnessLane {
    nonisolated let key: VerifierKey
    private let witness: any Witnessing
    /// The size that the witness cosigned last, as far as known; it says so itself where this is wrong.
    private var cosignedSize: UInt64 = 0
    private var isAsking = false
    private var waiting: CheckedContinuation<Bool, Never>?

    init(_ endpoint: WitnessEndpoint) {
        key = endpoint.key
        witness = endpoint.witness
    }

    /// The witness's verified signature line, or why there is none.
    func cosign(_ request: CosigningRequest) async -> Result<NoteSignature, WitnessRefusal> {
        if isAsking {
            waiting?.resume(returning: false)
            let isMyTurn = await withCheckedContinuation { waiting = $0 }
            guard isMyTurn else { return .failure(.unavailable("superseded by a newer checkpoint")) }
        }
        isAsking = true
        let result = await ask(request)
        // Handed over rather than freed, so that nobody slips in between.
        if let next = waiting {
            waiting = nil
            next.resume(returning: true)
        } else {
            isAsking = false
        }
        return result
    }

    private func ask(_ request: CosigningRequest) async -> Result<NoteSignature, WitnessRefusal> {
        do throws(WitnessRefusal) {
            return .success(try await attempt(request))
        } catch {
            guard case .conflict(let size) = error, size != cosignedSize, size <= request.head.size else {
                return .failure(error)
            }
            cosignedSize = size
        }
        do throws(WitnessRefusal) { return .success(try await attempt(request)) } catch { return .failure(error) }
    }

    private func attempt(_ request: CosigningRequest) async throws(WitnessRefusal) -> NoteSignature {
        let old = min(cosignedSize, request.head.size)
        let proof: [MerkleHash]
        do { proof = old == request.head.size ? [] : try await request.proof(old) } catch {
            throw .unavailable("no consistency proof from \(old): \(error)")
        }
        let answer = try await witness.addCheckpoint(
            old: old, consistencyProof: proof.map { $0.bytes }, checkpoint: request.head.note.encoded,
            bringing: request.leaves(from: old))
        let signature = try signature(in: answer, over: request.head.note.text)
        cosignedSize = request.head.size
        return signature
    }

    /// The line under this witness's key; others are none of its business and left out.
    private func signature(in answer: [UInt8], over text: [UInt8]) throws(WitnessRefusal) -> NoteSignature {
        guard answer.count <= SignedNote.maximumBytes else { throw .malformed("the witness's answer is too long") }
        for line in answer.split(separator: UInt8(ascii: "\n")).prefix(SignedNote.maximumSignatures) {
            guard let signature = try? NoteSignature(encoded: Array(line) + [UInt8(ascii: "\n")]),
                let note = try? SignedNote(text: text, signatures: [signature]),
                (try? note.verified(by: [key])) != nil
            else { continue }
            return signature
        }
        throw .malformed("no valid cosignature by \(key.name) in the witness's answer")
    }
}
