package import ServiceProtocols
internal import TransparencyLog

/// A witness on another machine, ours or any that speaks C2SP tlog-witness.
///
/// Tolerates what witnesses in use do: a conflict without a size, 429, statuses without a problem document.
package struct RemoteWitness: Witnessing {
    private let server: ServerConnection
    private let target: String

    /// - Parameter prefix: The submission prefix's path, without a slash at its end.
    package init(_ server: ServerConnection, prefix: String = "/witness") {
        self.server = server
        target = prefix + "/add-checkpoint"
    }

    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        let body = AddCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint).encoded
        // To ask again for what is cosigned already is a conflict, or the same cosignature made anew.
        let call = Call.send(
            target, body, type: MediaType.plainText, atMost: SignedNote.maximumBytes, alsoExpects: [409],
            isIdempotent: true)
        let answer: CallAnswer
        do { answer = try await server.call(call) } catch { throw Self.refusal(error) }
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
