import Octets
import Secp256k1
import SharingContracts
import TestKit
import Testing
import Umbral

struct RecordContractTests {
    // MARK: FolderOpened

    private func changed(
        _ body: FolderOpened, folder: FolderID? = nil, keyService: IdentityID? = nil, signingKey: SigningKey? = nil,
        verifyingKey: PublicKey? = nil, patientShare: ProvenShare? = nil, serviceShare: ProvenShare? = nil,
        delegatingKey: PublicKey? = nil
    ) -> FolderOpened {
        FolderOpened(
            folder: folder ?? body.folder, keyService: keyService ?? body.keyService,
            signingKey: signingKey ?? body.signingKey, verifyingKey: verifyingKey ?? body.verifyingKey,
            patientShare: patientShare ?? body.patientShare, serviceShare: serviceShare ?? body.serviceShare,
            delegatingKey: delegatingKey ?? body.delegatingKey)
    }

    @Test func anOpenedFolderHasItsKeys() throws {
        var scenario = try SharingScenario()
        let (body, _) = try scenario.makeFolder()
        let id = try scenario.submit(.folderOpened(body))
        let folder = try #require(scenario.state.folder(body.folder))
        #expect(folder.opening == body)
        #expect(folder.opened.transaction == id)
        #expect(folder.opened.index == scenario.state.index(of: id))
        #expect(!folder.isErased)
        #expect(scenario.state.folders == [folder])
    }

