import ArgumentParser

/// `parasol audit`: check a ledger, read it, and prove things from it, without asking anybody.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check a ledger from its bytes alone, read what happened, prove it, and find forks and damage.",
        discussion: """
            A ledger is published as a folder of files in the layout of C2SP tlog-tiles: a signed checkpoint, the entries in \
            bundles, and the hashes above them. Nothing in it has to be believed. What is believed is the policy, a small text \
            file that names the log's key, the witnesses' keys and how many of them must have cosigned; get it from somebody \
            other than whoever sent you the folder.

            `parasol demo --keep out` leaves such a folder in out/log and its policy in out/policy. From a ledger that is served, \
            `init` and `copy` make one: an organisation enrols the key that `init` makes, and with it `copy` reads.

            Exit status: 0 it holds, 1 it does not hold, is damaged or could not be read, 64 wrong usage.
            """,
        subcommands: [
            AuditVerify.self, AuditTrail.self, AuditProve.self, AuditCheck.self, AuditCompare.self, AuditFsck.self,
            AuditEvidence.self, AuditInit.self, AuditEnroll.self, AuditCopy.self, LookUp<LookingAuditor>.self,
        ])
}
