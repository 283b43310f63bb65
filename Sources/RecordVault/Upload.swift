import ServiceProtocols
import SharingContracts

/// One upload under way.
struct Upload: Sendable {
    enum Phase: Sendable {
        case receiving
        /// All bytes are being checked and stored; whoever asks to finish waits for the same task.
        case finishing(Task<Result<Void, VaultError>, Never>)
    }

    let claim: UploadClaim
    /// Bytes in the staging file, 0 to `claim.size`.
    var have: UInt64
    var touchedAt: Timestamp
    var phase = Phase.receiving

    var isReceiving: Bool {
        if case .receiving = phase { true } else { false }
    }
}
