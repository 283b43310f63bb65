import Octets
import SharingContracts
import TestKit
import Testing
import Umbral

struct FragmentDisputeTests {
    /// A world in which the first proxy of the consent answered a request with `answer`.
    private func answered(
        _ answer: (inout GrantedWorld) throws -> [UInt8]
    ) throws -> (world: GrantedWorld, dispute: FragmentDisputed) {
        var world = try GrantedWorld()
        let request = try world.request()
        let fragment = try answer(&world)
        try world.scenario.submit(world.transforming(request, by: 0, answering: fragment))
        let dispute = FragmentDisputed(
            request: request, transformer: world.proxies[0], capsule: world.record.capsule.simple.bytes,
            capsuleFragment: fragment)
        return (world, dispute)
    }

    /// What an honest proxy answers.
    private func honest(_ world: inout GrantedWorld, proxy: Int = 0, capsule: Capsule? = nil) throws -> [UInt8] {
        let fragment = try #require(world.fragments[world.proxies[proxy]])
        return try fragment.reencrypt(capsule ?? world.record.capsule, using: &world.scenario.generator).simple
    }

    private func changed(
        _ body: FragmentDisputed, request: TransactionID? = nil, transformer: IdentityID? = nil,
        capsule: [UInt8]? = nil, capsuleFragment: [UInt8]? = nil
    ) -> FragmentDisputed {
        FragmentDisputed(
            request: request ?? body.request, transformer: transformer ?? body.transformer,
            capsule: capsule ?? body.capsule, capsuleFragment: capsuleFragment ?? body.capsuleFragment)
    }

    @Test func anHonestProxyCannotBeConvicted() throws {
        var (world, dispute) = try answered { try self.honest(&$0) }
        #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == .fragmentIsCorrect)
        #expect(world.scenario.state.convictions(of: dispute.transformer).isEmpty)
    }

    @Test func everyByteOfAFragmentConvictsWhoChangedIt() throws {
        var world = try GrantedWorld()
        let request = try world.request()
        let good = try honest(&world)
        #expect(good.count == 359)
        for index in good.indices {
            var trial = world
            var bad = good
            bad[index] ^= 1
            try trial.scenario.submit(trial.transforming(request, by: 0, answering: bad))
            let dispute = FragmentDisputed(
                request: request, transformer: trial.proxies[0], capsule: trial.record.capsule.simple.bytes,
                capsuleFragment: bad)
            #expect(try trial.scenario.refusal(of: .fragmentDisputed(dispute)) == nil, "byte \(index)")
            #expect(trial.scenario.state.convictions(of: trial.proxies[0]) == [request])
            #expect(trial.scenario.state.request(request)?.transforms.first?.disputed != nil)
        }
    }

    @Test func anAnswerThatIsNoFragmentConvicts() throws {
        for rubbish in [[1], [UInt8](repeating: 0, count: 359), [UInt8](repeating: 2, count: 512)] as [[UInt8]] {
            var (world, dispute) = try answered { _ in rubbish }
            #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == nil)
        }
    }

    @Test func anotherProxysFragmentConvicts() throws {
        var (world, dispute) = try answered { try self.honest(&$0, proxy: 1) }
        #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == nil)
    }

    @Test func aFragmentOfAnotherCapsuleConvicts() throws {
        var (world, dispute) = try answered { world in
            let other = try world.scenario.deposit(in: world.folder)
            return try self.honest(&world, capsule: other.capsule)
        }
        #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == nil)
    }

    @Test func aFragmentOfAnotherGrantConvicts() throws {
        var (world, dispute) = try answered { world in
            let terms = world.scenario.makeConsent(in: world.folder.id, to: world.scenario.otherDoctor)
            let fragments = try world.scenario.grantAndIssue(terms, in: world.folder)
            let fragment = try #require(fragments[world.proxies[0]])
            return try fragment.reencrypt(world.record.capsule, using: &world.scenario.generator).simple
        }
        #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == nil)
    }

    @Test func onlyTheRequesterDisputesAndOnce() throws {
        var (world, dispute) = try answered { _ in [1, 2, 3] }
        let body = TransactionBody.fragmentDisputed(dispute)
        #expect(try world.scenario.refusal(of: body, by: [world.folder.id.signer]) == .missingSignature)
        #expect(try world.scenario.refusal(of: body, by: [world.scenario.otherDoctor.signer]) == .missingSignature)
        #expect(try world.scenario.refusal(of: body) == nil)
        #expect(try world.scenario.refusal(of: body) == .alreadyDisputed)
    }

    @Test func onlyTheCommittedBytesAreEvidence() throws {
        var (world, dispute) = try answered { try self.honest(&$0) }
        var forged = dispute.capsuleFragment
        forged[358] ^= 1
        #expect(
            try world.scenario.refusal(of: .fragmentDisputed(changed(dispute, capsuleFragment: forged)))
                == .fragmentMismatch)
        var capsule = dispute.capsule
        capsule[97] ^= 1
        #expect(
            try world.scenario.refusal(of: .fragmentDisputed(changed(dispute, capsule: capsule))) == .capsuleMismatch)
        let other = try world.scenario.deposit(in: world.folder).capsule.simple.bytes
        #expect(
            try world.scenario.refusal(of: .fragmentDisputed(changed(dispute, capsule: other))) == .capsuleMismatch)
        #expect(
            try world.scenario.refusal(of: .fragmentDisputed(changed(dispute, transformer: world.proxies[1])))
                == .unknownTransform)
        #expect(
            try world.scenario.refusal(
                of: .fragmentDisputed(changed(dispute, request: world.scenario.identifier()))) == .unknownRequest)
    }

    @Test func anInvalidCapsuleConvictsNobody() throws {
        var world = try GrantedWorld()
        let (template, _) = try world.scenario.makeDeposit(in: world.folder)
        let rubbish = [UInt8](repeating: 3, count: 98)
        let deposit = RecordDeposited(
            record: template.record, folder: template.folder, depositor: template.depositor,
            ciphertextCommitment: template.ciphertextCommitment,
            capsuleDigest: LedgerDigest.capsule(rubbish), sizeClass: 1, kind: .otherECG)
        try world.scenario.submit(.recordDeposited(deposit))
        let request = try world.scenario.request(deposit.record, under: .consent(world.consent))
        try world.scenario.submit(world.transforming(request, by: 0, answering: [1]))
        let dispute = FragmentDisputed(
            request: request, transformer: world.proxies[0], capsule: rubbish, capsuleFragment: [1])
        #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == .capsuleMismatch)
    }

    @Test func theOwnersOwnAccessIsNotDisputedHere() throws {
        var world = try GrantedWorld()
        let request = try world.scenario.request(world.record.id, under: .folder(world.folder.id))
        let body = world.scenario.makeTransformed(request, by: world.scenario.keyService, answering: [1])
        try world.scenario.submit(.transformed(body))
        let dispute = FragmentDisputed(
            request: request, transformer: world.scenario.keyService, capsule: world.record.capsule.simple.bytes,
            capsuleFragment: [1])
        #expect(try world.scenario.refusal(of: .fragmentDisputed(dispute)) == .notDisputable)
    }
}
