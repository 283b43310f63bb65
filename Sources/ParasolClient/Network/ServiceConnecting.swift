package import ServiceProtocols

/// How a client comes from a network file to the services: over HTTP, or, in a test, within one process.
package protocol ServiceConnecting: Sendable {
    /// Connects to the services that a network names.
    ///
    /// - Parameter caller: Who asks: signs each request to a service. A patient asks as one of the folders; nil for somebody
    ///   whom the ledger does not know yet, who can do what anybody may.
    /// - Throws: ``ClientError``, where that cannot even be tried. That a service cannot be reached is said when it is asked.
    func connect(
        to network: Network, as caller: TransactionSigner?
    ) async throws(ClientError) -> ServiceConnection
}

/// The services of a network, as one caller reaches them.
package struct ServiceConnection: Sendable {
    package let ledger: any Ledger
    package let services: ServiceDirectory
    /// Where signers are looked up with their proofs; nil where that cannot be asked.
    package let directory: (any LedgerDirectory)?
    /// Where a signer's own trail is read; nil where that cannot be asked.
    package let trails: (any LedgerTrails)?
    /// Ends what was opened for it; nothing is asked over it afterwards.
    package let close: @Sendable () async -> Void

    package init(
        ledger: any Ledger, services: ServiceDirectory, directory: (any LedgerDirectory)? = nil,
        trails: (any LedgerTrails)? = nil, close: @escaping @Sendable () async -> Void = {}
    ) {
        self.ledger = ledger
        self.directory = directory
        self.trails = trails
        self.services = services
        self.close = close
    }
}
