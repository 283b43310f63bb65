import Octets
import SharingContracts
import Umbral

/// Every type of transaction once at least, in a sensible order, with what the digests in it were made of.
struct TransactionStory {
    private(set) var ledger: StoryLedger
    /// The record that is opened, with its capsule in simple form.
    let record: RecordID
    let capsule: [UInt8]
    /// The doctor's request, the first proxy that answers it, and its answer in simple form.
    let request: TransactionID
    let transformer: IdentityID
    let fragment: [UInt8]
    let several: StoryOfSeveral

    init(seed: UInt64, signatures: KnownSignatures) throws {
        var ledger = StoryLedger(seed: seed, signatures: signatures)
        let people = try StoryPeople(founding: &ledger)
        let folder = try StoryFolder(openedBy: people.keyService, on: &ledger)
        let (record, capsule) = try folder.deposit(by: people.depositor, on: &ledger)
        let terms = ConsentGranted(
            consent: ledger.identifier(), folder: folder.id, grantee: people.doctor, scope: .wholeFolder,
            purpose: .treatment, notBefore: ledger.now, notAfter: ledger.now.adding(milliseconds: 86_400_000),
            maximumOpens: 10, threshold: 2, proxies: people.proxies)
        let keys = try folder.grant(terms, to: people.receivingKey, by: people.keyService, on: &ledger)

        let doctor = people.doctor.signer
        let request = try ledger.submit(
            .accessRequested(
                AccessRequested(
                    authority: .consent(terms.consent), record: record, purpose: .treatment,
                    answerKey: try ledger.newAnswerKey())),
            by: doctor)
        var answers: [[UInt8]] = []
        for (index, (proxy, key)) in zip(people.proxies, keys).prefix(3).enumerated() {
            var answer = try key.reencrypt(capsule, using: &ledger.generator).fragment.simple
            // The third proxy spoils the proof's response: well formed, and wrong.
            if index == 2 { answer[294] ^= 1 }
            try Self.transform(request, by: proxy, answering: answer, on: &ledger)
            answers.append(answer)
        }
        try ledger.submit(.recordOpened(RecordOpened(request: request)), by: doctor)
        try ledger.submit(
            .fragmentDisputed(
                FragmentDisputed(
                    request: request, transformer: people.proxies[2], capsule: capsule.simple.bytes,
                    capsuleFragment: answers[2])),
            by: doctor)
        try Self.readByOwner(of: folder, record, capsule, people.keyService, on: &ledger)
        several = try Self.end(terms, in: folder, (record, capsule), people, on: &ledger)

        self.ledger = ledger
        self.record = record
        self.capsule = capsule.simple.bytes
        self.request = request
        transformer = people.proxies[0]
        fragment = answers[0]
    }

    private static func transform(
        _ request: TransactionID, by transformer: IdentityID, answering bytes: [UInt8], on ledger: inout StoryLedger
    ) throws {
        let digest = LedgerDigest.fragment(bytes, by: transformer, for: request)
        try ledger.submit(
            .transformed(Transformed(request: request, transformer: transformer, fragmentDigest: digest)),
            by: transformer.signer)
    }

    private static func readByOwner(
        of folder: StoryFolder, _ record: RecordID, _ capsule: Capsule, _ keyService: IdentityID,
        on ledger: inout StoryLedger
    ) throws {
        let owner = folder.id.signer
        let request = try ledger.submit(
            .accessRequested(
                AccessRequested(
                    authority: .folder(folder.id), record: record, purpose: .patientRequested,
                    answerKey: try ledger.newAnswerKey())),
            by: owner)
        let part = try PartialDecapsulation(of: capsule, with: folder.serviceShare, using: &ledger.generator)
        try transform(request, by: keyService, answering: part.serialized, on: &ledger)
        try ledger.submit(.recordOpened(RecordOpened(request: request)), by: owner)
        try ledger.submit(.recordExported(RecordExported(request: request)), by: owner)
    }

