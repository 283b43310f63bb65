import Octets
import SharingContracts
import TestKit
import Umbral

/// What random people try on a ledger: leaves in order, most of them valid, with the code of each that is refused.
struct RandomHistory {
    struct Attempt {
        let entry: LedgerEntry
        let refusal: ContractViolation.Code?
    }

    private(set) var scenario: SharingScenario
    private(set) var attempts: [Attempt]
    private var folders: [SharingScenario.FolderSecrets] = []
    private var records: [(record: SharingScenario.SealedCapsule, folder: FolderID)] = []
    private var consents: [ConsentGranted] = []
    private var requests: [TransactionID] = []
    private var proposals: [(id: TransactionID, folder: FolderID)] = []
    private var chance: SeededGenerator

    init(seed: UInt64, steps: Int = 120) throws {
        scenario = try SharingScenario(seed: seed)
        chance = SeededGenerator(seed: seed &* 31)
        attempts = scenario.entries.map { Attempt(entry: $0, refusal: nil) }
        for _ in 0..<steps { try step() }
    }

    private mutating func attempt(_ body: TransactionBody) throws {
        let signed = try scenario.sign(body)
        let entry = try LedgerEntry(sequencedAt: scenario.now, signed)
        do {
            try scenario.submit(signed)
            attempts.append(Attempt(entry: entry, refusal: nil))
        } catch let violation as ContractViolation {
            attempts.append(Attempt(entry: entry, refusal: violation.code))
        }
    }

    private mutating func step() throws {
        switch Int.random(in: 0..<24, using: &chance) {
        case 0: try enroll()
        case 1...2: try openFolder()
        case 3...4: try deposit()
        case 5...6: try grant()
        case 7...9: try request()
        case 10...13: try transform()
        case 14...15: try open()
        case 16...17: try propose()
        case 18...19: try answer()
        default: try end()
        }
    }

    private mutating func enroll() throws {
        guard let role = Role.allCases.randomElement(using: &chance) else { return }
        try attempt(.identityEnrolled(try scenario.makeEnrollment(role, by: scenario.members[0])))
    }

    private mutating func openFolder() throws {
        let (body, secrets) = try scenario.makeFolder()
        try attempt(.folderOpened(body))
        folders.append(secrets)
    }

    private mutating func deposit() throws {
        guard let folder = folders.randomElement(using: &chance) else { return }
        let (body, record) = try scenario.makeDeposit(in: folder)
        try attempt(.recordDeposited(body))
        records.append((record, folder.id))
    }

    private mutating func grant() throws {
        guard let folder = folders.randomElement(using: &chance) else { return }
        let terms = scenario.makeConsent(
            in: folder.id, maximumOpens: .random(in: 1...3, using: &chance),
            threshold: .random(in: 1...2, using: &chance))
        try attempt(.consentGranted(terms))
        consents.append(terms)
        try attempt(.keysIssued(try scenario.makeIssue(of: terms, in: folder).body))
    }

    private mutating func propose() throws {
        guard let folder = folders.randomElement(using: &chance)?.id else { return }
        let doctor = Bool.random(using: &chance) ? scenario.doctor : scenario.otherDoctor
        try attempt(.accessProposed(scenario.makeProposal(to: folder, by: doctor)))
        if let last = attempts.last, last.refusal == nil { proposals.append((last.entry.transaction.id, folder)) }
    }

    private mutating func answer() throws {
        guard let (proposal, folder) = proposals.randomElement(using: &chance) else { return }
        if Bool.random(using: &chance) {
            try attempt(.proposalDeclined(ProposalDeclined(proposal: proposal)))
        } else {
            try attempt(
                .consentGranted(
                    scenario.makeConsent(
                        in: folder, to: scenario.state.proposal(proposal)?.asked.proposer, threshold: 1,
                        proposal: proposal)))
        }
    }

    private mutating func request() throws {
        guard let (record, folder) = records.randomElement(using: &chance) else { return }
        // Once in a while for all of the folder's, which older rules refuse.
        let others = Bool.random(using: &chance) ? [] : records.filter { $0.folder == folder }.map(\.record.id)
        let wanted = Set(others + [record.id]).sorted()
        let consent = consents.filter { $0.folder == folder }.randomElement(using: &chance)
        let authority: AccessAuthority = consent.map { .consent($0.consent) } ?? .folder(folder)
        let purpose = consent?.purpose ?? .patientRequested
        try attempt(
            .accessRequested(
                AccessRequested(
                    authority: authority, records: wanted, purpose: purpose, answerKey: try scenario.octets())))
        if let last = attempts.last, last.refusal == nil { requests.append(last.entry.transaction.id) }
    }

    private mutating func transform() throws {
        guard let request = requests.randomElement(using: &chance) else { return }
        let isOwners = scenario.state.request(request)?.threshold == 1
        let proxy = scenario.proxies.randomElement(using: &chance) ?? scenario.keyService
        let transformer = isOwners && Bool.random(using: &chance) ? scenario.keyService : proxy
        try attempt(.transformed(scenario.makeTransformed(request, by: transformer, answering: scenario.bytes(8))))
    }

    private mutating func open() throws {
        guard let request = requests.randomElement(using: &chance) else { return }
        try attempt(
            Bool.random(using: &chance)
                ? .recordOpened(RecordOpened(request: request)) : .recordExported(RecordExported(request: request)))
    }

    private mutating func end() throws {
        guard let consent = consents.randomElement(using: &chance) else { return }
        let reason = DestructionReason.allCases.randomElement(using: &chance) ?? .usedUp
        switch Int.random(in: 0..<16, using: &chance) {
        case 0...2: try attempt(.consentRevoked(ConsentRevoked(consent: consent.consent)))
        case 3: try attempt(.folderErased(FolderErased(folder: consent.folder)))
        case 4:
            try attempt(
                .fragmentsDestroyed(
                    FragmentsDestroyed(
                        holder: scenario.keyService, target: .folder(consent.folder), reason: .erased)))
        case 5: try attempt(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        case 6:
            try attempt(
                .contractActivated(
                    ContractActivated(
                        ContractVersion(contract: "consent", version: .random(in: 2...4, using: &chance)),
                        by: Array(scenario.members.prefix(4)))))
        default:
            try attempt(
                .fragmentsDestroyed(
                    FragmentsDestroyed(
                        holder: consent.proxies[0], target: .consent(consent.consent), reason: reason)))
        }
    }
}
