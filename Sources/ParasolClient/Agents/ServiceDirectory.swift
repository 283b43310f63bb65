package import ServiceProtocols
package import SharingContracts

/// Where a client finds the services: by the identities that the ledger knows them under.
package struct ServiceDirectory: Sendable {
    package let keyServices: [IdentityID: any KeyIssuing]
    package let proxies: [IdentityID: any Transforming]
    package let vault: any RecordStoring

    package init(keyServices: [any KeyIssuing], proxies: [any Transforming], vault: any RecordStoring) {
        self.keyServices = Dictionary(keyServices.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        self.proxies = Dictionary(proxies.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        self.vault = vault
    }

    package func keyService(_ identity: IdentityID) throws(ClientError) -> any KeyIssuing {
        guard let service = keyServices[identity] else { throw .unknown("key service \(identity)") }
        return service
    }

    package func proxy(_ identity: IdentityID) throws(ClientError) -> any Transforming {
        guard let proxy = proxies[identity] else { throw .unknown("proxy \(identity)") }
        return proxy
    }
}
