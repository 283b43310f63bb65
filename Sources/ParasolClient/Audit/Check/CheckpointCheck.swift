import LedgerReplica
import LogStorage
import TransparencyLog

extension LogFsck {
    /// That the checkpoint is there, well formed, signed by the log and cosigned by the quorum.
    package static let checkpointCheck = LogCheck("checkpoint") { subject, report, _ in
        let note: [UInt8]
        do {
            guard let bytes = try subject.folder.checkpoint() else {
                return report(LogFinding(.missing, "checkpoint", "nothing says how many leaves there are"))
            }
            note = bytes
        } catch { return report(LogFinding(.unreadable, "checkpoint", "\(error)")) }
        do throws(TransparencyLogError) {
            let signed = try SignedNote(encoded: note)
            _ = try Checkpoint(text: signed.text)
            guard let trust = subject.trust else {
                return report(
                    LogFinding(.notice, "checkpoint", "its signatures are not verified: name the policy with --policy"))
            }
            _ = try trust.verify(checkpoint: note)
            let known = (trust.policy.logs + trust.policy.witnesses).map(\.key)
            for signature in signed.signatures
            where !known.contains(where: { $0.name == signature.name && $0.keyID == signature.keyID }) {
                report(
                    LogFinding(
                        .notice, "checkpoint", "a signature by \(signature.name), of which the policy knows no such key"
                    ))
            }
        } catch { report(LogFinding(.damaged, "checkpoint", "\(error)")) }
    }
}
