import SharingContracts
import TestKit
import Testing

struct ActivationContractTests {
    private static let consent2 = ContractVersion(contract: "consent", version: 2)
    private static let firstOnly = KnownContracts([.enrollment: [1], .record: [1], .consent: [1]])

    private func activation(
        _ version: ContractVersion = consent2, by count: Int = 4, in scenario: SharingScenario
    ) -> TransactionBody {
        .contractActivated(ContractActivated(version, by: Array(scenario.members.prefix(count))))
    }

    /// A folder, and terms whose threshold one member's proxies reach alone, though as many members have one.
    private struct OneMembersProxies {
        var scenario: SharingScenario
        let folder: FolderID
        let proxies: [IdentityID]

        init() throws {
            scenario = try SharingScenario()
            folder = try scenario.openFolder().id
            let first = scenario.members[0]
            let more = [try scenario.enroll(.proxy, by: first), try scenario.enroll(.proxy, by: scenario.members[1])]
            let state = scenario.state
            proxies = more + scenario.proxies.filter { state.identity($0)?.member == first }
        }

        mutating func granting() -> TransactionBody {
            .consentGranted(scenario.makeConsent(in: folder, threshold: 2, proxies: proxies))
        }
    }

    // MARK: What it switches

    @Test func oldRulesHoldBeforeAnActivationAndNewOnesAfterIt() throws {
        var world = try OneMembersProxies()
        #expect(try world.scenario.refusal(of: world.granting()) == nil)
        let leaf = world.scenario.state.entryCount
        try world.scenario.submit(activation(in: world.scenario))
        #expect(try world.scenario.refusal(of: world.granting()) == .proxiesNotIndependent)
        // One proxy of each member is what it asks for.
        let terms = world.scenario.makeConsent(in: world.folder)
        #expect(try world.scenario.refusal(of: .consentGranted(terms)) == nil)
        let inForce = try #require(world.scenario.state.contractsInForce)
        #expect(inForce[.consent] == 2)
        #expect(inForce.activation(of: .consent)?.index == leaf)
        #expect([inForce[.enrollment], inForce[.record]] == [1, 1])
        #expect(inForce.activation(of: .record) == nil)
    }

    @Test func whatWasGrantedUnderOldRulesStaysGranted() throws {
        var world = try GrantedWorld()
        try world.scenario.submit(activation(in: world.scenario))
        let request = try world.request()
        for index in 0..<3 { try world.transform(request, by: index) }
        #expect(try world.scenario.refusal(of: .recordOpened(RecordOpened(request: request))) == nil)
    }

    @Test func aFoundingMayBeginWithALaterVersion() throws {
        var scenario = SharingScenario(unfounded: "ledger.parasol.test")
        let body = try scenario.makeFounding(members: 1)
        let contracts = Array(ContractVersion.first.dropLast()) + [Self.consent2]
        try scenario.submit(
            .ledgerFounded(
                LedgerFounded(
                    origin: body.origin, members: body.members, witnessPolicy: body.witnessPolicy, contracts: contracts)
            ))
        #expect(scenario.state.contractsInForce?[.consent] == 2)
        #expect(scenario.state.contractsInForce?.all == contracts)
        #expect(try scenario.refusal(of: activation(by: 1, in: scenario)) == .versionNotLater)
    }

    @Test func whatNewLedgersBeginWithIsKnown() throws {
        var scenario = SharingScenario(unfounded: "ledger.parasol.test")
        let body = try scenario.makeFounding(members: 1)
        try scenario.submit(
            .ledgerFounded(
                LedgerFounded(
                    origin: body.origin, members: body.members, witnessPolicy: body.witnessPolicy,
                    contracts: ContractVersion.newest)))
        #expect(scenario.state.contractsInForce?.all == ContractVersion.newest)
        for version in ContractVersion.newest {
            let next = ContractVersion(contract: version.contract, version: version.version + 1)
            #expect(try scenario.refusal(of: activation(next, by: 1, in: scenario)) == .unknownContractVersion)
        }
    }

    @Test func aLogWithAnActivationInItsMiddleGivesTheSameStateAgain() throws {
        var world = try OneMembersProxies()
        try world.scenario.submit(world.granting())
        try world.scenario.submit(activation(in: world.scenario))
        try world.scenario.submit(.consentGranted(world.scenario.makeConsent(in: world.folder)))
        var replica = WorldState(origin: world.scenario.origin)
        for entry in world.scenario.entries { try replica.apply(try LedgerEntry(serialized: entry.serialized)) }
        #expect(replica == world.scenario.state)
        #expect(try replica.allRows == world.scenario.state.allRows)
        let store = RowStore(try replica.allRows)
        let reopened = try WorldState(origin: world.scenario.origin, store: store)
        #expect(reopened.contractsInForce == replica.contractsInForce)
        let refused = try world.scenario.sign(world.granting())
        #expect(try code { try reopened.check(refused, sequencedAt: world.scenario.now) } == .proxiesNotIndependent)
    }

