import Octets
import SharingContracts
import TestKit
import Testing
import Umbral

/// Requests for several records at once: from consent 4 on.
struct SeveralRecordsTests {
    /// A granted world of three records, ascending, under consent 4.
    private struct World {
        var granted: GrantedWorld
        var records: [SharingScenario.SealedCapsule]

        init(activating version: UInt32? = 4, maximumOpens: UInt32 = 10) throws {
            granted = try GrantedWorld(maximumOpens: maximumOpens, threshold: 2)
            records = [granted.record]
            for _ in 0..<2 { records.append(try granted.scenario.deposit(in: granted.folder)) }
            records.sort { $0.id < $1.id }
            if let version { try granted.scenario.activate("consent", version) }
        }

        var ids: [RecordID] { records.map(\.id) }

        func asking(for records: [RecordID], purpose: Purpose = .treatment) -> TransactionBody {
            .accessRequested(
                AccessRequested(
                    authority: .consent(granted.consent), records: records, purpose: purpose, answerKey: FixedOctets()))
        }

        mutating func request() throws -> TransactionID {
            try granted.scenario.request(ids, under: .consent(granted.consent))
        }

        /// What an honest proxy answers, a part for each record.
        mutating func honest(_ proxy: Int = 0) throws -> [[UInt8]] {
            let fragment = try #require(granted.fragments[granted.proxies[proxy]])
            return try records.map { try fragment.reencrypt($0.capsule, using: &granted.scenario.generator).simple }
        }

        mutating func transform(_ request: TransactionID, by proxy: Int, answering parts: [[UInt8]]) throws {
            try granted.scenario.submit(
                .transformed(
                    granted.scenario.makeTransformed(request, by: granted.proxies[proxy], answering: parts)))
        }

        /// The dispute of one part of what the first proxy answered.
        func dispute(_ request: TransactionID, _ parts: [[UInt8]], of index: Int, naming record: RecordID? = nil)
            -> FragmentDisputed
        {
            let proxy = granted.proxies[0]
            return FragmentDisputed(
                request: request, transformer: proxy, capsule: records[index].capsule.simple.bytes,
                capsuleFragment: parts[index],
                part: DisputedPart(
                    record: record ?? records[index].id,
                    digests: parts.map { LedgerDigest.fragment($0, by: proxy, for: request) }))
        }
    }

    // MARK: AccessRequested

