import Ciphers
import Crypto
import DurableFiles
import EmbeddedNode
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import TransparencyLog
import Umbral

/// Makes profiles: keys first, sealed and on the disk, before anybody is told of them.
struct NewProfile {
    let home: Home
    let name: ProfileName
    let asking: any Asking
    /// What one try of the passphrase costs.
    let cost: ScryptCost

    init(home: Home, name: ProfileName, asking: any Asking, cost: ScryptCost = .recommended) {
        self.home = home
        self.name = name
        self.asking = asking
        self.cost = cost
    }

    /// A patient needs no key before the first folder, and nobody's leave.
    func patient(named displayName: String, network: String?) throws -> NewProfileReport {
        let network = try prepare(network)
        try create(Profile(kind: .patient, displayName: displayName, trust: Self.trust(in: network)))
        return NewProfileReport(
            profile: home.profilePath(name), kind: "patient", identity: nil, ledger: network.trust.originName,
            request: nil, member: nil, next: "parasol patient open-folder NAME")
    }

    /// Somebody whose key a member vouches for, and the request for that.
    ///
    /// - Parameter role: A depositor's, a doctor's or an auditor's.
    func identity(
        _ role: Role, named displayName: String, member: MemberID, network: String?
    ) throws -> NewProfileReport {
        let network = try prepare(network)
        var generator = SystemRandomNumberGenerator()
        let identity = IdentityID.random(using: &generator)
        let key = P256.Signing.PrivateKey()
        let receivingKey = role == .doctor ? SecretKey.random() : nil
        let signer = TransactionSigner(id: identity.signer, key: key, origin: network.trust.originName)
        try create(
            Profile(
                kind: Self.kind(of: role), displayName: displayName, signer: identity.signer,
                signingKey: ProfileKeys.octets(of: key), receivingKey: receivingKey?.octets,
                trust: Self.trust(in: network)))
        let request = try EnrollmentRequest(
            IdentityEnrolled(
                identity: identity, member: member, role: role, signingKey: signer.signingKey,
                receivingKey: receivingKey?.publicKey), signer: signer)
        let path = home.requestPath(name)
        try FileSystem().replace(path, with: try request.serialized())
        return NewProfileReport(
            profile: home.profilePath(name), kind: role.rawValue, identity: "\(identity)",
            ledger: network.trust.originName, request: path, member: nil,
            next: "give \(path) to your organisation, which enrols it: parasol org enroll")
    }

    private static func kind(of role: Role) -> ProfileKind {
        switch role {
        case .doctor: .doctor
        case .auditor: .auditor
        case .depositor: .depositor
        case .keyService: .keyService
        case .proxy: .proxy
        }
    }

    /// A member organisation, and the line that says of it what a founding must.
    ///
    /// - Parameter registrar: Has the member's key and identifier already; nil to make new ones.
    func member(
        named displayName: String, network: String?, keysOf registrar: RoleFolder? = nil
    ) throws -> NewProfileReport {
        let network = try prepare(network)
        var generator = SystemRandomNumberGenerator()
        let id = try registrar.map { MemberID(try $0.signerID()) } ?? .random(using: &generator)
        let key = try registrar?.identityKey() ?? P256.Signing.PrivateKey()
        let line = MemberLine(
            Member(id: id, name: displayName, signingKey: SigningKey(key.publicKey)))
        // Read back before anything is made, so that a name which no founding could hold is refused here.
        _ = try MemberLine(line.description)
        try create(
            Profile(
                kind: .member, displayName: displayName, signer: id.signer, signingKey: ProfileKeys.octets(of: key),
                trust: Self.trust(in: network)))
        let path = home.memberPath(name)
        try FileSystem().replace(path, with: Array("\(line)\n".utf8))
        return NewProfileReport(
            profile: home.profilePath(name), kind: "member", identity: "\(id)", ledger: network.trust.originName,
            request: nil, member: path, next: "give \(path) to whoever drafts the founding: parasol org founding")
    }

    /// A profile that a recovery kit or another device had, under a new passphrase.
    ///
    /// - Parameters:
    ///   - passphrase: Asked for where it is nil.
    ///   - next: What to do then.
    func restored(
        _ profile: Profile, network: String?, passphrase: Passphrase? = nil,
        next: String = "make a new kit, and destroy the shares of this one"
    ) throws -> NewProfileReport {
        let network = try prepare(network)
        if let trust = profile.trust, !trust.witnessPolicy.utf8.elementsEqual(network.witnessPolicy.utf8) {
            throw PeopleError.otherPolicy(path: home.networkPath)
        }
        try create(profile, passphrase)
        return NewProfileReport(
            profile: home.profilePath(name), kind: "\(profile.kind)", identity: profile.signer.map { "\($0)" },
            ledger: network.trust.originName, request: nil, member: nil, next: next)
    }

    /// Has the folder and its network, before anything is made or asked.
    @discardableResult
    func prepare(_ network: String?) throws(PeopleError) -> Network {
        try home.make()
        // Before anything else, so that an init that is refused changes nothing.
        guard !home.holds(name) else { throw .profile(.exists(path: home.profilePath(name))) }
        return try home.adopt(network: network)
    }

    /// The passphrase that the new profile is to have.
    func askPassphrase() throws(PeopleError) -> Passphrase {
        try asking.newPassphrase("A passphrase for \(home.profilePath(name))")
    }

    private func create(_ profile: Profile, _ chosen: Passphrase? = nil) throws(PeopleError) {
        let path = home.profilePath(name)
        do throws(ProfileError) { try profile.validate() } catch { throw .profile(error) }
        let passphrase = if let chosen { chosen } else { try askPassphrase() }
        do throws(ProfileError) {
            _ = try ProfileStore.create(profile, at: path, passphrase: passphrase, cost: cost)
        } catch { throw .profile(error) }
    }

    /// The policy under which a profile is made is the one it believes from then on.
    private static func trust(in network: Network) -> LedgerTrust {
        LedgerTrust(
            logKey: network.trust.policy.logs.first?.key.vkey ?? "", witnessPolicy: network.witnessPolicy)
    }
}

/// What `init` prints.
struct NewProfileReport: PeopleReport {
    let profile, kind: String
    let identity: String?
    let ledger: String
    let request, member: String?
    let next: String

    var lines: [String] {
        let article = kind.hasPrefix("a") ? "an" : "a"
        var lines = ["Made \(profile): \(article) \(kind) of the ledger \(ledger)"]
        if let identity { lines.append("  \(kind == "member" ? "member  " : "identity") \(identity)") }
        lines.append(
            "  The passphrase cannot be replaced by anybody: without it, or without the file, its keys are lost.")
        lines.append("  next: \(next)")
        return lines
    }
}
