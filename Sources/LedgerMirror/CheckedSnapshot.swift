package import LedgerReplica
internal import ServiceProtocols
internal import SharingContracts

/// A snapshot that holds by everything that can be said of it without the leaves (Protocols/snapshot.md, *Taking it over*),
/// with all its rows in memory: for whoever wants to know, and takes nothing over.
package struct CheckedSnapshot: Sendable {
    package let head: SnapshotHead

    /// Checks a snapshot's bytes.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. Nothing in it is believed.
    ///   - acceptingUnvouched: Whether one holds that no quorum vouches for.
    /// - Throws: ``MirrorError/snapshot(_:)``, ``MirrorError/foreignPolicy``, ``MirrorError/state(path:_:)`` for rows that are
    ///   no state.
    /// - Complexity: linear in the bytes.
    package init(_ bytes: [UInt8], trust: TrustAnchor, acceptingUnvouched: Bool = false) throws(MirrorError) {
        do {
            var rows = try SnapshotRows(SnapshotInput(bytes: bytes), trust: trust)
            head = rows.head
            guard acceptingUnvouched || head.stateNote != nil else { throw SnapshotError.notVouched }
            var found: [StateRow] = []
            while let row = try rows.next() { found.append(row) }
            let state = try WorldState(
                origin: trust.originName, backing: RowsInMemory(found), memory: SharedStateMemory())
            try head.demand(state, trust: trust)
        } catch let error as MirrorError {
            throw error
        } catch let error as SnapshotError {
            throw .snapshot(error)
        } catch { throw .state(path: "the snapshot", "\(error)") }
    }
}

extension SnapshotHead {
    /// Demands that the rows are a state of as many leaves as the final tree has, and of a ledger with the trusted policy.
    ///
    /// - Throws: ``SnapshotError/wrongSize(stateSize:checkpointSize:)``, ``MirrorError/foreignPolicy``.
    func demand(_ state: WorldState, trust: TrustAnchor) throws {
        guard state.entryCount == size else {
            throw SnapshotError.wrongSize(stateSize: state.entryCount, checkpointSize: size)
        }
        guard let founding = state.founding, founding.witnessPolicy.utf8.elementsEqual(trust.policyText.utf8) else {
            throw MirrorError.foreignPolicy
        }
    }
}

/// Rows in ascending order as a store.
private final class RowsInMemory: StateReading {
    private let rows: [StateRow]
    private let values: [StateKey: [UInt8]]

    init(_ rows: [StateRow]) {
        self.rows = rows
        values = Dictionary(rows.map { ($0.key, $0.value) }) { first, _ in first }
    }

    func value(of key: StateKey) -> [UInt8]? { values[key] }

    func forEachRow(in table: StateTag, _ body: (StateRow) throws -> Void) throws {
        for row in rows where row.key.tag == table { try body(row) }
    }
}
