import TransparencyLog

/// The folders of all roles of one node, made where they are missing.
struct EmbeddedFolders {
    let ledger: RoleFolder
    let witnesses: [RoleFolder]
    let keyService: RoleFolder
    let proxies: [RoleFolder]
    let vault: RoleFolder
    /// The member organisations' keys, one for each proxy.
    let members: [RoleFolder]

    /// - Parameters:
    ///   - path: Must exist.
    ///   - proxyCount: For a new node. One that is founded keeps the number it has.
    /// - Throws: ``KeyFileError``; ``WrongProxyCount`` where the node was founded with another number.
    init(_ path: String, proxyCount: Int) throws {
        func folder(_ role: NodeRole, _ name: String) -> RoleFolder { RoleFolder(role, at: path + "/" + name) }
        ledger = folder(.ledger, "ledger")
        witnesses = (1...3).map { folder(.witness, "witness-\($0)") }
        keyService = folder(.keyService, "key-service")
        proxies = (1...max(1, proxyCount)).map { folder(.proxy, "proxy-\($0)") }
        vault = folder(.vault, "vault")
        members = (1...max(1, proxyCount)).map { folder(.registrar, "member-\($0)") }

        // The ledger's key is made last: where it is, everything is.
        if try ledger.exists() {
            guard try proxies.allSatisfy({ try $0.exists() }),
                try !folder(.proxy, "proxy-\(proxies.count + 1)").exists()
            else { throw WrongProxyCount(folder: path, asked: proxyCount) }
            return
        }
        for role in members + proxies + [keyService, vault] where try !role.exists() { try role.create() }
        for (index, witness) in witnesses.enumerated() where try !witness.exists() {
            try witness.create(named: try KeyName("witness-\(index + 1).parasol.localhost"))
        }
        try ledger.create(named: try KeyName(EmbeddedNode.origin))
    }
}

/// A node was founded with another number of proxies than it is to be opened with.
package struct WrongProxyCount: Error, Hashable, Sendable, CustomStringConvertible {
    package let folder: String
    package let asked: Int

    package var description: String {
        "the node in \(folder) was founded with another number of proxies than \(asked)"
    }
}
