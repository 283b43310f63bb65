package import ServiceProtocols
internal import Synchronization
internal import TransparencyLog

/// A witness on another machine, ours or any that speaks C2SP tlog-witness.
///
/// Tolerates what witnesses in use do: a conflict without a size, 429, statuses without a problem document. One that does not take leaves with
/// a checkpoint is asked without from then on, and fetches them.
package final class RemoteWitness: Witnessing, StateVouching {
    private let server: ServerConnection
    private let prefix: String
    /// Whether it has said that it takes no leaves.
    private let fetchesLeaves = Mutex(false)

    /// - Parameter prefix: The submission prefix's path, without a slash at its end.
    package init(_ server: ServerConnection, prefix: String = "/witness") {
        self.server = server
        self.prefix = prefix
    }

    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        let body = AddCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint).encoded
        let answer: CallAnswer
        do { answer = try await ask(WitnessRoutes.addCheckpoint, body, MediaType.plainText) } catch {
            throw Self.refusal(error)
        }
        return try Self.lines(answer)
    }

    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        guard let body = body(old, consistencyProof, checkpoint, bringing: leaves) else {
            return try await addCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint)
        }
        let answer: CallAnswer?
        do throws(CallFailure) {
            answer = try await ask(WitnessRoutes.addCheckpointWithEntries, body, MediaType.checkpointWithEntries)
        } catch {
            guard Self.mayTakeNoLeaves(error) else { throw Self.refusal(error) }
            answer = nil
        }
        if let answer { return try Self.lines(answer) }
        let lines = try await addCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint)
        // Without leaves it has cosigned: that there are some is what it did not understand.
        fetchesLeaves.withLock { $0 = true }
        return lines
    }

    package func stateNote() async throws(WitnessRefusal) -> [UInt8]? {
        do throws(CallFailure) {
            return try await server.find(
                .get(prefix + WitnessRoutes.stateNote, atMost: SignedNote.maximumBytes),
                missing: WitnessRoutes.missingStateNote
            ) { try $0.content(MediaType.text) }
        } catch { throw Self.refusal(error) }
    }

    /// What asks with leaves; nil where that is not to be tried.
    private func body(
        _ old: UInt64, _ proof: [[UInt8]], _ checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) -> [UInt8]? {
        guard !leaves.isEmpty, !fetchesLeaves.withLock({ $0 }) else { return nil }
        let asked = AddCheckpoint(old: old, consistencyProof: proof, checkpoint: checkpoint).encoded
        guard leaves.reduce(0, { $0 + 2 + $1.count }) <= WireLimits.broughtBytes else { return nil }
        return try? WireCoding.encode(checkpoint: asked, with: leaves)
    }

    /// Whether a witness may have answered so because it only speaks tlog-witness.
    private static func mayTakeNoLeaves(_ failure: CallFailure) -> Bool {
        switch failure {
        case .problem(let problem): problem.code == RequestRefusal.notFound.problem.code
        case .status(let status, _): [400, 404, 405, 413, 415, 501].contains(status)
        case .unreachable, .badAnswer: false
        }
    }

    private func ask(_ route: String, _ body: [UInt8], _ type: String) async throws(CallFailure) -> CallAnswer {
        // To ask again for what is cosigned already is a conflict, or the same cosignature made anew.
        try await server.call(
            .send(
                prefix + route, body, type: type, atMost: SignedNote.maximumBytes, alsoExpects: [409],
                isIdempotent: true))
    }

    private static func lines(_ answer: CallAnswer) throws(WitnessRefusal) -> [UInt8] {
        guard answer.status == 409 else { return answer.body }
        guard answer.body.last == UInt8(ascii: "\n"), let size = try? NoteText.decimal(answer.body.dropLast()) else {
            throw .inconsistent("the witness has cosigned another tree of this size")
        }
        throw .conflict(size: size)
    }

    private static func refusal(_ failure: CallFailure) -> WitnessRefusal {
        guard case .status(let status, let text) = failure else { return failure.error() }
        switch status {
        case 400: return .malformed(text)
        case 403: return .untrusted(text)
        case 404: return .unknownOrigin(text)
        case 422: return .inconsistent(text)
        default: return .unavailable("\(failure)")
        }
    }
}
