import SharingContracts
import TestKit
import Testing

/// Doctors ask, patients answer: a leaf that breaks each rule, and what the others change.
struct ProposalTests {
    /// A folder with a record, under consent 3.
    private struct World {
        var scenario: SharingScenario
        let folder: SharingScenario.FolderSecrets
        let record: RecordID
        static let day: UInt64 = 86_400_000

        init(consent version: UInt32 = 3) throws {
            scenario = try SharingScenario()
            folder = try scenario.openFolder()
            record = try scenario.deposit(in: folder).id
            if version > 1 { try scenario.activate("consent", version) }
        }

        func asking(
            by doctor: IdentityID? = nil, in folder: FolderID? = nil, scope: ConsentScope = .wholeFolder,
            for milliseconds: UInt64 = day
        ) -> TransactionBody {
            .accessProposed(
                scenario.makeProposal(
                    to: folder ?? self.folder.id, by: doctor, scope: scope, answerableMilliseconds: milliseconds))
        }

        mutating func ask(by doctor: IdentityID? = nil) throws -> TransactionID {
            try scenario.submit(asking(by: doctor))
        }

        mutating func granting(
            _ proposal: TransactionID, to doctor: IdentityID? = nil, in folder: FolderID? = nil
        ) -> TransactionBody {
            .consentGranted(scenario.makeConsent(in: folder ?? self.folder.id, to: doctor, proposal: proposal))
        }

        func declining(_ proposal: TransactionID) -> TransactionBody {
            .proposalDeclined(ProposalDeclined(proposal: proposal))
        }

        func status(_ proposal: TransactionID) -> ProposalStatus? {
            scenario.state.status(ofProposal: proposal, at: scenario.now)
        }

        /// Goes to the last microsecond at which a proposal can be answered, or behind it.
        mutating func passTime(of proposal: TransactionID, behindBy microseconds: UInt64 = 0) throws {
            let proposed = try #require(scenario.state.proposal(proposal))
            scenario.now = proposed.answerableUntil.adding(microseconds: microseconds)
        }
    }

    // MARK: What is asked

    @Test func aProposalIsKnownToTheFolderAndTheDoctorAndOpen() throws {
        var world = try World()
        let body = world.scenario.makeProposal(to: world.folder.id, scope: .records([world.record]))
        let id = try world.scenario.submit(.accessProposed(body))
        let proposal = try #require(world.scenario.state.proposal(id))
        #expect(proposal.id == id && proposal.asked == body && !proposal.isAnswered)
        #expect(world.scenario.state.proposals(to: world.folder.id) == [id])
        #expect(world.scenario.state.proposals(by: world.scenario.doctor) == [id])
        #expect(world.scenario.state.proposals(by: world.scenario.otherDoctor).isEmpty)
        #expect(world.status(id) == .open)
        #expect(world.status(world.scenario.identifier()) == nil)
    }

    @Test(arguments: [1, 2] as [UInt32])
    func nothingIsAskedDeclinedOrAnsweredBeforeConsent3(version: UInt32) throws {
        var world = try World(consent: version)
        #expect(try world.scenario.refusal(of: world.asking()) == .notInForce)
        let answer = world.granting(world.scenario.identifier())
        #expect(try world.scenario.refusal(of: answer) == .notInForce)
        let decline = world.declining(world.scenario.identifier())
        #expect(try world.scenario.refusal(of: decline, by: [world.folder.id.signer]) == .unknownProposal)
    }

    @Test func onlyTheDoctorAsksInTheDoctorsName() throws {
        var world = try World()
        for signer in [world.scenario.otherDoctor.signer, world.folder.id.signer, world.scenario.members[2].signer] {
            #expect(try world.scenario.refusal(of: world.asking(), by: [signer]) == .missingSignature)
        }
        let both = [world.scenario.doctor.signer, world.folder.id.signer]
        #expect(try world.scenario.refusal(of: world.asking(), by: both) == .unexpectedSignature)
    }

