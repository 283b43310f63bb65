package import ServiceProtocols
package import SharingContracts

extension RemoteLedger: LedgerDirectory {
    package func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? {
        do throws(CallFailure) {
            let answer = try await server.call(
                .get(paths.directory("\(signer)"), atMost: DirectoryEntry.maximumBytes))
            return try CallFailure.parsed { try DirectoryEntry(encoded: try answer.content(MediaType.directoryEntry)) }
        } catch {
            if case .problem(let problem) = error, problem.code == DirectoryRoutes.unknownSigner { return nil }
            throw error.error()
        }
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
            let answer = try await server.call(.get(target, atMost: TrailPage.maximumBytes))
            return try CallFailure.parsed { try TrailPage(encoded: try answer.content(MediaType.trail)) }
        } catch {
            if case .problem(let problem) = error, problem.code == DirectoryRoutes.unknownSigner { return nil }
            throw error.error()
        }
    }
}