    // MARK: Who may

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5), (64, 43)])
    func aQuorumIsMoreThanTwoThirds(members: Int, quorum: Int) {
        #expect(ContractActivated.quorum(of: members) == quorum)
        #expect(quorum * 3 > members * 2 && (quorum - 1) * 3 <= members * 2)
    }

    @Test func tooFewMembersActivateNothing() throws {
        var scenario = try SharingScenario()
        for count in 1...3 {
            #expect(try scenario.refusal(of: activation(by: count, in: scenario)) == .notAQuorum)
        }
        for count in 4...5 {
            var trial = scenario
            #expect(try trial.refusal(of: activation(by: count, in: trial)) == nil)
        }
    }

    @Test func whoIsNoMemberActivatesNothing() throws {
        var scenario = try SharingScenario()
        let members = Array(scenario.members.prefix(3)) + [MemberID(scenario.auditor.signer)]
        let body = TransactionBody.contractActivated(ContractActivated(Self.consent2, by: members))
        #expect(try scenario.refusal(of: body) == .unknownMember)
    }

    @Test func exactlyTheNamedMembersSign() throws {
        var scenario = try SharingScenario()
        let body = activation(by: 4, in: scenario)
        let signers = scenario.members.map(\.signer)
        #expect(try scenario.refusal(of: body, by: Array(signers.prefix(3))) == .missingSignature)
        #expect(try scenario.refusal(of: body, by: signers) == .unexpectedSignature)
        #expect(
            try scenario.refusal(of: body, by: Array(signers.prefix(3)) + [scenario.auditor.signer])
                == .missingSignature)
    }

    // MARK: What may be activated

    @Test func onlyALaterVersionIsActivated() throws {
        var scenario = try SharingScenario()
        let first = ContractVersion(contract: "consent", version: 1)
        #expect(try scenario.refusal(of: activation(first, in: scenario)) == .versionNotLater)
        try scenario.submit(activation(in: scenario))
        #expect(try scenario.refusal(of: activation(in: scenario)) == .versionNotLater)
        #expect(try scenario.refusal(of: activation(first, in: scenario)) == .versionNotLater)
    }

    @Test(
        arguments: [("consent", 0), ("consent", 5), ("consent", .max), ("record", 2), ("enrollment", 2)]
            as [(String, UInt32)])
    func anUnknownVersionIsNotActivated(contract: String, version: UInt32) throws {
        var scenario = try SharingScenario()
        let asked = ContractVersion(contract: contract, version: version)
        #expect(try scenario.refusal(of: activation(asked, in: scenario)) == .unknownContractVersion)
    }

    @Test(arguments: ["lottery", "Consent", "consent ", "consen"])
    func anUnknownContractIsNotActivated(name: String) throws {
        var scenario = try SharingScenario()
        let asked = ContractVersion(contract: name, version: 1)
        #expect(try scenario.refusal(of: activation(asked, in: scenario)) == .unknownContractVersion)
    }

    // MARK: What old software does

    @Test func softwareWithoutTheNewRulesStopsAtTheActivationAndSaysWhatItNeeds() throws {
        var scenario = try SharingScenario()
        try scenario.submit(activation(in: scenario))
        var old = WorldState(origin: scenario.origin, knowing: Self.firstOnly)
        for entry in scenario.entries.dropLast() { try old.apply(entry) }
        let before = old
        let leaf = try #require(scenario.entries.last)
        let violation = #expect(throws: ContractViolation.self) { try old.apply(leaf) }
        #expect(violation?.code == .unknownContractVersion)
        #expect(violation?.reason.contains("consent 2") == true)
        #expect(old == before)
    }

    @Test func softwareWithoutTheNewRulesOpensNoStoreInWhichTheyAreInForce() throws {
        var scenario = try SharingScenario()
        let before = RowStore(try scenario.state.allRows)
        #expect(try code { try WorldState(origin: scenario.origin, store: before, knowing: Self.firstOnly) } == nil)
        try scenario.submit(activation(in: scenario))
        let after = RowStore(try scenario.state.allRows)
        #expect(
            try code { try WorldState(origin: scenario.origin, store: after, knowing: Self.firstOnly) }
                == .unknownContractVersion)
    }

    @Test func softwareWithoutTheNewRulesFollowsNoLedgerFoundedWithThem() throws {
        var scenario = SharingScenario(unfounded: "ledger.parasol.test")
        let body = try scenario.makeFounding(members: 1)
        let founding = LedgerFounded(
            origin: body.origin, members: body.members, witnessPolicy: body.witnessPolicy,
            contracts: Array(ContractVersion.first.dropLast()) + [Self.consent2])
        let signed = try scenario.sign(.ledgerFounded(founding))
        let old = WorldState(origin: scenario.origin, knowing: Self.firstOnly)
        #expect(try code { try old.check(signed, sequencedAt: scenario.now) } == .unknownContractVersion)
        #expect(try code { try scenario.state.check(signed, sequencedAt: scenario.now) } == nil)
    }
}
