import Octets
import SharingContracts
import Umbral

/// The story's folder, with what its owner and its key service keep to themselves.
struct StoryFolder {
    let id: FolderID
    let patientShare: Umbral.DelegatingKeyShare
    let serviceShare: Umbral.DelegatingKeyShare
    let signer: Signer

    /// Opens it.
    init(openedBy keyService: IdentityID, on ledger: inout StoryLedger) throws {
        id = ledger.identifier()
        patientShare = .random(role: .patient, using: &ledger.generator)
        serviceShare = .random(role: .service, using: &ledger.generator)
        signer = Signer(SecretKey.random(using: &ledger.generator))
        let patientProof = try ShareProof(of: patientShare, folder: id.octets, using: &ledger.generator)
        let serviceProof = try ShareProof(of: serviceShare, folder: id.octets, using: &ledger.generator)
        let body = FolderOpened(
            folder: id, keyService: keyService, signingKey: try ledger.newSigningKey(for: id.signer),
            verifyingKey: signer.verifyingKey,
            patientShare: ProvenShare(publicShare: patientShare.publicKey, proof: patientProof),
            serviceShare: ProvenShare(publicShare: serviceShare.publicKey, proof: serviceProof),
            delegatingKey: try Self.delegatingKey(patientShare, serviceShare))
        try ledger.submit(.folderOpened(body), by: id.signer, keyService.signer)
    }

    private static func delegatingKey(
        _ patient: Umbral.DelegatingKeyShare, _ service: Umbral.DelegatingKeyShare
    ) throws(IssuanceError) -> PublicKey {
        try .delegatingKey(patientShare: patient.publicKey, serviceShare: service.publicKey)
    }

    /// Deposits a record and returns it with its capsule.
    func deposit(by depositor: IdentityID, on ledger: inout StoryLedger) throws -> (RecordID, Capsule) {
        let record: RecordID = ledger.identifier()
        let key = try Self.delegatingKey(patientShare, serviceShare)
        let (capsule, _) = try Capsule.encapsulate(to: key, using: &ledger.generator)
        let body = RecordDeposited(
            record: record, folder: id, depositor: depositor,
            ciphertextCommitment: try FixedOctets(ledger.bytes(32)),
            capsuleDigest: LedgerDigest.capsule(capsule.simple.bytes), sizeClass: 21, kind: .restingECG)
        try ledger.submit(.recordDeposited(body), by: depositor.signer)
        return (record, capsule)
    }

    /// Grants and issues, and returns the key fragment of each proxy of the terms.
    func grant(
        _ terms: ConsentGranted, to receivingKey: PublicKey, by keyService: IdentityID, on ledger: inout StoryLedger
    ) throws -> [VerifiedKeyFragment] {
        try ledger.submit(.consentGranted(terms), by: id.signer)
        let consent = terms.consent.octets
        let patient = try PatientIssuance(
            share: patientShare, serviceShare: serviceShare.publicKey, receivingKey: receivingKey, consent: consent,
            threshold: terms.threshold, shares: terms.proxies.count, using: &ledger.generator)
        let service = try ServiceIssuance(
            share: serviceShare, request: patient.request, consent: consent, using: &ledger.generator)
        let halves = try patient.complete(with: service.response, signer: signer, using: &ledger.generator)
        var commitments: [FragmentCommitment] = []
        var fragments: [VerifiedKeyFragment] = []
        for (proxy, (patientHalf, serviceHalf)) in zip(terms.proxies, zip(halves, service.halves)) {
            fragments.append(
                try KeyFragmentAssembly.fragment(
                    patientHalf: patientHalf, serviceHalf: serviceHalf, verifyingKey: signer.verifyingKey,
                    delegatingKey: patient.delegatingKey, receivingKey: receivingKey))
            commitments.append(
                FragmentCommitment(
                    proxy: proxy, fragment: patientHalf.id,
                    commitment: try PublicKey(compressed: patientHalf.commitment.bytes)))
        }
        let body = KeysIssued(
            consent: terms.consent, precursor: patient.request.precursor, fragments: commitments)
        try ledger.submit(.keysIssued(body), by: id.signer, keyService.signer)
        return fragments
    }
}
