package import Crypto
package import Octets
package import SharingContracts
package import Umbral

/// A small world that plays by the rules: members, identities and folders with their keys, and the state that their
/// transactions add up to. Everything but ECDSA nonces follows from the seed.
///
/// Methods named after an act submit a valid transaction; `make` methods only build a body, for a test to spoil.
package struct SharingScenario: Sendable {
    package let origin: String
    package private(set) var state: WorldState
    /// Every leaf applied so far.
    package private(set) var entries: [LedgerEntry] = []
    /// When the next leaf will be sequenced. Moves a second on with each.
    package var now = Timestamp(milliseconds: 1_772_366_400_000)
    package var generator: SeededGenerator
    /// The private key of everybody who can sign.
    package private(set) var signingKeys: [SignerID: P256.Signing.PrivateKey] = [:]
    package private(set) var receivingKeys: [IdentityID: SecretKey] = [:]
    package private(set) var openingKeys: [IdentityID: OpeningKey] = [:]

    package private(set) var members: [MemberID] = []
    package private(set) var keyService = IdentityID(FixedOctets<16>())
    package private(set) var depositor = IdentityID(FixedOctets<16>())
    package private(set) var doctor = IdentityID(FixedOctets<16>())
    package private(set) var otherDoctor = IdentityID(FixedOctets<16>())
    package private(set) var auditor = IdentityID(FixedOctets<16>())
    /// Ascending, each of another member.
    package private(set) var proxies: [IdentityID] = []

    /// A folder with what its owner and its key service keep to themselves.
    package struct FolderSecrets: Sendable {
        package let id: FolderID
        package let patientShare: Umbral.DelegatingKeyShare
        package let serviceShare: Umbral.DelegatingKeyShare
        package let signer: Signer
    }

    /// A record with its capsule.
    package struct SealedCapsule: Sendable {
        package let id: RecordID
        package let capsule: Capsule
        package let seed: CapsuleSeed
    }

    /// A ledger of no leaf yet.
    package init(unfounded origin: String, seed: UInt64 = 1) {
        self.origin = origin
        state = WorldState(origin: origin)
        generator = SeededGenerator(seed: seed)
    }

    /// A founded ledger with a key service, a depositor, two doctors, an auditor and a proxy for each member.
    package init(
        origin: String = "ledger.parasol.test", seed: UInt64 = 1, members memberCount: Int = 5,
        witnessPolicy: String = "log ledger.parasol.test\nquorum none\n"
    ) throws {
        self.init(unfounded: origin, seed: seed)
        try submit(.ledgerFounded(try makeFounding(members: memberCount, witnessPolicy: witnessPolicy)))
        keyService = try enroll(.keyService, by: members[0])
        depositor = try enroll(.depositor, by: members[1 % memberCount])
        doctor = try enroll(.doctor, by: members[2 % memberCount])
        otherDoctor = try enroll(.doctor, by: members[2 % memberCount])
        auditor = try enroll(.auditor, by: members[3 % memberCount])
        proxies = try members.map { try enroll(.proxy, by: $0) }.sorted()
    }

    // MARK: Keys and identifiers

    package mutating func identifier<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        .random(using: &generator)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    package mutating func octets<let count: Int>() throws -> FixedOctets<count> { try FixedOctets(bytes(count)) }

    /// A P-256 key for a signer, kept for ``sign(_:by:)``.
    package mutating func newSigningKey(for signer: SignerID) throws -> SigningKey {
        let key = try P256.Signing.PrivateKey(rawRepresentation: bytes(32))
        signingKeys[signer] = key
        return SigningKey(key.publicKey)
    }

    package mutating func newPublicKey() -> PublicKey { SecretKey.random(using: &generator).publicKey }

    // MARK: Signing and submitting

    /// A transaction with the signatures of exactly `signers`, or of those that the type calls for.
    package mutating func sign(
        _ body: TransactionBody, by signers: [SignerID]? = nil, origin: String? = nil
    ) throws -> SignedTransaction {
        let transaction = try Transaction(id: identifier(), body: body)
        let signatures = try (signers ?? usualSigners(of: body)).map { signer in
            try signature(of: signer, on: transaction, origin: origin)
        }
        return try SignedTransaction(transaction, signatures: signatures)
    }

    package func signature(
        of signer: SignerID, on transaction: Transaction, origin: String? = nil
    ) throws -> TransactionSignature {
        guard let key = signingKeys[signer] else { throw ScenarioError.noKey(signer) }
        return try transaction.signature(of: signer, origin: origin ?? self.origin) {
            Array(try key.signature(for: $0).rawRepresentation)
        }
    }

    /// Signs, sequences and applies.
    ///
    /// - Returns: The transaction's identifier.
    @discardableResult
    package mutating func submit(_ body: TransactionBody, by signers: [SignerID]? = nil) throws -> TransactionID {
        try submit(try sign(body, by: signers))
    }

    /// Sequences and applies.
    @discardableResult
    package mutating func submit(_ transaction: SignedTransaction) throws -> TransactionID {
        let entry = try LedgerEntry(sequencedAt: now, transaction)
        try state.apply(entry)
        entries.append(entry)
        now = now.adding(milliseconds: 1000)
        return transaction.id
    }

    private func usualSigners(of body: TransactionBody) -> [SignerID] {
        func folder(of consent: ConsentID) -> [SignerID] {
            (state.consent(consent)?.terms.folder.signer).map { [$0] } ?? []
        }
        func requester(_ request: TransactionID) -> [SignerID] {
            (state.request(request)?.requester).map { [$0] } ?? []
        }
        return switch body {
        case .ledgerFounded(let body): body.members.map(\.id.signer)
        case .identityEnrolled(let body): [body.member.signer, body.identity.signer]
        case .identityRetired(let body): [body.identity.signer]
        case .folderOpened(let body): [body.folder.signer, body.keyService.signer]
        case .recordDeposited(let body): [body.depositor.signer]
        case .consentGranted(let body): [body.folder.signer]
        case .keysIssued(let body): folder(of: body.consent) + [keyService.signer]
        case .accessRequested(let body):
            switch body.authority {
            case .consent(let id): (state.consent(id)?.terms.grantee.signer).map { [$0] } ?? []
            case .folder(let id): [id.signer]
            }
        case .transformed(let body): [body.transformer.signer]
        case .recordOpened(let body): requester(body.request)
        case .recordExported(let body): requester(body.request)
        case .consentRevoked(let body): folder(of: body.consent)
        case .fragmentsDestroyed(let body): [body.holder.signer]
        case .folderErased(let body): [body.folder.signer]
        case .fragmentDisputed(let body): requester(body.request)
        case .contractActivated(let body): body.members.map(\.signer)
        case .accessProposed(let body): [body.proposer.signer]
        case .proposalDeclined(let body): (state.proposal(body.proposal)?.asked.folder.signer).map { [$0] } ?? []
        }
    }

    // MARK: Enrollment

    package mutating func makeFounding(
        members count: Int, witnessPolicy: String = "log ledger.parasol.test\nquorum none\n"
    ) throws -> LedgerFounded {
        members = (0..<count).map { _ in identifier() }.sorted()
        var list: [Member] = []
        for (index, id) in members.enumerated() {
            list.append(Member(id: id, name: "Member \(index + 1)", signingKey: try newSigningKey(for: id.signer)))
        }
        return LedgerFounded(origin: origin, members: list, witnessPolicy: witnessPolicy)
    }

    package mutating func makeEnrollment(_ role: Role, by member: MemberID) throws -> IdentityEnrolled {
        let identity: IdentityID = identifier()
        var receivingKey: PublicKey?
        var sealingKey: SealingKey?
        if role == .doctor {
            let key = SecretKey.random(using: &generator)
            receivingKeys[identity] = key
            receivingKey = key.publicKey
        }
        if role == .proxy {
            let key = try OpeningKey(seed: SecretOctets(copying: bytes(OpeningKey.seedByteCount)))
            openingKeys[identity] = key
            sealingKey = key.sealingKey
        }
        return IdentityEnrolled(
            identity: identity, member: member, role: role, signingKey: try newSigningKey(for: identity.signer),
            receivingKey: receivingKey, sealingKey: sealingKey)
    }

    package mutating func enroll(_ role: Role, by member: MemberID) throws -> IdentityID {
        let body = try makeEnrollment(role, by: member)
        try submit(.identityEnrolled(body))
        return body.identity
    }

    // MARK: Folders and records

    package mutating func makeFolder() throws -> (body: FolderOpened, secrets: FolderSecrets) {
        let id: FolderID = identifier()
        let patient = Umbral.DelegatingKeyShare.random(role: .patient, using: &generator)
        let service = Umbral.DelegatingKeyShare.random(role: .service, using: &generator)
        let signer = Signer(SecretKey.random(using: &generator))
        let patientProof = try ShareProof(of: patient, folder: id.octets, using: &generator)
        let serviceProof = try ShareProof(of: service, folder: id.octets, using: &generator)
        let body = FolderOpened(
            folder: id, keyService: keyService, signingKey: try newSigningKey(for: id.signer),
            verifyingKey: signer.verifyingKey,
            patientShare: ProvenShare(publicShare: patient.publicKey, proof: patientProof),
            serviceShare: ProvenShare(publicShare: service.publicKey, proof: serviceProof),
            delegatingKey: try PublicKey.delegatingKey(
                patientShare: patient.publicKey, serviceShare: service.publicKey))
        return (body, FolderSecrets(id: id, patientShare: patient, serviceShare: service, signer: signer))
    }

    package mutating func openFolder() throws -> FolderSecrets {
        let (body, secrets) = try makeFolder()
        try submit(.folderOpened(body))
        return secrets
    }

    package mutating func makeDeposit(
        in folder: FolderSecrets
    ) throws -> (body: RecordDeposited, record: SealedCapsule) {
        let id: RecordID = identifier()
        let key = try PublicKey.delegatingKey(
            patientShare: folder.patientShare.publicKey, serviceShare: folder.serviceShare.publicKey)
        let (capsule, seed) = try Capsule.encapsulate(to: key, using: &generator)
        let body = RecordDeposited(
            record: id, folder: folder.id, depositor: depositor, ciphertextCommitment: try octets(),
            capsuleDigest: LedgerDigest.capsule(capsule.simple.bytes), sizeClass: 21, kind: .restingECG)
        return (body, SealedCapsule(id: id, capsule: capsule, seed: seed))
    }

    package mutating func deposit(in folder: FolderSecrets) throws -> SealedCapsule {
        let (body, record) = try makeDeposit(in: folder)
        try submit(.recordDeposited(body))
        return record
    }

    // MARK: Consents

    /// Terms that are valid now: the doctor, the whole folder, treatment, a day, ten opens, three of the five proxies.
    package mutating func makeConsent(
        in folder: FolderID, to grantee: IdentityID? = nil, scope: ConsentScope = .wholeFolder,
        purpose: Purpose = .treatment, notBefore: Timestamp? = nil, notAfter: Timestamp? = nil,
        maximumOpens: UInt32 = 10, threshold: Int = 3, proxies: [IdentityID]? = nil, proposal: TransactionID? = nil
    ) -> ConsentGranted {
        ConsentGranted(
            consent: identifier(), folder: folder, grantee: grantee ?? doctor, scope: scope, purpose: purpose,
            notBefore: notBefore ?? now, notAfter: notAfter ?? now.adding(milliseconds: 86_400_000),
            maximumOpens: maximumOpens, threshold: threshold, proxies: proxies ?? self.proxies,
            proposal: proposal)
    }

    /// What the doctor asks for, within all bounds: the whole folder, treatment, 30 days, ten opens, answerable for a week.
    package func makeProposal(
        to folder: FolderID, by doctor: IdentityID? = nil, scope: ConsentScope = .wholeFolder,
        purpose: Purpose = .treatment, answerableMilliseconds: UInt64 = 604_800_000
    ) -> AccessProposed {
        AccessProposed(
            proposer: doctor ?? self.doctor, folder: folder, scope: scope, purpose: purpose,
            durationMilliseconds: 2_592_000_000, maximumOpens: 10, answerableMilliseconds: answerableMilliseconds)
    }

    /// Puts a later version of a contract's rules in force, by as many members as it takes.
    package mutating func activate(_ contract: String, _ version: UInt32) throws {
        let quorum = Array(members.prefix(ContractActivated.quorum(of: members.count)))
        try submit(
            .contractActivated(ContractActivated(ContractVersion(contract: contract, version: version), by: quorum)))
    }

    /// A granted consent whose keys are issued, with each proxy's fragment.
    package mutating func grantAndIssue(
        _ terms: ConsentGranted, in folder: FolderSecrets
    ) throws -> [IdentityID: VerifiedKeyFragment] {
        try submit(.consentGranted(terms))
        let (body, fragments) = try makeIssue(of: terms, in: folder)
        try submit(.keysIssued(body))
        return fragments
    }

    /// Split issuance between the patient and the key service, and what each proxy makes of it.
    package mutating func makeIssue(
        of terms: ConsentGranted, in folder: FolderSecrets
    ) throws -> (body: KeysIssued, fragments: [IdentityID: VerifiedKeyFragment]) {
        guard let receivingKey = state.identity(terms.grantee)?.receivingKey else {
            throw ScenarioError.noKey(terms.grantee.signer)
        }
        let consent = terms.consent.octets
        let patient = try PatientIssuance(
            share: folder.patientShare, serviceShare: folder.serviceShare.publicKey, receivingKey: receivingKey,
            consent: consent, threshold: terms.threshold, shares: terms.proxies.count, using: &generator)
        let service = try ServiceIssuance(
            share: folder.serviceShare, request: patient.request, consent: consent, using: &generator)
        let halves = try patient.complete(with: service.response, signer: folder.signer, using: &generator)
        var commitments: [FragmentCommitment] = []
        var fragments: [IdentityID: VerifiedKeyFragment] = [:]
        for (proxy, (patientHalf, serviceHalf)) in zip(terms.proxies, zip(halves, service.halves)) {
            fragments[proxy] = try KeyFragmentAssembly.fragment(
                patientHalf: patientHalf, serviceHalf: serviceHalf, verifyingKey: folder.signer.verifyingKey,
                delegatingKey: patient.delegatingKey, receivingKey: receivingKey)
            commitments.append(
                FragmentCommitment(
                    proxy: proxy, fragment: patientHalf.id,
                    commitment: try PublicKey(compressed: patientHalf.commitment.bytes)))
        }
        let body = KeysIssued(
            consent: terms.consent, precursor: patient.request.precursor, fragments: commitments)
        return (body, fragments)
    }

    // MARK: Access

    package mutating func request(
        _ record: RecordID, under authority: AccessAuthority, purpose: Purpose? = nil
    ) throws -> TransactionID {
        try request([record], under: authority, purpose: purpose)
    }

    /// - Parameter records: In any order.
    package mutating func request(
        _ records: [RecordID], under authority: AccessAuthority, purpose: Purpose? = nil
    ) throws -> TransactionID {
        let usual: Purpose =
            switch authority {
            case .consent(let id): state.consent(id)?.terms.purpose ?? .treatment
            case .folder: .patientRequested
            }
        return try submit(
            .accessRequested(
                AccessRequested(
                    authority: authority, records: records.sorted(), purpose: purpose ?? usual, answerKey: try octets())
            ))
    }

    /// The statement that `transformer` answers `request` with exactly these parts, one for each record.
    package func makeTransformed(
        _ request: TransactionID, by transformer: IdentityID, answering parts: [[UInt8]]
    ) -> Transformed {
        Transformed(
            request: request, transformer: transformer,
            fragmentDigest: LedgerDigest.answer(parts, by: transformer, for: request))
    }

    /// The statement that `transformer` answers `request` with exactly `fragment`.
    package func makeTransformed(
        _ request: TransactionID, by transformer: IdentityID, answering fragment: [UInt8]
    ) -> Transformed {
        Transformed(
            request: request, transformer: transformer,
            fragmentDigest: LedgerDigest.fragment(fragment, by: transformer, for: request))
    }

    /// Transforms and says so.
    ///
    /// - Returns: The fragment in simple form.
    @discardableResult
    package mutating func transform(
        _ request: TransactionID, of capsule: Capsule, by proxy: IdentityID, with fragment: VerifiedKeyFragment
    ) throws -> [UInt8] {
        let answer = try fragment.reencrypt(capsule, using: &generator).fragment.simple
        try submit(.transformed(makeTransformed(request, by: proxy, answering: answer)))
        return answer
    }
}

/// What a scenario lacks.
package enum ScenarioError: Error, Hashable, Sendable {
    case noKey(SignerID)
}
