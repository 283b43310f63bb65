package import EmbeddedNode
internal import Octets
package import ParasolHTTP
package import SharingContracts
package import TransparencyLog

/// What a node is told, checked: `NodeSettings` says where it may be written.
package struct NodeConfiguration: Sendable {
    /// Where the ledger finds one of its witnesses.
    package struct WitnessPlace: Hashable, Sendable {
        /// The name of its key.
        package let name: KeyName
        /// What `/add-checkpoint` comes after.
        package let url: String
        /// Who it reads leaves as; nil where it need not sign.
        package let reader: Reader?
    }

    /// Where a mirror without a state finds a snapshot.
    package enum MirrorBeginning: Hashable, Sendable {
        /// Another mirror: what its routes come after.
        case mirror(url: String)
        case file(path: String)
    }

    /// A signer that the operator names: it reads before anybody is enrolled.
    package struct Reader: Hashable, Sendable {
        package let id: SignerID
        package let key: SigningKey
    }

    package let roles: [NodeRole]
    package let folder: String
    package let network: String
    package let host: String
    /// Under which clients know this server.
    package let names: [String]
    package let port: Int
    package let certificate: String
    package let certificateKey: String
    /// PEM of the authorities whose certificates other nodes show; nil where none are asked for.
    package let clientAuthorities: String?
    /// Whether not only nodes must show one.
    package let demandsCertificateOfEverybody: Bool
    /// What this node shows to others; nil for nothing.
    package let clientCertificate: CertificateFiles?
    package let witnesses: [WitnessPlace]
    package let readers: LedgerReaders
    /// Whom a mirror asks to vouch for its snapshots.
    package let snapshotWitnesses: [WitnessPlace]
    /// What a new mirror begins with.
    package let mirrorBeginning: MirrorBeginning?
    package let snapshotLeaves: UInt64
    package let vaultQuotaBytes: UInt64
    package let housekeepingSeconds: Int
    package let addressRate: RateLimit
    package let signerRate: RateLimit
    package let logLevel: String
    /// Nil where nobody collects metrics.
    package let metrics: NodeMetrics.Place?

    /// - Throws: ``ConfigurationMistakes``, all of them.
    package init(_ settings: NodeSettings) throws(ConfigurationMistakes) {
        var settings = settings
        roles = Array(Set(settings.texts(.roles).compactMap(NodeRole.init(rawValue:)))).sorted {
            $0.rawValue < $1.rawValue
        }
        if roles.isEmpty { settings.refuse(.roles, "name at least one role") }
        folder = Self.required(.folder, &settings, "for the roles' keys and databases")
        network = Self.required(.network, &settings, "needed to find the ledger and to know whom to believe")
        certificate = Self.required(.tlsCertificate, &settings, "nothing is served without TLS")
        certificateKey = Self.required(.tlsKey, &settings, "nothing is served without TLS")
        clientAuthorities = settings.text(.tlsClientAuthorities)
        demandsCertificateOfEverybody = settings.text(.tlsClients) == "everybody"
        if demandsCertificateOfEverybody, clientAuthorities == nil {
            settings.refuse(.tlsClients, "needs tls.client-authorities: whose certificates are they to be?")
        }
        clientCertificate = Self.clientCertificate(&settings)
        host = settings.text(.listenHost) ?? ""
        names = settings.texts(.listenNames).isEmpty ? [host] : settings.texts(.listenNames)
        port = settings.number(.listenPort) ?? 0
        witnesses = Self.witnesses(.ledgerWitnesses, &settings)
        snapshotWitnesses = Self.witnesses(.mirrorWitnesses, &settings)
        mirrorBeginning = Self.mirrorBeginning(&settings)
        snapshotLeaves = UInt64(max(1, settings.number(.snapshotLeaves) ?? 1))
        if roles.contains(.ledger), witnesses.isEmpty {
            settings.refuse(.ledgerWitnesses, "needed by the ledger: nothing becomes final without witnesses")
        }
        readers = settings.text(.ledgerReaders).flatMap(LedgerReaders.init(rawValue:)) ?? .enrolled
        vaultQuotaBytes = UInt64(max(1, settings.number(.vaultQuota) ?? 1)) << 30
        housekeepingSeconds = settings.number(.housekeepingSeconds) ?? 60
        addressRate = settings.rate(.addressRate)
        signerRate = settings.rate(.signerRate)
        logLevel = settings.text(.logLevel) ?? "info"
        metrics = settings.metricsPlace()
        guard settings.mistakes.isEmpty else { throw ConfigurationMistakes(settings.mistakes) }
    }

    private static func required(_ setting: NodeSetting, _ settings: inout NodeSettings, _ why: String) -> String {
        if let text = settings.text(setting) { return text }
        settings.refuse(setting, why)
        return ""
    }

    private static func clientCertificate(_ settings: inout NodeSettings) -> CertificateFiles? {
        switch (settings.text(.tlsClientCertificate), settings.text(.tlsClientKey)) {
        case (let chain?, let key?): return CertificateFiles(chain: chain, key: key)
        case (nil, nil): return nil
        case (_?, nil): settings.refuse(.tlsClientKey, "needed with tls.client-certificate")
        case (nil, _?): settings.refuse(.tlsClientCertificate, "needed with tls.client-key")
        }
        return nil
    }

    private static func mirrorBeginning(_ settings: inout NodeSettings) -> MirrorBeginning? {
        guard let text = settings.text(.mirrorBeginWith) else { return nil }
        if text.hasPrefix("https://") { return .mirror(url: text) }
        if text.hasPrefix("/") { return .file(path: text) }
        settings.refuse(.mirrorBeginWith, "\(text) is no https URL and no absolute path")
        return nil
    }

    private static func witnesses(_ setting: NodeSetting, _ settings: inout NodeSettings) -> [WitnessPlace] {
        var places: [WitnessPlace] = []
        for text in settings.texts(setting) {
            do throws(WitnessPlace.Flaw) {
                let place = try WitnessPlace(text)
                guard !places.contains(where: { $0.name == place.name }) else {
                    throw WitnessPlace.Flaw(reason: "\(place.name) is there twice")
                }
                places.append(place)
            } catch { settings.refuse(setting, error.reason) }
        }
        return places
    }
}

