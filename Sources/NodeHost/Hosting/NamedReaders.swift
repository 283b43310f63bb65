package import ParasolHTTP
package import SharingContracts

/// A directory that also knows signers whom the operator named: a ledger's witnesses, who must read leaves before anybody is
/// enrolled by one.
package struct NamedReaders: IdentityDirectory {
    private let named: [SignerID: EnrolledSigner]
    private let others: any IdentityDirectory

    package init(_ named: [EnrolledSigner], before others: any IdentityDirectory) {
        self.named = Dictionary(named.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.others = others
    }

    package func signer(_ id: SignerID) async throws -> EnrolledSigner? {
        if let signer = named[id] { return signer }
        return try await others.signer(id)
    }
}
