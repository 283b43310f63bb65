package import LedgerReplica
package import ParasolHTTP
package import ServiceProtocols
package import SharingContracts
internal import Synchronization

/// Whom the ledger knows, as whoever follows it sees it.
///
/// A signer is looked up after following the ledger once more where the last time is more than a second ago, and one that is not known
/// where it is more than a tenth ago: so a retired identity is out within a second of its checkpoint, a new one is in at once, and
/// strangers who make up identifiers cost the ledger ten questions a second.
package final class FollowingDirectory: IdentityDirectory {
    package static let maximumAgeMilliseconds: UInt64 = 1_000
    package static let minimumPauseMilliseconds: UInt64 = 100

    private let replica: LedgerReplica
    private let known: StateDirectory
    private let clock: any Clock
    private let followed = Mutex<Timestamp?>(nil)

    package init(_ replica: LedgerReplica, clock: any Clock) {
        self.replica = replica
        known = StateDirectory(replica)
        self.clock = clock
    }

    package func signer(_ id: SignerID) async throws -> EnrolledSigner? {
        let age = followed.withLock { $0.map { clock.now().milliseconds(since: $0) } }
        if let age, age < Self.maximumAgeMilliseconds {
            let found = try await known.signer(id)
            if found != nil || age < Self.minimumPauseMilliseconds { return found }
        }
        let began = clock.now()
        try await replica.catchUp()
        followed.withLock { $0 = max(began, $0 ?? began) }
        return try await known.signer(id)
    }
}