extension NodeConfiguration.WitnessPlace {
    /// Why a text names no witness's place.
    struct Flaw: Error, Hashable, Sendable {
        let reason: String
    }

    /// Reads `NAME URL [IDENTIFIER KEY]`, the last two in hexadecimal.
    init(_ text: String) throws(Flaw) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2 || words.count == 4, let name = try? KeyName(words[0]) else {
            throw Flaw(reason: "\(text) is not a key name and a URL, or these and the identifier and key it reads with")
        }
        guard words[1].hasPrefix("https://") else { throw Flaw(reason: "\(words[1]) is no https URL") }
        self.name = name
        url = words[1]
        guard words.count == 4 else {
            reader = nil
            return
        }
        guard let id = try? SignerID(hexadecimal: words[2]) else {
            throw Flaw(reason: "\(words[2]) is no identifier of 32 hexadecimal digits")
        }
        guard let bytes = try? FixedOctets<33>(hexadecimal: words[3]), let key = SigningKey(compressed: bytes) else {
            throw Flaw(reason: "\(words[3]) is no P-256 key of 66 hexadecimal digits")
        }
        reader = NodeConfiguration.Reader(id: id, key: key)
    }
}

extension NodeConfiguration.Reader {
    /// As a ledger's server knows it.
    var signer: EnrolledSigner {
        EnrolledSigner(
            id: id, standing: .identity(.auditor), member: nil, key: key.key, isActive: true, isNode: true)
    }
}

extension NodeSettings {
    /// A rate of requests a second, of which twice as many may come at once; the server's own where none is set.
    package func rate(_ setting: NodeSetting) -> RateLimit {
        guard let number = number(setting) else { return .standard }
        return RateLimit(burst: 2 * Double(number), perSecond: Double(number))
    }
}
