import ServiceProtocols
import SharingContracts

/// One upload under way.
struct Upload: Sendable {
    enum Phase: Sendable {
        case receiving
        /// All bytes are being checked and stored; whoever asks to finish waits for the same task.
        case finishing(Task<Result<Void, VaultError>, Never>)
    }

    /// Where the bytes are. Only the first is the rule; the others are left by a failure in the middle of storing.
    enum Place: Sendable {
        /// In the staging file.
        case staged
        /// Under the record's own name, whose durability is not sure, and surely without a row.
        case placed
        /// Under the record's own name, and the row may be there: only the index can say, now or after a restart.
        case uncertain
    }

    let claim: UploadClaim
    /// Bytes that have come, 0 to `claim.size`.
    var have: UInt64
    var touchedAt: Timestamp
    var phase = Phase.receiving
    var place = Place.staged

    var isReceiving: Bool {
        if case .receiving = phase { true } else { false }
    }
}
