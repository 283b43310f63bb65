internal import Synchronization
internal import TransparencyLog

/// Final checkpoints that were verified lately, by their notes' very bytes: so that a checkpoint and the many receipts that lead to
/// it cost its signatures once.
///
/// Whether a note meets a policy follows from its bytes alone, so nothing remembered here gets old. Bounded.
final class VerifiedNotes: Sendable {
    private static let generation = 64

    private struct Content {
        var recent: [[UInt8]: FinalCheckpoint] = [:]
        var older: [[UInt8]: FinalCheckpoint] = [:]
    }

    private let content = Mutex(Content())

    /// What `verify` makes of a note, or made of it lately. What fails is not remembered.
    func checkpoint(
        of note: [UInt8], orVerify verify: () throws(TransparencyLogError) -> FinalCheckpoint
    ) throws(TransparencyLogError) -> FinalCheckpoint {
        if let known = content.withLock({ $0.recent[note] ?? $0.older[note] }) { return known }
        // Not under the lock: signatures take their time.
        let verified = try verify()
        content.withLock { content in
            if content.recent.count >= Self.generation {
                content.older = content.recent
                content.recent = [:]
            }
            content.recent[note] = verified
        }
        return verified
    }
}
