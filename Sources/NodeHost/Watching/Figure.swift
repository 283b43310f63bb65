internal import LedgerMirror
internal import LedgerNode
internal import RecordVault

/// A number that a role tells whoever watches it, as it is at the moment of asking.
package struct Figure: Hashable, Sendable {
    /// What a number says, and what it is called.
    package enum Name: String, Hashable, Sendable, CaseIterable {
        case ready = "parasol_role_ready"
        case ledgerCommitted = "parasol_ledger_committed_leaves"
        case ledgerFinal = "parasol_ledger_final_leaves"
        case ledgerCosignatureAge = "parasol_ledger_cosignature_age_seconds"
        case ledgerQueued = "parasol_ledger_queued_submissions"
        case ledgerQueuedBytes = "parasol_ledger_queued_bytes"
        case ledgerCommits = "parasol_ledger_commits_total"
        case mirrorPublished = "parasol_mirror_published_leaves"
        case mirrorSeen = "parasol_mirror_seen_leaves"
        case witnessRefusals = "parasol_witness_refusals_total"
        case witnessLostEvidence = "parasol_witness_lost_evidence_total"
        case vaultStored = "parasol_vault_stored_bytes"
        case vaultAvailable = "parasol_vault_available_bytes"
        case vaultQuota = "parasol_vault_quota_bytes"
        case residentMemory = "process_resident_memory_bytes"
        case openFiles = "process_open_fds"
        case startTime = "process_start_time_seconds"
        case processorSeconds = "process_cpu_seconds_total"
    }

    package let name: Name
    package let value: Double
    /// Why, where a number has reasons: of a small set of words.
    package let reason: String?

    package init(_ name: Name, _ value: Double, reason: String? = nil) {
        self.name = name
        self.value = value
        self.reason = reason
    }
}

extension Figure.Name {
    /// Whether it counts what has happened since the process began.
    package var isTotal: Bool { rawValue.hasSuffix("_total") }

    /// What it means, for people.
    package var help: String {
        switch self {
        case .ready: "1 while the role can serve, else 0."
        case .ledgerCommitted: "Leaves that are committed."
        case .ledgerFinal: "Leaves under a checkpoint that a quorum of witnesses has cosigned."
        case .ledgerCosignatureAge: "Since a quorum last cosigned, by the witnesses' clocks."
        case .ledgerQueued: "Submissions that wait to be sequenced."
        case .ledgerQueuedBytes: "Bytes of submissions that wait to be sequenced."
        case .ledgerCommits: "Transactions of the database that moved the head, since the start."
        case .mirrorPublished: "Leaves under the checkpoint that the mirror serves."
        case .mirrorSeen: "Leaves under the newest final checkpoint that the mirror has been shown."
        case .witnessRefusals: "Checkpoints that the witness did not cosign, by reason, since the start."
        case .witnessLostEvidence: "Evidence against the log that could not be written, since the start."
        case .vaultStored: "Bytes of stored records."
        case .vaultAvailable: "Bytes of the quota that nobody has stored or announced."
        case .vaultQuota: "Bytes that the vault takes in all."
        case .residentMemory: "Memory of the process that is in RAM."
        case .openFiles: "Open file descriptors of the process."
        case .startTime: "When the process began, in seconds since 1970."
        case .processorSeconds: "Processor time that the process has used."
        }
    }
}

extension LedgerNode {
    /// What a ledger tells whoever watches it.
    var watchedFigures: [Figure] {
        let figures = figures
        var all = [
            Figure(.ledgerCommitted, Double(figures.committedSize)),
            Figure(.ledgerFinal, Double(figures.finalSize)),
            Figure(.ledgerQueued, Double(figures.waitingCount)),
            Figure(.ledgerQueuedBytes, Double(figures.waitingBytes)),
            Figure(.ledgerCommits, Double(figures.batchesCommitted)),
        ]
        if let age = figures.cosignatureAgeMilliseconds {
            all.append(Figure(.ledgerCosignatureAge, Double(age) / 1_000))
        }
        return all
    }
}

extension LedgerMirror {
    /// What a mirror tells whoever watches it.
    var watchedFigures: [Figure] {
        [Figure(.mirrorPublished, Double(finalSize)), Figure(.mirrorSeen, Double(seenSize))]
    }
}

extension WitnessNode {
    /// What a witness tells whoever watches it.
    var watchedFigures: [Figure] {
        [Figure(.witnessLostEvidence, Double(lostEvidence.count))]
            + refusals.map { Figure(.witnessRefusals, Double($0.value), reason: $0.key) }
    }
}

extension RecordVault {
    /// What a vault tells whoever watches it.
    var watchedFigures: [Figure] {
        [
            Figure(.vaultStored, Double(storedBytes)), Figure(.vaultAvailable, Double(availableBytes)),
            Figure(.vaultQuota, Double(limits.quotaBytes)),
        ]
    }
}
