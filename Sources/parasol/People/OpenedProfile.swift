import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts

/// A profile that is open, and the network it belongs to: what every errand starts from.
struct OpenedProfile: Sendable {
    let home: Home
    let name: ProfileName
    let store: ProfileStore
    let network: Network
    let connecting: any ServiceConnecting
    let clock: any Clock
    /// Whether a patient or a doctor executes the whole ledger, instead of reading what concerns it.
    var readsWholeLedger = false

    /// Opens a profile, and checks that the network is still the one under whose policy it was made.
    ///
    /// - Throws: ``PeopleError``.
    static func open(
        _ name: ProfileName, of kind: ProfileKind, in home: Home, asking: any Asking,
        connecting: any ServiceConnecting, clock: any Clock
    ) async throws(PeopleError) -> OpenedProfile {
        let path = home.profilePath(name)
        let store: ProfileStore
        guard home.holds(name) else { throw .noProfile(path: path, kind) }
        let passphrase = try asking.passphrase("Passphrase of \(path)")
        do throws(ProfileError) { store = try ProfileStore.open(path, passphrase: passphrase) } catch {
            throw .profile(error)
        }
        let profile = await store.profile
        guard profile.kind == kind else { throw .wrongKind(path: path, found: profile.kind, wanted: kind) }
        let network = try home.network()
        if let trust = profile.trust,
            !trust.witnessPolicy.utf8.elementsEqual(network.witnessPolicy.utf8)
        {
            throw .otherPolicy(path: home.networkPath)
        }
        return OpenedProfile(
            home: home, name: name, store: store, network: network, connecting: connecting, clock: clock)
    }

    /// Runs `body` on a connection that is ended afterwards.
    ///
    /// The session keeps the newest checkpoint in the profile: a ledger that goes back between two commands is caught. And what it has read
    /// of the ledger, beside it: the next command reads only what is new.
    func connected<Value>(
        as caller: TransactionSigner?, _ body: (LedgerSession, ServiceDirectory) async throws -> Value
    ) async throws -> Value {
        try await onConnection(as: caller) { session, connection in try await body(session, connection.services) }
    }

    /// The same, for what needs more of the connection than the services.
    func onConnection<Value>(
        as caller: TransactionSigner?, _ body: (LedgerSession, ServiceConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connecting.connect(to: network, as: caller)
        let reading = await trailReading(connection, as: caller)
        let kept = await KeptLedgerState(home.ledgerPath(name), of: store, origin: network.trust.originName)
        let states = reading == nil ? open(kept) : nil
        let session = LedgerSession(
            ledger: connection.ledger, trust: network.trust, heads: ProfileHeadStore(store, trust: network.trust),
            states: states, clock: clock, directory: connection.directory, reading: reading)
        if let states { await session.replica.keepRows { await kept.keep(states) } }
        let result: Result<Value, any Error>
        do { result = .success(try await body(session, connection)) } catch { result = .failure(error) }
        await connection.close()
        await session.settle()
        if let states { kept.close(states) }
        // Nobody can ask as an erased folder.
        if let signer = reading?.signer, await store.profile.folder(FolderID(signer))?.isErased == true {
            reading?.kept?.remove()
        }
        return try result.get()
    }

    private func open(_ kept: KeptLedgerState) -> StateStore? {
        let (states, refusal) = kept.open()
        if let refusal {
            PeopleProgress.say(
                "what was kept of the ledger is not used, for \(refusal): its leaves are executed from the first on")
        }
        return states
    }

    /// A patient's folder and a doctor read their own trail, where there is one to be read.
    private func trailReading(_ connection: ServiceConnection, as caller: TransactionSigner?) async -> TrailReading? {
        guard !readsWholeLedger, let caller, let trails = connection.trails, connection.directory != nil,
            [.patient, .doctor].contains(await store.profile.kind)
        else { return nil }
        let kept = await KeptTrail(
            home.trailPath(name), of: store, signer: caller.id, origin: network.trust.originName)
        return TrailReading(of: caller.id, in: trails, keeping: kept)
    }

    /// The signer of a profile that has one key: everybody's but a patient's.
    ///
    /// - Throws: ``PeopleError/wrongDocument(_:)`` for a profile without one.
    func signer() async throws -> TransactionSigner {
        let profile = await store.profile
        guard let id = profile.signer, let key = profile.signingKey else {
            throw PeopleError.wrongDocument("the profile \(name) has no signing key")
        }
        return TransactionSigner(id: id, key: try ProfileKeys.signingKey(key), origin: network.trust.originName)
    }

    /// Demands that the ledger knows the signer as an active identity of this role.
    ///
    /// - Throws: ``PeopleError/notEnrolled(_:request:)``, ``PeopleError/retired(_:)``.
    func demandEnrolled(_ signer: TransactionSigner, as role: Role, _ session: LedgerSession) async throws {
        let identity = IdentityID(signer.id)
        do throws(ClientError) { _ = try await session.activeIdentity(identity, as: role) } catch {
            switch error {
            case .directory(.unknown): throw PeopleError.notEnrolled(identity, request: home.requestPath(name))
            case .directory(.ended): throw PeopleError.retired(identity)
            default: throw error
            }
        }
    }
}
