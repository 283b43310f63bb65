import Octets
import SharingContracts
import TestKit
import Testing

struct UnreadableStateTests {
    /// A world in which much can happen next, with what could: some valid, some not.
    private struct Crossroads {
        let origin: String
        let now: Timestamp
        let rows: [StateRow]
        let transactions: [SignedTransaction]

        init() throws {
            var world = try GrantedWorld(maximumOpens: 1, threshold: 1)
            let request = try world.request()
            try world.transform(request, by: 0)
            try world.scenario.activate("consent", 3)
            let asked = try world.scenario.submit(.accessProposed(world.scenario.makeProposal(to: world.folder.id)))
            let bodies: [TransactionBody] = [
                .recordOpened(RecordOpened(request: request)), world.transforming(request, by: 1),
                world.transforming(request, by: 0), world.asking(), .consentGranted(world.terms),
                .accessRequested(
                    AccessRequested(
                        authority: .folder(world.folder.id), record: world.record.id, purpose: .patientRequested,
                        answerKey: FixedOctets())),
                .recordDeposited(try world.scenario.makeDeposit(in: world.folder).body),
                .folderErased(FolderErased(folder: world.folder.id)),
                .consentRevoked(ConsentRevoked(consent: world.consent)),
                .accessProposed(world.scenario.makeProposal(to: world.folder.id)),
                .proposalDeclined(ProposalDeclined(proposal: asked)),
                .consentGranted(world.scenario.makeConsent(in: world.folder.id, threshold: 1, proposal: asked)),
                .identityEnrolled(try world.scenario.makeEnrollment(.proxy, by: world.scenario.members[0])),
            ]
            origin = world.scenario.origin
            transactions = try bodies.map { try world.scenario.sign($0) }
            now = world.scenario.now
            rows = try world.scenario.state.allRows
        }

        func outcome(of transaction: SignedTransaction, over store: RowStore) throws -> ContractViolation.Code? {
            try code {
                var state = try WorldState(origin: origin, store: store)
                let entry = try LedgerEntry(sequencedAt: now, transaction)
                do throws(ContractViolation) { try state.apply(entry) } catch {
                    guard error.code == .stateUnavailable else { throw error }
                    // From now on nothing is applied, nor given out.
                    #expect(try code { try state.apply(entry) } == .stateUnavailable)
                    #expect(try code { try state.changes } == .stateUnavailable)
                    throw error
                }
            }
        }
    }

    @Test func aRowThatCannotBeReadIsNeverTakenForAbsent() throws {
        let world = try Crossroads()
        var stopped: Set<StateTag> = []
        for transaction in world.transactions {
            let whole = RowStore(world.rows)
            let outcome = try world.outcome(of: transaction, over: whole)?.rawValue ?? "valid"
            for key in Set(whole.reads) {
                let lossy = RowStore(world.rows)
                lossy.lose(key)
                let spoiled = RowStore(world.rows)
                spoiled.write([StateRow(key: key, value: [1, 0xff, 0xff])])
                for store in [lossy, spoiled] {
                    let found = try world.outcome(of: transaction, over: store)
                    #expect(found == .stateUnavailable, "\(transaction.body.name) without \(key), else \(outcome)")
                }
                stopped.insert(key.tag)
            }
        }
        let expected: Set<StateTag> = [
            .progress, .founding, .identities, .signers, .sealingKeys, .folders, .records, .capsuleDigests, .consents,
            .requests, .transactions, .folderRecordCounts, .proposals, .countedProposals, .folderProposalCounts,
            .doctorProposalCounts,
        ]
        #expect(stopped.isSuperset(of: expected), "not read: \(expected.subtracting(stopped))")
    }

    @Test func anUnreadableRowEndsEveryEnumeration() throws {
        let world = try Crossroads()
        for tag in [StateTag.identities, .folders, .consents, .requests] {
            let store = RowStore(world.rows)
            let state = try WorldState(origin: world.origin, store: store)
            store.lose(try #require(world.rows.last { $0.key.tag == tag }).key)
            _ = (state.identities, state.folders, state.allConsents, state.requests)
            #expect(try code { try state.requireAvailable() } == .stateUnavailable)
            #expect(try code { try state.allRows } == .stateUnavailable)
        }
    }

    @Test func aListWithAMissingElementIsNotAShorterList() throws {
        let world = try Crossroads()
        let lists: [StateTag] = [
            .folderRecords, .folderConsents, .folderRequests, .recordRequests, .consentRequests, .folderProposals,
        ]
        for tag in lists {
            let store = RowStore(world.rows.filter { $0.key.tag != tag })
            let state = try WorldState(origin: world.origin, store: store)
            let folder = try #require(state.folders.first).id
            _ = (state.records(in: folder), state.consents(in: folder), state.requests(in: folder))
            _ = state.proposals(to: folder)
            for consent in state.allConsents { _ = state.requests(under: consent.id) }
            for record in state.requests.flatMap({ $0.records }) { _ = state.requests(for: record) }
            #expect(try code { try state.requireAvailable() } == .stateUnavailable)
        }
    }
}
