package import ServiceProtocols
package import SharingContracts

extension RemoteLedger: LedgerDirectory {
    package func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? {
        do throws(CallFailure) {
            return try await server.find(
                .get(paths.directory("\(signer)"), atMost: DirectoryEntry.maximumBytes),
                missing: DirectoryRoutes.unknownSigner
            ) { try DirectoryEntry(encoded: try $0.content(MediaType.directoryEntry)) }
        } catch { throw error.error() }
    }
}

extension RemoteLedger: LedgerTrails {
    package func trail(of signer: SignerID, from cursor: TrailCursor?) async throws(LedgerError) -> TrailPage? {
        try await page(paths.trail("\(signer)") + (cursor.map { "?after=\($0.text)" } ?? ""))
    }

    package func granted(
        to grantee: SignerID, from start: UInt64, at cursor: TrailCursor?
    ) async throws(LedgerError) -> TrailPage? {
        try await page(paths.granted("\(grantee)") + "?from=\(start)" + (cursor.map { "&after=\($0.text)" } ?? ""))
    }

    private func page(_ target: String) async throws(LedgerError) -> TrailPage? {
        do throws(CallFailure) {
            return try await server.find(
                .get(target, atMost: TrailPage.maximumBytes), missing: DirectoryRoutes.unknownSigner
            ) { try TrailPage(encoded: try $0.content(MediaType.trail)) }
        } catch { throw error.error() }
    }
}
