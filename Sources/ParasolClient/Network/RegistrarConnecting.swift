package import ServiceProtocols
package import SharingContracts

/// How somebody comes to an organisation's registrar: over HTTP, or, in a test, within one process.
package protocol RegistrarConnecting: Sendable {
    /// - Parameters:
    ///   - url: Where it answers, from the organisation. No network file names it: only who is invited needs it.
    ///   - member: Whose it is.
    ///   - network: Whose certificate authorities its certificate must come from.
    ///   - caller: The member itself; nil for somebody who is invited, and whom nobody knows yet.
    /// - Throws: ``ClientError``, where that cannot even be tried.
    func registrar(
        at url: ServiceURL, of member: MemberID, in network: Network, as caller: TransactionSigner?
    ) async throws(ClientError) -> RegistrarConnection
}

/// A registrar as one caller reaches it.
package struct RegistrarConnection: Sendable {
    package let registrar: any Registering
    /// Ends what was opened for it.
    package let close: @Sendable () async -> Void

    package init(_ registrar: any Registering, close: @escaping @Sendable () async -> Void = {}) {
        self.registrar = registrar
        self.close = close
    }
}
