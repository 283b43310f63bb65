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
