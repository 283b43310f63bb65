package import LedgerReplica
package import ParasolHTTP
package import ServiceProtocols
package import SharingContracts
internal import Synchronization

/// Whom the ledger knows, as whoever follows it sees it.
///
/// A signer that is not known, and one whose last look is older than a second, is looked up after following the ledger once more: so a
/// retired identity is out within a second of its checkpoint, and a stream of requests costs the ledger one question a second.
package final class FollowingDirectory: IdentityDirectory {
    package static let maximumAgeMilliseconds: UInt64 = 1_000

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
        let isFresh = followed.withLock { followed in
            followed.map { clock.now().milliseconds(since: $0) < Self.maximumAgeMilliseconds } ?? false
        }
        if isFresh, let known = try await known.signer(id) { return known }
        let began = clock.now()
        try await replica.catchUp()
        followed.withLock { $0 = max(began, $0 ?? began) }
        return try await known.signer(id)
    }
}