    @Test func oneRequestIsForEachOfItsRecords() throws {
        var world = try World()
        let id = try world.request()
        let state = world.granted.scenario.state
        let request = try #require(state.request(id))
        #expect(request.records == world.ids)
        for record in world.ids { #expect(state.requests(for: record) == [id]) }
        #expect(state.requests(in: world.granted.folder.id) == [id])
        #expect(state.requests(under: world.granted.consent) == [id])
        #expect(state.consent(world.granted.consent)?.usedOpens == 3)
        let subjects = state.subjects(of: try #require(world.granted.scenario.entries.last?.transaction))
        #expect(subjects.records == world.ids)
        #expect(subjects.folder == world.granted.folder.id)
    }

    @Test(arguments: [nil, 2, 3] as [UInt32?])
    func olderRulesKnowOneRecordARequest(version: UInt32?) throws {
        var world = try World(activating: version)
        #expect(try world.granted.scenario.refusal(of: world.asking(for: world.ids)) == .notInForce)
        #expect(try world.granted.scenario.refusal(of: world.asking(for: [world.ids[0]])) == nil)
        let owner = AccessRequested(
            authority: .folder(world.granted.folder.id), records: world.ids, purpose: .patientRequested,
            answerKey: FixedOctets())
        #expect(try world.granted.scenario.refusal(of: .accessRequested(owner)) == .notInForce)
    }

    @Test func eachRecordCountsAndNoneIsCountedWhereTheyAreTooMany() throws {
        var world = try World(maximumOpens: 5)
        _ = try world.request()
        let again = world.asking(for: world.ids)
        #expect(try world.granted.scenario.refusal(of: again) == .tooFewOpensLeft)
        do { try world.granted.scenario.submit(again) } catch let violation as ContractViolation {
            #expect(violation.reason.contains("2 of its opens left"))
        }
        #expect(try world.granted.scenario.refusal(of: world.asking(for: Array(world.ids.prefix(2)))) == nil)
        #expect(try world.granted.scenario.refusal(of: world.asking(for: [world.ids[0]])) == .consentUsedUp)
        #expect(world.granted.scenario.state.consent(world.granted.consent)?.opensLeft == 0)
    }

    @Test func everyRecordMustBeCovered() throws {
        var world = try World()
        let elsewhere = try world.granted.scenario.deposit(in: try world.granted.scenario.openFolder()).id
        let unknown: RecordID = world.granted.scenario.identifier()
        let one = world.ids[0]
        #expect(
            try world.granted.scenario.refusal(of: world.asking(for: [one, elsewhere].sorted())) == .recordNotInFolder)
        #expect(try world.granted.scenario.refusal(of: world.asking(for: [one, unknown].sorted())) == .unknownRecord)
        #expect(
            try world.granted.scenario.refusal(of: world.asking(for: world.ids, purpose: .research)) == .purposeMismatch
        )

        let listed = world.granted.scenario.makeConsent(in: world.granted.folder.id, scope: .records([one]))
        _ = try world.granted.scenario.grantAndIssue(listed, in: world.granted.folder)
        let body = AccessRequested(
            authority: .consent(listed.consent), records: Array(world.ids.prefix(2)), purpose: .treatment,
            answerKey: FixedOctets())
        #expect(try world.granted.scenario.refusal(of: .accessRequested(body)) == .recordNotCovered)
    }

    @Test func theOwnerAsksForRecordsOfOneFolder() throws {
        var world = try World()
        let folder = world.granted.folder.id
        let elsewhere = try world.granted.scenario.deposit(in: try world.granted.scenario.openFolder()).id
        func asking(_ records: [RecordID]) -> TransactionBody {
            .accessRequested(
                AccessRequested(
                    authority: .folder(folder), records: records.sorted(), purpose: .patientRequested,
                    answerKey: FixedOctets()))
        }
        #expect(try world.granted.scenario.refusal(of: asking([world.ids[0], elsewhere])) == .recordNotInFolder)
        #expect(try world.granted.scenario.refusal(of: asking(world.ids)) == nil)
    }

