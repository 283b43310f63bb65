import Octets
import SharingContracts
import Umbral

/// From consent 4 on: requests for two records at once, by a doctor and by the folder's owner, and a proxy that answers wrongly for
/// one of them.
struct StoryOfSeveral {
    /// The doctor's request, a proxy that answers it, and its answer: a part for each record.
    let request: TransactionID
    let transformer: IdentityID
    let parts: [[UInt8]]

    /// - Parameter first: A record of the folder with its capsule; another is deposited.
    init(
        in folder: StoryFolder, _ first: (RecordID, Capsule), _ people: StoryPeople, activatedBy quorum: [MemberID],
        on ledger: inout StoryLedger
    ) throws {
        try ledger.submit(
            .contractActivated(ContractActivated(ContractVersion(contract: "consent", version: 4), by: quorum)),
            by: quorum.map(\.signer))
        let second = try folder.deposit(by: people.depositor, on: &ledger)
        let both = [first, second].sorted { $0.0 < $1.0 }
        let terms = ConsentGranted(
            consent: ledger.identifier(), folder: folder.id, grantee: people.doctor,
            scope: .records(both.map(\.0)), purpose: .treatment, notBefore: ledger.now,
            notAfter: ledger.now.adding(milliseconds: 86_400_000),
            maximumOpens: 2, threshold: 2, proxies: people.proxies)
        let keys = try folder.grant(terms, to: people.receivingKey, by: people.keyService, on: &ledger)
        let request = try Self.request(
            both.map(\.0), .consent(terms.consent), .treatment, by: people.doctor.signer, on: &ledger)
        var answers: [[[UInt8]]] = []
        for (index, (proxy, key)) in zip(people.proxies, keys).prefix(3).enumerated() {
            var parts = try both.map { try key.reencrypt($0.1, using: &ledger.generator).fragment.simple }
            // The third proxy spoils one proof's response, and answers for the other record as it should.
            if index == 2 { parts[1][294] ^= 1 }
            try Self.transform(request, by: proxy, answering: parts, on: &ledger)
            answers.append(parts)
        }
        try ledger.submit(.recordOpened(RecordOpened(request: request)), by: people.doctor.signer)
        let liar = people.proxies[2]
        let part = DisputedPart(
            record: both[1].0, digests: answers[2].map { LedgerDigest.fragment($0, by: liar, for: request) })
        try ledger.submit(
            .fragmentDisputed(
                FragmentDisputed(
                    request: request, transformer: liar, capsule: both[1].1.simple.bytes,
                    capsuleFragment: answers[2][1], part: part)),
            by: people.doctor.signer)

        let own = try Self.request(
            both.map(\.0), .folder(folder.id), .patientRequested, by: folder.id.signer, on: &ledger)
        let partial = try both.map {
            try PartialDecapsulation(of: $0.1, with: folder.serviceShare, using: &ledger.generator).serialized
        }
        try Self.transform(own, by: people.keyService, answering: partial, on: &ledger)
        self.request = request
        transformer = people.proxies[0]
        parts = answers[0]
    }

    private static func request(
        _ records: [RecordID], _ authority: AccessAuthority, _ purpose: Purpose, by signer: SignerID,
        on ledger: inout StoryLedger
    ) throws -> TransactionID {
        try ledger.submit(
            .accessRequested(
                AccessRequested(
                    authority: authority, records: records, purpose: purpose, answerKey: try ledger.newAnswerKey())),
            by: signer)
    }

    private static func transform(
        _ request: TransactionID, by transformer: IdentityID, answering parts: [[UInt8]], on ledger: inout StoryLedger
    ) throws {
        let digest = LedgerDigest.answer(parts, by: transformer, for: request)
        try ledger.submit(
            .transformed(Transformed(request: request, transformer: transformer, fragmentDigest: digest)),
            by: transformer.signer)
    }
}
