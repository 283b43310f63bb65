internal import LedgerReplica
package import ServiceProtocols
package import TransparencyLog

/// Which log something is of, and whose cosignatures make its checkpoints final: all public.
struct LogIdentity: Sendable {
    /// The origin of its checkpoints: its key's name.
    let origin: LogOrigin
    let key: VerifierKey
    let policyText: String
    let policy: TrustPolicy

    /// - Throws: `LedgerError/inconsistent(_:)` for a policy that is none, that names more logs than one, or that asks for no
    ///   witness: there is no fail-open switch.
    init(policyText: String) throws(LedgerError) {
        self.policyText = policyText
        do { policy = try TrustPolicy(text: Array(policyText.utf8)) } catch {
            throw .inconsistent("the witness policy is not one: \(error)")
        }
        guard let key = policy.logs.first?.key, policy.logs.count == 1 else {
            throw .inconsistent("the witness policy must name one log")
        }
        guard policy.hasQuorum else { throw .inconsistent("the witness policy asks for no witness") }
        self.key = key
        origin = LogOrigin(key.name)
    }
}

/// What a ledger node is told when it starts: which log it is, whose cosignatures make a checkpoint final, and bounds.
package struct LedgerConfiguration: Sendable {
    /// The log's name: the origin of its checkpoints and the name of its key.
    package var origin: LogOrigin { log.origin }
    let signer: NoteSigner
    /// A C2SP tlog-policy; the founding transaction must repeat it to the byte.
    package var policyText: String { log.policyText }
    package var policy: TrustPolicy { log.policy }
    let log: LogIdentity

    /// Submissions that wait to be sequenced; one more is refused.
    package var maximumQueued = 4_096
    /// Their bytes together.
    package var maximumQueuedBytes = 64 << 20
    /// Leaves in one transaction and under one new checkpoint. Bounds how long the first of a batch waits.
    package var maximumBatch = 1_024
    /// Committed leaves that are not final yet; beyond, nothing is sequenced before a quorum of witnesses has caught up.
    package var maximumNotFinal: UInt64 = 16_384
    /// Their bytes together, give or take one batch's framing.
    package var maximumNotFinalBytes = 64 << 20
    /// Leaves after which the changed rows of the world state are written, and so as many as are executed again after a crash.
    package var stateSettlementLeaves: UInt64 = 8_192
    /// Rows of the world state that are kept in memory, parsed, about a KiB each: those of the folders that are in use.
    package var rememberedStateRows = 65_536
    /// How far sequencing times may be ahead of the clock: because it went back, or because more than one leaf a
    /// microsecond was sequenced. Beyond it nothing is sequenced.
    package var maximumLeadMilliseconds: UInt64 = 5_000
    /// How far the clock may be from that of the witness quorum, either way, and from its own latest reading. With
    /// ``maximumLeadMilliseconds`` well below what a witness tolerates, since a leaf that witnesses will not cosign can never
    /// be taken back. As long a cosignature says what time it is; after that, witnesses are asked before anything is
    /// sequenced.
    package var maximumClockErrorMilliseconds: UInt64 = 20_000
    /// How old the newest checkpoint's cosignatures may get before a reader makes the ledger ask for new ones. A third of
    /// what the holders of keys accept, so that they are never turned away by an idle ledger whose witnesses are slow.
    package var refreshIntervalMilliseconds: UInt64 = 20_000
    /// Returns when a cosigning round has lasted long enough, or at once when its task is cancelled. The round ends then
    /// with the cosignatures that are there.
    package var roundDeadline: @Sendable () async -> Void = {
        try? await SharedTimer.shared.sleep(for: .seconds(10))
    }

    /// How long whoever reads a checkpoint or a receipt waits for a round, which goes on; nil for as long as it lasts.
    package var readerPatience: Duration?

    /// - Throws: `LedgerError/inconsistent(_:)` where the key does not sign for the policy's log or is a witness's, and for a
    ///   policy without a quorum: there is no fail-open switch.
    package init(signer: NoteSigner, policyText: String) throws(LedgerError) {
        self.signer = signer
        log = try LogIdentity(policyText: policyText)
        guard log.key == signer.verifierKey else {
            throw .inconsistent("the witness policy is not that of the log \(signer.verifierKey)")
        }
    }
}

/// A witness that a ledger asks, and the key it must answer under.
package struct WitnessEndpoint: Sendable {
    package let key: VerifierKey
    package let witness: any Witnessing

    package init(key: VerifierKey, witness: any Witnessing) {
        self.key = key
        self.witness = witness
    }
}