    @Test func aRequestWaitsForEachProxyOnceWhateverItsRecords() throws {
        var world = try World(maximumOpens: 3)
        let request = try world.request()
        let consent = world.granted.consent
        for proxy in 0..<2 { try world.transform(request, by: proxy, answering: try world.honest(proxy)) }
        #expect(
            !world.granted.scenario.state.destructionReasons(of: consent, at: world.granted.scenario.now).contains(
                .usedUp))
        try world.granted.scenario.submit(.recordOpened(RecordOpened(request: request)))
        #expect(
            world.granted.scenario.state.destructionReasons(of: consent, at: world.granted.scenario.now).contains(
                .usedUp))
    }

    // MARK: FragmentDisputed

    /// A world in which the first proxy answered for three records, and `spoil` changed what it said.
    private func answered(
        _ spoil: (inout [[UInt8]]) -> Void
    ) throws -> (world: World, request: TransactionID, parts: [[UInt8]]) {
        var world = try World()
        let request = try world.request()
        var parts = try world.honest()
        spoil(&parts)
        try world.transform(request, by: 0, answering: parts)
        return (world, request, parts)
    }

    @Test func aWrongPartConvictsAndShowsNoOther() throws {
        var (world, request, parts) = try answered { $0[1][294] ^= 1 }
        let dispute = world.dispute(request, parts, of: 1)
        #expect(try world.granted.scenario.refusal(of: .fragmentDisputed(dispute)) == nil)
        #expect(world.granted.scenario.state.convictions(of: world.granted.proxies[0]) == [request])
        let leaf = try #require(world.granted.scenario.entries.last)
        for index in [0, 2] {
            #expect(leaf.serialized.firstRange(of: parts[index].prefix(64)) == nil, "part \(index) is on the ledger")
        }
        #expect(world.granted.scenario.state.subjects(of: leaf.transaction).records == [world.ids[1]])
        #expect(try world.granted.scenario.refusal(of: .fragmentDisputed(dispute)) == .alreadyDisputed)
    }

    @Test func partsInAnotherOrderConvict() throws {
        var (world, request, parts) = try answered { $0.swapAt(0, 1) }
        let dispute = world.dispute(request, parts, of: 0)
        #expect(try world.granted.scenario.refusal(of: .fragmentDisputed(dispute)) == nil)
    }

    @Test func anHonestAnswerConvictsNobodyForAnyRecord() throws {
        var (world, request, parts) = try answered { _ in }
        for index in parts.indices {
            let dispute = world.dispute(request, parts, of: index)
            #expect(try world.granted.scenario.refusal(of: .fragmentDisputed(dispute)) == .fragmentIsCorrect)
        }
    }

    @Test func aDisputeSaysWhichPart() throws {
        var (world, request, parts) = try answered { $0[1][294] ^= 1 }
        let good = world.dispute(request, parts, of: 1)
        func refusal(_ part: DisputedPart?, capsuleFragment: [UInt8]? = nil) throws -> ContractViolation.Code? {
            try world.granted.scenario.refusal(
                of: .fragmentDisputed(
                    FragmentDisputed(
                        request: request, transformer: good.transformer, capsule: good.capsule,
                        capsuleFragment: capsuleFragment ?? good.capsuleFragment, part: part)))
        }
        let digests = try #require(good.part?.digests)
        #expect(try refusal(nil) == .partMismatch)
        #expect(
            try refusal(DisputedPart(record: world.granted.scenario.identifier(), digests: digests)) == .partMismatch)
        #expect(try refusal(DisputedPart(record: world.ids[1], digests: Array(digests.prefix(2)))) == .partMismatch)
        #expect(
            try refusal(DisputedPart(record: world.ids[1], digests: digests + digests.prefix(1))) == .partMismatch)
        // Another record's place: its capsule is another.
        #expect(try refusal(DisputedPart(record: world.ids[0], digests: digests)) == .capsuleMismatch)
        // Digests that are not those of the answer, and a fragment that is not the digest's.
        var forged = digests
        forged.swapAt(0, 2)
        #expect(try refusal(DisputedPart(record: world.ids[1], digests: forged)) == .fragmentMismatch)
        #expect(try refusal(good.part, capsuleFragment: parts[0]) == .fragmentMismatch)
        forged = digests
        forged[1] = LedgerDigest.fragment(parts[0], by: good.transformer, for: request)
        #expect(
            try refusal(DisputedPart(record: world.ids[1], digests: forged), capsuleFragment: parts[0])
                == .fragmentMismatch)
        #expect(try refusal(good.part) == nil)
    }

    @Test func aRequestForOneRecordHasNoParts() throws {
        var world = try World()
        let request = try world.granted.scenario.request(world.ids[0], under: .consent(world.granted.consent))
        try world.transform(request, by: 0, answering: [[1, 2, 3]])
        let dispute = FragmentDisputed(
            request: request, transformer: world.granted.proxies[0], capsule: world.records[0].capsule.simple.bytes,
            capsuleFragment: [1, 2, 3],
            part: DisputedPart(
                record: world.ids[0],
                digests: Array(
                    repeating: LedgerDigest.fragment([1, 2, 3], by: world.granted.proxies[0], for: request), count: 2)))
        #expect(try world.granted.scenario.refusal(of: .fragmentDisputed(dispute)) == .partMismatch)
    }
}
