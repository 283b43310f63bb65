import Octets
import SharingContracts
import TestKit
import Testing
import Umbral

/// Every type of transaction once at least, in a sensible order, with what the digests in it were made of.
struct WholeStory {
    private(set) var scenario: SharingScenario
    let record: RecordID
    let capsule: [UInt8]
    let request: TransactionID
    let transformer: IdentityID
    let fragment: [UInt8]

    init(seed: UInt64 = 1) throws {
        var world = try GrantedWorld(seed: seed, threshold: 2)
        record = world.record.id
        capsule = world.record.capsule.simple.bytes
        request = try world.request()
        transformer = world.proxies[0]
        fragment = try world.transform(request, by: 0)
        try world.transform(request, by: 1)
        // The third proxy spoils the proof's response: well formed, and wrong.
        let honest = try #require(world.fragments[world.proxies[2]])
        var lie = try honest.reencrypt(world.record.capsule, using: &world.scenario.generator).simple
        lie[294] ^= 1
        try world.scenario.submit(world.transforming(request, by: 2, answering: lie))
        try world.scenario.submit(.recordOpened(RecordOpened(request: request)))
        try world.scenario.submit(
            .fragmentDisputed(
                FragmentDisputed(
                    request: request, transformer: world.proxies[2], capsule: capsule, capsuleFragment: lie)))
        try Self.readByOwner(&world)
        try Self.end(&world)
        scenario = world.scenario
    }

    private static func readByOwner(_ world: inout GrantedWorld) throws {
        let request = try world.scenario.request(world.record.id, under: .folder(world.folder.id))
        let part = try PartialDecapsulation(
            of: world.record.capsule, with: world.folder.serviceShare, using: &world.scenario.generator)
        try world.scenario.submit(
            .transformed(
                world.scenario.makeTransformed(request, by: world.scenario.keyService, answering: part.serialized)))
        try world.scenario.submit(.recordOpened(RecordOpened(request: request)))
        try world.scenario.submit(.recordExported(RecordExported(request: request)))
    }

    private static func end(_ world: inout GrantedWorld) throws {
        try world.scenario.submit(.consentRevoked(ConsentRevoked(consent: world.consent)))
        for proxy in world.proxies {
            try world.scenario.submit(
                .fragmentsDestroyed(
                    FragmentsDestroyed(holder: proxy, target: .consent(world.consent), reason: .revoked)))
        }
        try world.scenario.submit(
            .contractActivated(
                ContractActivated(
                    ContractVersion(contract: "consent", version: 2), by: Array(world.scenario.members.prefix(4)))))
        let listed = world.scenario.makeConsent(
            in: world.folder.id, to: world.scenario.otherDoctor, scope: .records([world.record.id]),
            purpose: .research, maximumOpens: 1, threshold: 1)
        try world.scenario.submit(.consentGranted(listed))
        try askAndAnswer(&world)
        try askForSeveral(&world)
        try world.scenario.submit(.folderErased(FolderErased(folder: world.folder.id)))
        try world.scenario.submit(
            .fragmentsDestroyed(
                FragmentsDestroyed(
                    holder: world.scenario.keyService, target: .folder(world.folder.id), reason: .erased)))
        try world.scenario.submit(
            .identityRetired(IdentityRetired(identity: world.scenario.auditor)),
            by: [world.scenario.members[3].signer])
    }

    /// One doctor's proposal is granted, the other's declined.
    private static func askAndAnswer(_ world: inout GrantedWorld) throws {
        try world.scenario.activate("consent", 3)
        let folder = world.folder.id
        let granted = try world.scenario.submit(.accessProposed(world.scenario.makeProposal(to: folder)))
        let declined = try world.scenario.submit(
            .accessProposed(
                world.scenario.makeProposal(
                    to: folder, by: world.scenario.otherDoctor, scope: .records([world.record.id]), purpose: .research)
            ))
        let answer = world.scenario.makeConsent(in: folder, scope: .records([world.record.id]), proposal: granted)
        try world.scenario.submit(.consentGranted(answer))
        try world.scenario.submit(.proposalDeclined(ProposalDeclined(proposal: declined)))
    }

    /// Two records in one request, and a proxy that answers wrongly for the second.
    private static func askForSeveral(_ world: inout GrantedWorld) throws {
        try world.scenario.activate("consent", 4)
        let records = [world.record, try world.scenario.deposit(in: world.folder)].sorted { $0.id < $1.id }
        let terms = world.scenario.makeConsent(in: world.folder.id, maximumOpens: 2, threshold: 1)
        let fragments = try world.scenario.grantAndIssue(terms, in: world.folder)
        let request = try world.scenario.request(records.map(\.id), under: .consent(terms.consent))
        let proxy = terms.proxies[0]
        let key = try #require(fragments[proxy])
        var parts = try records.map { try key.reencrypt($0.capsule, using: &world.scenario.generator).simple }
        parts[1][294] ^= 1
        try world.scenario.submit(
            .transformed(world.scenario.makeTransformed(request, by: proxy, answering: parts)))
        try world.scenario.submit(
            .fragmentDisputed(
                FragmentDisputed(
                    request: request, transformer: proxy, capsule: records[1].capsule.simple.bytes,
                    capsuleFragment: parts[1],
                    part: DisputedPart(
                        record: records[1].id,
                        digests: parts.map { LedgerDigest.fragment($0, by: proxy, for: request) }))))
    }
}
