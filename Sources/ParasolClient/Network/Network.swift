package import LedgerReplica
package import SharingContracts

/// What a client must be told of a deployment before it can take part: the file `network.json` (Protocols/network.md).
///
/// Nothing in it is secret. Of what it says only the witness policy is believed, and a profile keeps the policy it first saw;
/// the rest is where to look. Who a service is, which key it signs with and whether it may still act, the ledger says: what
/// stands here under a wrong identity or address can refuse to answer, and nothing else.
package struct Network: Hashable, Sendable {
    /// The format and its version, which every file names.
    package static let format = "parasol-network/1"

    /// A service by the identity that the ledger knows it under, and where it answers.
    package struct Service: Hashable, Sendable {
        package let identity: IdentityID
        package let url: ServiceURL

        package init(identity: IdentityID, url: ServiceURL) {
            self.identity = identity
            self.url = url
        }
    }

    /// For people: 1 to 255 bytes.
    package let displayName: String
    /// A C2SP tlog-policy with one log, whose name is the ledger's origin, and a quorum of witnesses; 1 to 16,384 bytes.
    package let witnessPolicy: String
    package let ledger: ServiceURL
    /// 0 to 64, distinct.
    package let keyServices: [Service]
    /// 0 to 255, distinct.
    package let proxies: [Service]
    package let vault: ServiceURL
    /// Certificates in PEM that the services' must come from; nil for those that this machine trusts.
    package let certificateAuthorities: String?
    /// What the policy amounts to.
    package let trust: TrustAnchor

    /// - Throws: ``NetworkError/invalid(field:_:)``.
    package init(
        displayName: String, witnessPolicy: String, ledger: ServiceURL, keyServices: [Service], proxies: [Service],
        vault: ServiceURL, certificateAuthorities: String? = nil
    ) throws(NetworkError) {
        try Self.check(displayName.utf8.count, in: NetworkLimits.nameByteCount, "name")
        try Self.check(witnessPolicy.utf8.count, in: NetworkLimits.witnessPolicyByteCount, "witnessPolicy")
        do throws(AuditError) { trust = try TrustAnchor(policyFile: Array(witnessPolicy.utf8)) } catch {
            throw .invalid(field: "witnessPolicy", .policy(error))
        }
        try Self.check(keyServices, atMost: NetworkLimits.keyServiceCount, "keyServices")
        try Self.check(proxies, atMost: NetworkLimits.proxyCount, "proxies")
        if let certificateAuthorities {
            let field = "certificateAuthorities"
            try Self.check(
                certificateAuthorities.utf8.count, in: NetworkLimits.certificateAuthoritiesByteCount, field)
            // Which certificates they are, the transport reads; that there are some, it must not find out too late.
            guard certificateAuthorities.contains("-----BEGIN CERTIFICATE-----") else {
                throw .invalid(field: field, .noCertificate)
            }
        }
        self.displayName = displayName
        self.witnessPolicy = witnessPolicy
        self.ledger = ledger
        self.keyServices = keyServices
        self.proxies = proxies
        self.vault = vault
        self.certificateAuthorities = certificateAuthorities
    }

    private static func check(_ count: Int, in range: ClosedRange<Int>, _ field: String) throws(NetworkError) {
        guard range.contains(count) else { throw .invalid(field: field, .length(count, allowed: range)) }
    }

    private static func check(_ services: [Service], atMost bound: Int, _ field: String) throws(NetworkError) {
        try check(services.count, in: 0...bound, field)
        var seen: Set<IdentityID> = []
        for (index, service) in services.enumerated() where !seen.insert(service.identity).inserted {
            throw .invalid(field: "\(field)[\(index)].identity", .duplicate)
        }
    }
}
