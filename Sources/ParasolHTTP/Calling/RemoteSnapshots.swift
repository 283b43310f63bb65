internal import HTTPTypes
package import ServiceProtocols

/// The snapshots of a mirror on another machine. Nothing that it says is believed here: who takes a snapshot over verifies it.
package struct RemoteSnapshots: SnapshotServing {
    private let server: ServerConnection
    private let paths: LedgerPaths

    package init(_ server: ServerConnection, origin: String) {
        self.server = server
        paths = LedgerPaths(origin: origin)
    }

    package func newestSnapshot() async throws(LedgerError) -> OfferedSnapshot? {
        try await found(.get(paths.snapshot, atMost: OfferedSnapshot.encodedBytes)) { answer in
            try OfferedSnapshot(encoded: try answer.content(MediaType.offeredSnapshot))
        }
    }

    package func snapshotBytes(
        ofSize size: UInt64, at offset: UInt64, count: Int
    ) async throws(LedgerError) -> [UInt8]? {
        guard count > 0 else { return [] }
        let (last, overflow) = offset.addingReportingOverflow(UInt64(count) - 1)
        guard !overflow else { throw .outOfRange(start: offset, end: .max, size: 0) }
        let call = Call.get(paths.snapshot("\(size)"), fields: [.range: "bytes=\(offset)-\(last)"], atMost: count)
        return try await found(call) { try $0.content(MediaType.snapshot) }
    }

    private func found<Value>(
        _ call: Call, _ parse: (CallAnswer) throws -> Value
    ) async throws(LedgerError) -> Value? {
        do throws(CallFailure) {
            return try await server.find(call, missing: SnapshotRoutes.missingCode, parse)
        } catch { throw error.error() }
    }
}
