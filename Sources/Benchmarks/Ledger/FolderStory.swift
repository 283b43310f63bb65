import Octets
import ServiceProtocols
import SharingContracts
import Umbral

/// One patient's folder from its opening to the end of a consent: 37 transactions with 40 signatures, each valid once the one
/// before it is a leaf.
///
/// The mix is that of a folder that is in use: opened once; four recordings in two visits; for each visit a consent to another
/// doctor, with its keys; three accesses under each, by two of three proxies; then the first consent is revoked and its fragments
/// destroyed.
///
///     FolderOpened        1    AccessRequested      6
///     RecordDeposited     4    Transformed         12
///     ConsentGranted      2    RecordOpened         6
///     KeysIssued          2    ConsentRevoked       1
///                              FragmentsDestroyed   3
///
/// Every key, share, proof and signature is real. What the ledger sees only the digest of (capsules, fragments) is not made: the
/// digests are random, and so are the fragments' commitments, which are points as they would be.
struct FolderStory: Sendable {
    /// Transactions of one story.
    static let length = 37
    private static let dayMilliseconds: UInt64 = 86_400_000

    private(set) var transactions: [LoadTransaction] = []
    private let hospital: Hospital
    private let folder: FolderID
    private let owner: LoadSigner
    private let start: Timestamp

    /// - Parameter number: Decides which depositor and which doctors take part.
    init(_ number: Int, in hospital: Hospital) throws {
        self.hospital = hospital
        var generator = SystemRandomNumberGenerator()
        folder = .random(using: &generator)
        owner = LoadSigner(folder.signer, origin: hospital.origin)
        start = Timestamp(milliseconds: SystemClock().now().milliseconds)
        transactions.reserveCapacity(Self.length)
        try open()
        var consents: [ConsentID] = []
        for visit in 0..<2 {
            let depositor = hospital.depositors[number % hospital.depositors.count]
            let records = [try deposit(by: depositor), try deposit(by: depositor)]
            let doctor = hospital.doctors[(number + visit) % hospital.doctors.count]
            let consent = try grant(to: doctor)
            for access in 0..<3 {
                try read(records[access % 2], under: consent, by: doctor, proxy: access + number)
            }
            consents.append(consent)
        }
        try revoke(consents[0])
        try expect(transactions.count == Self.length, "a story has \(transactions.count) transactions")
    }

    private mutating func add(_ body: TransactionBody, by signers: LoadSigner...) throws {
        transactions.append(try LoadTransaction(body, by: signers))
    }

    private mutating func open() throws {
        let patient = DelegatingKeyShare.random(role: .patient)
        let service = DelegatingKeyShare.random(role: .service)
        let body = FolderOpened(
            folder: folder, keyService: hospital.keyService.id, signingKey: owner.key,
            verifyingKey: Signer(SecretKey.random()).verifyingKey,
            patientShare: ProvenShare(
                publicShare: patient.publicKey, proof: try ShareProof(of: patient, folder: folder.octets)),
            serviceShare: ProvenShare(
                publicShare: service.publicKey, proof: try ShareProof(of: service, folder: folder.octets)),
            delegatingKey: try PublicKey.delegatingKey(
                patientShare: patient.publicKey, serviceShare: service.publicKey))
        try add(.folderOpened(body), by: owner, hospital.keyService.signer)
    }

    private mutating func deposit(by depositor: Hospital.Person) throws -> RecordID {
        let record = Self.identifier(RecordID.self)
        let body = RecordDeposited(
            record: record, folder: folder, depositor: depositor.id, ciphertextCommitment: try Self.octets(),
            capsuleDigest: try Self.octets(), sizeClass: 21, kind: .restingECG)
        try add(.recordDeposited(body), by: depositor.signer)
        return record
    }

    private mutating func grant(to doctor: Hospital.Person) throws -> ConsentID {
        let consent = Self.identifier(ConsentID.self)
        let terms = ConsentGranted(
            consent: consent, folder: folder, grantee: doctor.id, scope: .wholeFolder, purpose: .treatment,
            notBefore: start, notAfter: start.adding(milliseconds: Self.dayMilliseconds), maximumOpens: 10,
            threshold: 2, proxies: hospital.proxies.map(\.id))
        try add(.consentGranted(terms), by: owner)
        let keys = KeysIssued(
            consent: consent, precursor: SecretKey.random().publicKey,
            fragments: try hospital.proxies.map {
                FragmentCommitment(
                    proxy: $0.id, fragment: try Self.octets(), commitment: SecretKey.random().publicKey)
            })
        try add(.keysIssued(keys), by: owner, hospital.keyService.signer)
        return consent
    }

    private mutating func read(
        _ record: RecordID, under consent: ConsentID, by doctor: Hospital.Person, proxy first: Int
    ) throws {
        let body = AccessRequested(
            authority: .consent(consent), record: record, purpose: .treatment, answerKey: try Self.octets())
        let request = try LoadTransaction(.accessRequested(body), by: [doctor.signer])
        transactions.append(request)
        for offset in 0..<2 {
            let proxy = hospital.proxies[(first + offset) % hospital.proxies.count]
            let answer = Transformed(request: request.id, transformer: proxy.id, fragmentDigest: try Self.octets())
            try add(.transformed(answer), by: proxy.signer)
        }
        try add(.recordOpened(RecordOpened(request: request.id)), by: doctor.signer)
    }

    private mutating func revoke(_ consent: ConsentID) throws {
        try add(.consentRevoked(ConsentRevoked(consent: consent)), by: owner)
        for proxy in hospital.proxies {
            let body = FragmentsDestroyed(holder: proxy.id, target: .consent(consent), reason: .revoked)
            try add(.fragmentsDestroyed(body), by: proxy.signer)
        }
    }

    private static func identifier<Kind>(_ kind: Identifier<Kind>.Type) -> Identifier<Kind> {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }

    private static func octets() throws -> FixedOctets<32> {
        try FixedOctets((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    }
}

extension FolderStory {
    /// Stories number `range`, made on all cores.
    static func many(_ range: Range<Int>, in hospital: Hospital) async throws -> [FolderStory] {
        try await withThrowingTaskGroup(of: [FolderStory].self) { group in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
                group.addTask {
                    try (start..<min(start + 16, range.upperBound)).map { try FolderStory($0, in: hospital) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
