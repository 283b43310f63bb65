import SharingContracts
import TestKit
import Testing

struct WorldStateTests {
    @Test func everyTypeOfTransactionFindsItsPlace() throws {
        let scenario = try WholeStory().scenario
        #expect(Set(scenario.entries.map(\.transaction.body.name)).count == 18)
        #expect(scenario.state.entryCount == UInt64(scenario.entries.count))
        #expect(scenario.state.lastSequencedAt == scenario.entries.last?.sequencedAt)
        for (index, entry) in scenario.entries.enumerated() {
            #expect(scenario.state.index(of: entry.transaction.id) == UInt64(index))
        }
    }

    @Test func theSameLeavesGiveTheSameStateFromTheirBytesAlone() throws {
        let scenario = try WholeStory().scenario
        var replica = WorldState(origin: scenario.origin)
        for entry in scenario.entries { try replica.apply(try LedgerEntry(serialized: entry.serialized)) }
        #expect(replica == scenario.state)
        var partial = WorldState(origin: scenario.origin)
        for entry in scenario.entries.dropLast() { try partial.apply(entry) }
        #expect(partial != scenario.state)
    }

    @Test func aLeafOutOfItsPlaceIsRefusedAndChangesNothing() throws {
        let scenario = try WholeStory().scenario
        var state = WorldState(origin: scenario.origin)
        for (index, entry) in scenario.entries.enumerated() {
            // Every later leaf that comes too early, and every earlier one again. Some later leaves could indeed come
            // now, such as another enrolment; then the state must be what it says.
            for other in [index + 1, index + 7, index - 1] where scenario.entries.indices.contains(other) {
                let before = state
                var trial = state
                do {
                    try trial.apply(scenario.entries[other])
                    #expect(trial.entryCount == before.entryCount + 1)
                } catch {
                    #expect(trial == before)
                }
            }
            try state.apply(entry)
        }
    }

    @Test func everyTransactionIsRefusedASecondTime() throws {
        var scenario = try WholeStory().scenario
        for entry in scenario.entries {
            #expect(try scenario.refusal(of: entry.signedTransaction) == .duplicateTransaction)
        }
    }

    @Test func aTransactionIdentifierIsTakenWhateverElseIsSaidUnderIt() throws {
        var scenario = try SharingScenario()
        let used = scenario.entries[3].transaction.id
        let body = TransactionBody.identityRetired(IdentityRetired(identity: scenario.auditor))
        let transaction = try Transaction(id: used, body: body)
        let signed = try SignedTransaction(
            transaction, signatures: [try scenario.signature(of: scenario.auditor.signer, on: transaction)])
        #expect(try scenario.refusal(of: signed) == .duplicateTransaction)
    }

    @Test func timeOnlyGoesForward() throws {
        var scenario = try SharingScenario()
        let last = try #require(scenario.state.lastSequencedAt)
        let body = TransactionBody.identityRetired(IdentityRetired(identity: scenario.auditor))
        for time in [last, Timestamp(microseconds: last.microseconds - 1), Timestamp(microseconds: 1)] {
            scenario.now = time
            #expect(try scenario.refusal(of: body) == .timeNotIncreasing)
            // Before anything is said of the signatures.
            #expect(try scenario.refusal(of: body, by: []) == .timeNotIncreasing)
            #expect(try scenario.refusal(of: body, by: [scenario.doctor.signer]) == .timeNotIncreasing)
        }
        scenario.now = last.adding(microseconds: 1)
        #expect(try scenario.refusal(of: body) == nil)
    }

    /// Docs/contracts.md: who may sign and who did comes first, the rules only for those who signed.
    @Test func whoSignsIsCheckedBeforeTheRules() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        let granted = TransactionBody.consentGranted(world.terms)
        let transformed = world.transforming(request, by: 0)
        #expect(try world.scenario.refusal(of: granted, by: []) == .missingSignature)
        #expect(try world.scenario.refusal(of: granted) == .consentTaken)
        #expect(try world.scenario.refusal(of: transformed, by: []) == .missingSignature)
        #expect(try world.scenario.refusal(of: transformed) == .folderErased)
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.proxies[0])))
        try world.scenario.submit(.identityRetired(IdentityRetired(identity: world.terms.grantee)))
        #expect(try world.scenario.refusal(of: transformed) == .identityRetired)
        #expect(try world.scenario.refusal(of: world.asking()) == .identityRetired)
    }

    @Test func checkingChangesNothingAndAgreesWithApplying() throws {
        var scenario = try SharingScenario()
        let signed = try scenario.sign(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        let before = scenario.state
        try scenario.state.check(signed, sequencedAt: scenario.now)
        #expect(scenario.state == before)
        #expect(try scenario.refusal(of: signed) == nil)
    }

    @Test func aCopyIsNotChangedByItsOriginal() throws {
        var scenario = try SharingScenario()
        let copy = scenario.state
        let folder = try scenario.openFolder()
        #expect(copy.folder(folder.id) == nil)
        #expect(scenario.state.folder(folder.id) != nil)
    }
}
