import LedgerReplica
import ParasolClient
import TransparencyLog

/// What a list read from the ledger rests on.
struct ReadingTrust: Encodable, Sendable {
    enum Way: String, Encodable, Sendable {
        /// Every leaf was executed: nothing can be missing.
        case wholeLedger = "whole-ledger"
        /// Each leaf in it is proved; that none was left out is the ledger's word.
        case ownTrail = "own-trail"
    }

    let readBy: Way
    /// Leaves below the checkpoint that it is as of, and when the witnesses cosigned that.
    let checkpoint: UInt64?
    let asOf: String?

    /// How a session has read.
    init(of session: LedgerSession) async {
        let reached: FinalCheckpoint?
        if let trail = session.trail {
            readBy = .ownTrail
            reached = await trail.checkpoint
        } else {
            readBy = .wholeLedger
            reached = await session.replica.checkpoint
        }
        checkpoint = reached?.checkpoint.size
        asOf = reached.map { "\($0.cosignedAt)" }
    }

    /// One line where something is the ledger's word; none where nothing is.
    var lines: [String] {
        guard readBy == .ownTrail else { return [] }
        return [
            "Each of these is proved. That nothing was left out is the ledger's word, as of \(checkpoint ?? 0) leaves at \(asOf ?? "no time"); "
                + "--whole-ledger makes sure, where the ledger lets you"
        ]
    }
}