    @Test func onlyAnActiveDoctorAsks() throws {
        var world = try World()
        #expect(try world.scenario.refusal(of: world.asking(by: world.scenario.auditor)) == .wrongRole)
        let nobody: IdentityID = world.scenario.identifier()
        let doctor = world.scenario.doctor
        #expect(try world.scenario.refusal(of: world.asking(by: nobody), by: [doctor.signer]) == .unknownIdentity)
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: doctor)))
        #expect(try world.scenario.refusal(of: world.asking()) == .identityRetired)
    }

    @Test func theFolderIsOpen() throws {
        var world = try World()
        #expect(
            try world.scenario.refusal(of: world.asking(in: world.scenario.identifier())) == .unknownFolder)
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        #expect(try world.scenario.refusal(of: world.asking()) == .folderErased)
    }

    @Test func listedRecordsAreInTheFolder() throws {
        var world = try World()
        let other = try world.scenario.openFolder()
        let foreign = try world.scenario.deposit(in: other).id
        let unknown: RecordID = world.scenario.identifier()
        #expect(try world.scenario.refusal(of: world.asking(scope: .records([unknown]))) == .unknownRecord)
        #expect(try world.scenario.refusal(of: world.asking(scope: .records([foreign]))) == .recordNotInFolder)
        #expect(try world.scenario.refusal(of: world.asking(scope: .records([world.record]))) == nil)
    }

    @Test func aProposalsIdentifierIsNew() throws {
        var world = try World()
        let signed = try world.scenario.sign(world.asking())
        try world.scenario.submit(signed)
        #expect(try world.scenario.refusal(of: signed) == .duplicateTransaction)
    }

    // MARK: How much may be asked

    @Test func aDoctorCannotFloodAPatient() throws {
        var world = try World()
        for _ in 0..<Limits.countedProposals { _ = try world.ask() }
        #expect(try world.scenario.refusal(of: world.asking()) == .tooManyProposals)
        // Another doctor, and another folder, have a count of their own.
        #expect(try world.scenario.refusal(of: world.asking(by: world.scenario.otherDoctor)) == nil)
        let other = try world.scenario.openFolder().id
        #expect(try world.scenario.refusal(of: world.asking(in: other)) == nil)
        #expect(try world.scenario.refusal(of: world.asking()) == .tooManyProposals)
    }

    @Test func askingAnewAfterEachNoIsFloodingToo() throws {
        var world = try World()
        var first: TransactionID?
        for _ in 0..<Limits.countedProposals {
            let proposal = try world.ask()
            first = first ?? proposal
            try world.scenario.submit(world.declining(proposal))
        }
        #expect(try world.scenario.refusal(of: world.asking()) == .tooManyProposals)
        // To the microsecond until the first could have been answered.
        let oldest = try #require(first)
        try world.passTime(of: oldest)
        #expect(try world.scenario.refusal(of: world.asking()) == .tooManyProposals)
        try world.passTime(of: oldest, behindBy: 1)
        #expect(try world.scenario.refusal(of: world.asking()) == nil)
        #expect(try world.scenario.refusal(of: world.asking()) == .tooManyProposals)
    }

    @Test func whatIsGrantedCountsNoMore() throws {
        var world = try World()
        var proposals: [TransactionID] = []
        for _ in 0..<Limits.countedProposals { proposals.append(try world.ask()) }
        try world.scenario.submit(world.granting(proposals[1]))
        #expect(try world.scenario.refusal(of: world.asking()) == nil)
        #expect(try world.scenario.refusal(of: world.asking()) == .tooManyProposals)
    }

    @Test func theCountIsTheSameFromAStore() throws {
        var world = try World()
        for _ in 0..<Limits.countedProposals { _ = try world.ask() }
        let state = try WorldState(origin: world.scenario.origin, store: RowStore(try world.scenario.state.allRows))
        let more = try world.scenario.sign(world.asking())
        #expect(try code { try state.check(more, sequencedAt: world.scenario.now) } == .tooManyProposals)
        let later = world.scenario.now.adding(milliseconds: World.day)
        #expect(try code { try state.check(more, sequencedAt: later) } == nil)
    }

    // MARK: Granting

    @Test func aConsentThatAnswersMayHaveOtherTerms() throws {
        var world = try World()
        let proposal = try world.ask()
        let asked = try #require(world.scenario.state.proposal(proposal)).asked
        let terms = world.scenario.makeConsent(
            in: world.folder.id, scope: .records([world.record]), purpose: .research,
            notAfter: world.scenario.now.adding(milliseconds: 2 * asked.durationMilliseconds),
            maximumOpens: asked.maximumOpens * 2, proposal: proposal)
        try world.scenario.submit(.consentGranted(terms))
        let granted = try #require(world.scenario.state.proposal(proposal)?.granted)
        #expect(granted.consent == terms.consent)
        #expect(granted.event == world.scenario.state.consent(terms.consent)?.granted)
        #expect(world.scenario.state.consent(terms.consent)?.terms.proposal == proposal)
        #expect(world.status(proposal) == .granted)
    }

    @Test func aConsentAnswersAProposalThatThereIs() throws {
        var world = try World()
        let nothing = world.granting(world.scenario.identifier())
        #expect(try world.scenario.refusal(of: nothing) == .unknownProposal)
        // A transaction that is no proposal is none.
        let record = try #require(world.scenario.entries.last).transaction.id
        #expect(try world.scenario.refusal(of: world.granting(record)) == .unknownProposal)
    }

    @Test func aConsentAnswersThisDoctorAndThisFolder() throws {
        var world = try World()
        let proposal = try world.ask()
        let toAnother = world.granting(proposal, to: world.scenario.otherDoctor)
        #expect(try world.scenario.refusal(of: toAnother) == .proposalMismatch)
        let other = try world.scenario.openFolder().id
        #expect(try world.scenario.refusal(of: world.granting(proposal, in: other)) == .proposalMismatch)
        #expect(try world.scenario.refusal(of: world.granting(proposal)) == nil)
    }

    @Test func aProposalIsAnsweredOnce() throws {
        var world = try World()
        let granted = try world.ask()
        try world.scenario.submit(world.granting(granted))
        #expect(try world.scenario.refusal(of: world.granting(granted)) == .proposalAnswered)
        #expect(try world.scenario.refusal(of: world.declining(granted)) == .proposalAnswered)
        let declined = try world.ask()
        try world.scenario.submit(world.declining(declined))
        #expect(world.status(declined) == .declined)
        #expect(try world.scenario.refusal(of: world.granting(declined)) == .proposalAnswered)
        #expect(try world.scenario.refusal(of: world.declining(declined)) == .proposalAnswered)
        // The patient may still grant, without answering.
        #expect(try world.scenario.refusal(of: .consentGranted(world.scenario.makeConsent(in: world.folder.id))) == nil)
    }

    @Test func aProposalIsAnsweredInItsTimeToTheMicrosecond() throws {
        var world = try World()
        let proposal = try world.ask()
        try world.passTime(of: proposal, behindBy: 1)
        #expect(world.status(proposal) == .lapsed)
        #expect(try world.scenario.refusal(of: world.granting(proposal)) == .proposalLapsed)
        #expect(try world.scenario.refusal(of: world.declining(proposal)) == .proposalLapsed)
        var inTime = world
        try inTime.passTime(of: proposal)
        #expect(inTime.status(proposal) == .open)
        #expect(try inTime.scenario.refusal(of: inTime.declining(proposal)) == nil)
        try world.passTime(of: proposal)
        #expect(try world.scenario.refusal(of: world.granting(proposal)) == nil)
    }

    // MARK: Declining

    @Test func onlyTheFolderDeclines() throws {
        var world = try World()
        let proposal = try world.ask()
        let other = try world.scenario.openFolder().id
        for signer in [world.scenario.doctor.signer, other.signer] {
            #expect(try world.scenario.refusal(of: world.declining(proposal), by: [signer]) == .missingSignature)
        }
        #expect(try world.scenario.refusal(of: world.declining(proposal)) == nil)
    }

    @Test func nothingIsDeclinedThatIsNotProposed() throws {
        var world = try World()
        let nothing = world.declining(world.scenario.identifier())
        #expect(try world.scenario.refusal(of: nothing, by: [world.folder.id.signer]) == .unknownProposal)
    }

    @Test func anErasedFolderAnswersNothing() throws {
        var world = try World()
        let proposal = try world.ask()
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        #expect(world.status(proposal) == .erased)
        #expect(try world.scenario.refusal(of: world.declining(proposal)) == .folderErased)
        #expect(try world.scenario.refusal(of: world.granting(proposal)) == .folderErased)
    }

    @Test func aRetiredDoctorsProposalIsDeclinedAndNotGranted() throws {
        var world = try World()
        let proposal = try world.ask()
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.scenario.doctor)))
        #expect(world.status(proposal) == .proposerRetired)
        #expect(try world.scenario.refusal(of: world.granting(proposal)) == .identityRetired)
        #expect(try world.scenario.refusal(of: world.declining(proposal)) == nil)
    }

    // MARK: Old ledgers, old software

    @Test func softwareWithoutConsent3StopsAtItsActivation() throws {
        let scenario = try World().scenario
        var old = WorldState(
            origin: scenario.origin, knowing: KnownContracts([.enrollment: [1], .record: [1], .consent: [1, 2]]))
        for entry in scenario.entries.dropLast() { try old.apply(entry) }
        let leaf = try #require(scenario.entries.last)
        #expect(try code { try old.apply(leaf) } == .unknownContractVersion)
    }
}