    @Test func onlyAnActiveKeyServiceKeepsAShare() throws {
        var scenario = try SharingScenario()
        let (body, _) = try scenario.makeFolder()
        let stranger: IdentityID = scenario.identifier()
        _ = try scenario.newSigningKey(for: stranger.signer)
        #expect(
            try scenario.refusal(of: .folderOpened(changed(body, keyService: scenario.doctor))) == .wrongRole)
        #expect(try scenario.refusal(of: .folderOpened(changed(body, keyService: stranger))) == .unknownIdentity)
        try scenario.submit(.identityRetired(IdentityRetired(identity: scenario.keyService)))
        #expect(try scenario.refusal(of: .folderOpened(body)) == .identityRetired)
    }

    @Test func aFoldersIdentifierAndSigningKeyAreNew() throws {
        var scenario = try SharingScenario()
        let first = try scenario.makeFolder().body
        try scenario.submit(.folderOpened(first))
        let (second, _) = try scenario.makeFolder()
        for taken in [first.folder, FolderID(scenario.auditor.signer), FolderID(scenario.members[0].signer)] {
            let body = changed(second, folder: taken, signingKey: try scenario.newSigningKey(for: taken.signer))
            #expect(try scenario.refusal(of: .folderOpened(body)) == .identifierTaken)
        }
        let sameAsService = changed(second, folder: FolderID(scenario.keyService.signer))
        #expect(
            try scenario.refusal(of: .folderOpened(sameAsService), by: [scenario.keyService.signer])
                == .identifierTaken)
    }

    @Test func aFoldersSigningKeyIsNobodyElses() throws {
        var scenario = try SharingScenario()
        let key = try #require(scenario.state.signingKey(of: scenario.doctor.signer))
        let body = changed(try scenario.makeFolder().body, signingKey: key)
        let transaction = try Transaction(id: scenario.identifier(), body: .folderOpened(body))
        let byDoctor = try scenario.signature(of: scenario.doctor.signer, on: transaction)
        let signed = try SignedTransaction(
            transaction,
            signatures: [
                try scenario.signature(of: scenario.keyService.signer, on: transaction),
                try TransactionSignature(signer: body.folder.signer, signature: byDoctor.signature),
            ])
        #expect(try scenario.refusal(of: signed) == .keyTaken)
    }

    @Test func keysOfOtherFoldersAndDoctorsAreNotReused() throws {
        var scenario = try SharingScenario()
        let first = try scenario.makeFolder().body
        try scenario.submit(.folderOpened(first))
        let (second, _) = try scenario.makeFolder()
        let doctorsKey = try #require(scenario.state.identity(scenario.doctor)?.receivingKey)
        for taken in [
            first.verifyingKey, first.delegatingKey, first.patientShare.publicShare, first.serviceShare.publicShare,
            doctorsKey, second.patientShare.publicShare, second.delegatingKey,
        ] {
            #expect(try scenario.refusal(of: .folderOpened(changed(second, verifyingKey: taken))) == .keyTaken)
        }
        #expect(
            try scenario.refusal(of: .folderOpened(changed(second, patientShare: first.patientShare))) == .keyTaken)
        #expect(
            try scenario.refusal(of: .folderOpened(changed(second, delegatingKey: first.delegatingKey))) == .keyTaken)
        // The delegating key equal to a share: the other share would count for nothing.
        #expect(
            try scenario.refusal(
                of: .folderOpened(changed(second, delegatingKey: second.patientShare.publicShare))) == .keyTaken)
        // Both shares the same.
        #expect(
            try scenario.refusal(of: .folderOpened(changed(second, serviceShare: second.patientShare))) == .keyTaken)
    }

    @Test func sharesAreProvedForThisFolderAndThisSide() throws {
        var scenario = try SharingScenario()
        let (body, _) = try scenario.makeFolder()
        let (other, _) = try scenario.makeFolder()
        // Each side's proof under the other's name.
        let swapped = changed(body, patientShare: body.serviceShare, serviceShare: body.patientShare)
        #expect(try scenario.refusal(of: .folderOpened(swapped)) == .shareProofInvalid)
        // A share, proof and all, that was made for another folder.
        let borrowed = changed(
            body, patientShare: other.patientShare,
            delegatingKey: try PublicKey.delegatingKey(
                patientShare: other.patientShare.publicShare, serviceShare: body.serviceShare.publicShare))
        #expect(try scenario.refusal(of: .folderOpened(borrowed)) == .shareProofInvalid)
        // The right share with another's proof.
        let mixed = changed(
            body,
            serviceShare: ProvenShare(publicShare: body.serviceShare.publicShare, proof: other.serviceShare.proof))
        #expect(try scenario.refusal(of: .folderOpened(mixed)) == .shareProofInvalid)
    }

    @Test func aShareChosenToCancelTheOthersCannotBeProved() throws {
        var scenario = try SharingScenario()
        let (body, secrets) = try scenario.makeFolder()
        // The service wants the sum to be its own key: it names (own - patient's), whose logarithm it does not know.
        let own = SecretKey.random(using: &scenario.generator)
        let rogue = PublicKey(try own.publicKey.point.adding(secrets.patientShare.publicKey.point.negated()))
        let attack = changed(
            body, serviceShare: ProvenShare(publicShare: rogue, proof: body.serviceShare.proof),
            delegatingKey: own.publicKey)
        #expect(try scenario.refusal(of: .folderOpened(attack)) == .shareProofInvalid)
    }

    @Test func theDelegatingKeyIsTheSumOfTheShares() throws {
        var scenario = try SharingScenario()
        let (body, _) = try scenario.makeFolder()
        let wrong = changed(body, delegatingKey: scenario.newPublicKey())
        #expect(try scenario.refusal(of: .folderOpened(wrong)) == .delegatingKeyMismatch)
        #expect(try scenario.refusal(of: .folderOpened(body)) == nil)
    }

    // MARK: RecordDeposited

    private func changed(
        _ body: RecordDeposited, record: RecordID? = nil, folder: FolderID? = nil, depositor: IdentityID? = nil,
        capsuleDigest: FixedOctets<32>? = nil
    ) -> RecordDeposited {
        RecordDeposited(
            record: record ?? body.record, folder: folder ?? body.folder, depositor: depositor ?? body.depositor,
            ciphertextCommitment: body.ciphertextCommitment, capsuleDigest: capsuleDigest ?? body.capsuleDigest,
            sizeClass: body.sizeClass, kind: body.kind)
    }

    @Test func aDepositedRecordIsInItsFolder() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let first = try scenario.deposit(in: folder)
        let second = try scenario.deposit(in: folder)
        #expect(scenario.state.records(in: folder.id) == [first.id, second.id])
        let record = try #require(scenario.state.record(second.id))
        #expect(record.folder == folder.id)
        #expect(record.depositor == scenario.depositor)
        #expect(record.capsuleDigest == LedgerDigest.capsule(second.capsule.simple.bytes))
    }

    @Test func onlyADepositorDeposits() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let body = try scenario.makeDeposit(in: folder).body
        let doctor = scenario.doctor
        #expect(try scenario.refusal(of: .recordDeposited(changed(body, depositor: doctor))) == .wrongRole)
        #expect(
            try scenario.refusal(of: .recordDeposited(changed(body, depositor: scenario.identifier()), ), by: [])
                == .unknownIdentity)
        #expect(try scenario.refusal(of: .recordDeposited(body), by: [doctor.signer]) == .missingSignature)
    }

    @Test func recordsGoIntoOpenFoldersOnly() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let body = try scenario.makeDeposit(in: folder).body
        #expect(
            try scenario.refusal(of: .recordDeposited(changed(body, folder: scenario.identifier()))) == .unknownFolder)
        try scenario.submit(.folderErased(FolderErased(folder: folder.id)))
        #expect(try scenario.refusal(of: .recordDeposited(body)) == .folderErased)
    }

    @Test func recordsAndCapsulesAreDepositedOnce() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let first = try scenario.makeDeposit(in: folder).body
        try scenario.submit(.recordDeposited(first))
        let second = try scenario.makeDeposit(in: folder).body
        #expect(try scenario.refusal(of: .recordDeposited(changed(second, record: first.record))) == .recordTaken)
        #expect(
            try scenario.refusal(of: .recordDeposited(changed(second, capsuleDigest: first.capsuleDigest)))
                == .capsuleTaken)
    }

    /// Who may read one record must not get the key of another by the same capsule under another name.
    @Test func aCapsuleServesOneRecordOnly() throws {
        var scenario = try SharingScenario()
        let (folder, other) = (try scenario.openFolder(), try scenario.openFolder())
        let capsule = try scenario.deposit(in: folder).capsule
        for home in [folder, other] {
            let template = try scenario.makeDeposit(in: home).body
            let copy = changed(template, capsuleDigest: LedgerDigest.capsule(capsule.simple.bytes))
            #expect(try scenario.refusal(of: .recordDeposited(copy)) == .capsuleTaken)
            #expect(try scenario.refusal(of: .recordDeposited(template)) == nil)
        }
        // Not after the first one's folder is gone either.
        try scenario.submit(.folderErased(FolderErased(folder: folder.id)))
        let late = changed(
            try scenario.makeDeposit(in: other).body, capsuleDigest: LedgerDigest.capsule(capsule.simple.bytes))
        #expect(try scenario.refusal(of: .recordDeposited(late)) == .capsuleTaken)
    }

    // MARK: FolderErased

    @Test func aFolderIsErasedOnceByItsOwner() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let body = TransactionBody.folderErased(FolderErased(folder: folder.id))
        #expect(try scenario.refusal(of: body, by: [scenario.keyService.signer]) == .missingSignature)
        #expect(
            try scenario.refusal(of: .folderErased(FolderErased(folder: scenario.identifier())), by: [])
                == .unknownFolder)
        #expect(try scenario.refusal(of: body) == nil)
        #expect(scenario.state.folder(folder.id)?.isErased == true)
        #expect(try scenario.refusal(of: body) == .folderErased)
    }

    @Test func afterErasureNothingNewHappensInAFolder() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        let pending = world.scenario.makeConsent(in: world.folder.id)
        try world.scenario.submit(.consentGranted(pending))
        let issue = try world.scenario.makeIssue(of: pending, in: world.folder).body
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))

        let deposit = try world.scenario.makeDeposit(in: world.folder).body
        let owner = AccessRequested(
            authority: .folder(world.folder.id), record: world.record.id, purpose: .patientRequested,
            answerKey: FixedOctets())
        for body in [
            .recordDeposited(deposit), .consentGranted(world.scenario.makeConsent(in: world.folder.id)),
            .keysIssued(issue), world.asking(), .accessRequested(owner), world.transforming(request, by: 0),
            .consentRevoked(ConsentRevoked(consent: world.consent)),
        ] as [TransactionBody] {
            #expect(try world.scenario.refusal(of: body) == .folderErased, "\(body.name)")
        }
        #expect(world.scenario.state.status(of: world.consent, at: world.scenario.now) == .erased)
    }
}