    private static func end(
        _ terms: ConsentGranted, in folder: StoryFolder, _ opened: (record: RecordID, capsule: Capsule),
        _ people: StoryPeople, on ledger: inout StoryLedger
    ) throws -> StoryOfSeveral {
        let owner = folder.id.signer
        func destroy(
            _ target: DestructionTarget, _ reason: DestructionReason, by holder: IdentityID,
            on ledger: inout StoryLedger
        ) throws {
            try ledger.submit(
                .fragmentsDestroyed(FragmentsDestroyed(holder: holder, target: target, reason: reason)),
                by: holder.signer)
        }
        try ledger.submit(.consentRevoked(ConsentRevoked(consent: terms.consent)), by: owner)
        for proxy in people.proxies { try destroy(.consent(terms.consent), .revoked, by: proxy, on: &ledger) }
        // From here on the rules of consent 2 hold: each proxy of another member.
        let quorum = Array(people.members.prefix(ContractActivated.quorum(of: people.members.count)))
        try ledger.submit(
            .contractActivated(ContractActivated(ContractVersion(contract: "consent", version: 2), by: quorum)),
            by: quorum.map(\.signer))
        let listed = ConsentGranted(
            consent: ledger.identifier(), folder: folder.id, grantee: people.otherDoctor,
            scope: .records([opened.record]), purpose: .research, notBefore: ledger.now,
            notAfter: ledger.now.adding(milliseconds: 86_400_000),
            maximumOpens: 1, threshold: 1, proxies: people.proxies)
        try ledger.submit(.consentGranted(listed), by: owner)
        try askAndAnswer(folder, opened.record, people, activatedBy: quorum, on: &ledger)
        let several = try StoryOfSeveral(in: folder, opened, people, activatedBy: quorum, on: &ledger)
        try ledger.submit(.folderErased(FolderErased(folder: folder.id)), by: owner)
        try destroy(.folder(folder.id), .erased, by: people.keyService, on: &ledger)
        try ledger.submit(
            .identityRetired(IdentityRetired(identity: people.auditor)), by: people.members[3].signer)
        return several
    }

    /// From consent 3 on: what two doctors ask, the first of them twice. The patient grants one, with other terms, declines one,
    /// and lets one be.
    private static func askAndAnswer(
        _ folder: StoryFolder, _ record: RecordID, _ people: StoryPeople, activatedBy quorum: [MemberID],
        on ledger: inout StoryLedger
    ) throws {
        try ledger.submit(
            .contractActivated(ContractActivated(ContractVersion(contract: "consent", version: 3), by: quorum)),
            by: quorum.map(\.signer))
        func ask(
            _ doctor: IdentityID, _ scope: ConsentScope, _ purpose: Purpose, on ledger: inout StoryLedger
        ) throws -> TransactionID {
            try ledger.submit(
                .accessProposed(
                    AccessProposed(
                        proposer: doctor, folder: folder.id, scope: scope, purpose: purpose,
                        durationMilliseconds: 2_592_000_000, maximumOpens: 20, answerableMilliseconds: 604_800_000)),
                by: doctor.signer)
        }
        let granted = try ask(people.doctor, .wholeFolder, .treatment, on: &ledger)
        let declined = try ask(people.otherDoctor, .records([record]), .research, on: &ledger)
        let answer = ConsentGranted(
            consent: ledger.identifier(), folder: folder.id, grantee: people.doctor, scope: .records([record]),
            purpose: .treatment, notBefore: ledger.now, notAfter: ledger.now.adding(milliseconds: 604_800_000),
            maximumOpens: 3, threshold: 3, proxies: people.proxies, proposal: granted)
        try ledger.submit(.consentGranted(answer), by: folder.id.signer)
        try ledger.submit(.proposalDeclined(ProposalDeclined(proposal: declined)), by: folder.id.signer)
        _ = try ask(people.doctor, .records([record]), .treatment, on: &ledger)
    }
}
