package import LedgerReplica
import Octets
package import SharingContracts
package import TransparencyLog

/// What a whole ledger adds up to, re-executed from its bytes.
package struct AuditReport: Sendable {
    /// The checkpoint that was audited, which meets the policy.
    package let checkpoint: FinalCheckpoint
    /// Who cosigned it, of the witnesses that the policy names.
    package let cosignatures: [Cosignature]
    /// The checkpoint that was believed beforehand; nil where nothing was.
    package let trusted: Checkpoint?
    /// How many signatures of transactions were verified.
    package let signatures: UInt64
    /// How many tiles of hashes were compared with what the leaves make them.
    package let tiles: UInt64
    /// How many leaves there are of each kind.
    package let kinds: [String: UInt64]
    /// What holds after the last leaf.
    package let state: WorldState

    package var size: UInt64 { checkpoint.checkpoint.size }
    /// In hexadecimal.
    package var root: String { checkpoint.checkpoint.root.hexadecimal }
    /// How many leaves' signatures were taken for verified, because the trusted checkpoint has them.
    package var leavesWithTrustedSignatures: UInt64 { trusted?.size ?? 0 }
}
