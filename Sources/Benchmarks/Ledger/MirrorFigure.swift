import Foundation
import LedgerMirror

/// What a full copy of a ledger costs whoever begins one.
struct MirrorFigure: Codable {
    /// Following the ledger from its first leaf: every rule executed, every tile, bundle and row durable.
    let followSeconds: Double
    /// Writing a snapshot of the state.
    let exportSeconds: Double
    let snapshotMib: Double
    /// Taking that snapshot over and opening what it makes: until then a new mirror has no state.
    let restoreSeconds: Double

    /// - Parameter deployed: Of which everything is final.
    static func measure(_ deployed: LedgerUnderLoad) async throws -> MirrorFigure {
        let clock = ContinuousClock()
        func seconds(_ body: () async throws -> Void) async rethrows -> Double {
            let start = clock.now
            try await body()
            return start.duration(to: clock.now) / .seconds(1)
        }
        let folder = try TemporaryFolder()
        let snapshot = folder.path("snapshot")
        let mirror = try await LedgerMirror.open(
            MirrorFiles(folder.path("first")), trust: deployed.trust, source: deployed.ledger)
        let followed = try await seconds { try await mirror.catchUp() }
        let exported = try await seconds { try await mirror.exportSnapshot(to: snapshot) }
        let newcomer = MirrorFiles(folder.path("second"))
        let restored = try await seconds {
            // Nobody vouches for it here, which costs nothing: the rows are read and hashed all the same.
            try await LedgerMirror.restore(snapshot, into: newcomer, trust: deployed.trust, acceptingUnvouched: true)
            let second = try await LedgerMirror.open(newcomer, trust: deployed.trust, source: deployed.ledger)
            await second.close()
        }
        await mirror.close()
        let bytes = try FileManager.default.attributesOfItem(atPath: snapshot)[.size] as? Int ?? 0
        return MirrorFigure(
            followSeconds: followed, exportSeconds: exported, snapshotMib: Double(bytes) / 1_048_576,
            restoreSeconds: restored)
    }
}

extension MirrorFigure: CustomStringConvertible {
    var description: String {
        String(
            format:
                "a mirror followed it in %.1f s, wrote a snapshot of %.0f MiB in %.1f s, and another began with that in %.1f s",
            followSeconds, snapshotMib, exportSeconds, restoreSeconds)
    }
}
