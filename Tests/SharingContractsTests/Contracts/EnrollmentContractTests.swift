import Octets
import SharingContracts
import TestKit
import Testing
import Umbral

struct EnrollmentContractTests {
    // MARK: LedgerFounded

    @Test func foundingMakesMembersKnown() throws {
        let scenario = try SharingScenario(members: 3)
        #expect(scenario.state.founding?.origin == scenario.origin)
        #expect(scenario.state.founding?.witnessPolicy.hasPrefix("log ") == true)
        for id in scenario.members {
            #expect(scenario.state.member(id)?.signingKey == scenario.state.signingKey(of: id.signer))
        }
    }

    @Test func nothingComesBeforeTheFounding() throws {
        let founded = try SharingScenario()
        var empty = SharingScenario(unfounded: founded.origin)
        for entry in founded.entries.dropFirst() {
            #expect(try empty.refusal(of: entry.signedTransaction) == .notFounded)
        }
    }

    @Test func aLedgerIsFoundedOnce() throws {
        var scenario = try SharingScenario()
        let again = try scenario.makeFounding(members: 3)
        #expect(try scenario.refusal(of: .ledgerFounded(again)) == .alreadyFounded)
    }

    @Test func theFoundingOfAnotherOriginIsRefused() throws {
        var scenario = SharingScenario(unfounded: "here.parasol.test")
        let body = try scenario.makeFounding(members: 2)
        let elsewhere = LedgerFounded(
            origin: "there.parasol.test", members: body.members, witnessPolicy: body.witnessPolicy)
        #expect(try scenario.refusal(of: .ledgerFounded(elsewhere)) == .wrongOrigin)
        #expect(try scenario.refusal(of: .ledgerFounded(body)) == nil)
    }

    @Test func everyMemberSignsTheFounding() throws {
        var scenario = SharingScenario(unfounded: "ledger.parasol.test")
        let body = try scenario.makeFounding(members: 3)
        for left in body.members {
            let signers = body.members.filter { $0 != left }.map(\.id.signer)
            #expect(try scenario.refusal(of: .ledgerFounded(body), by: signers) == .missingSignature)
        }
    }

    @Test func membersDoNotShareAKey() throws {
        var scenario = SharingScenario(unfounded: "ledger.parasol.test")
        let body = try scenario.makeFounding(members: 2)
        let sameKey = LedgerFounded(
            origin: body.origin,
            members: [
                body.members[0], Member(id: body.members[1].id, name: "B", signingKey: body.members[0].signingKey),
            ],
            witnessPolicy: body.witnessPolicy)
        let transaction = try Transaction(id: scenario.identifier(), body: .ledgerFounded(sameKey))
        let one = try scenario.signature(of: body.members[0].id.signer, on: transaction)
        let signed = try SignedTransaction(
            transaction, signatures: [one, .init(signer: body.members[1].id.signer, signature: one.signature)])
        #expect(try scenario.refusal(of: signed) == .keyTaken)
    }

    @Test(
        arguments: [
            [("enrollment", 2), ("record", 1), ("consent", 1)], [("record", 1), ("enrollment", 1), ("consent", 1)],
            [("enrollment", 1), ("record", 1), ("lottery", 1)], [("enrollment", 1), ("record", 1), ("consent", 0)],
        ] as [[(String, UInt32)]])
    func unknownContractsAreNotRun(contracts: [(String, UInt32)]) throws {
        var scenario = SharingScenario(unfounded: "ledger.parasol.test")
        let body = try scenario.makeFounding(members: 2)
        let versions = contracts.map { ContractVersion(contract: $0.0, version: $0.1) }
        let other = LedgerFounded(
            origin: body.origin, members: body.members, witnessPolicy: body.witnessPolicy, contracts: versions)
        #expect(try scenario.refusal(of: .ledgerFounded(other)) == .unknownContractVersion)
    }

    // MARK: IdentityEnrolled

    @Test func anEnrolledIdentityHasItsRoleAndKeys() throws {
        let scenario = try SharingScenario()
        let doctor = try #require(scenario.state.identity(scenario.doctor))
        #expect(doctor.role == .doctor)
        #expect(doctor.member == scenario.members[2])
        #expect(doctor.isActive)
        #expect(doctor.receivingKey == scenario.receivingKeys[scenario.doctor]?.publicKey)
        #expect(doctor.sealingKey == nil)
        let proxy = try #require(scenario.state.identity(scenario.proxies[0]))
        #expect(proxy.sealingKey == scenario.openingKeys[proxy.id]?.sealingKey)
        #expect(proxy.receivingKey == nil)
        #expect(scenario.state.identities.count == 10)
    }

    @Test func bothTheMemberAndTheNewKeySign() throws {
        var scenario = try SharingScenario()
        let body = try scenario.makeEnrollment(.auditor, by: scenario.members[0])
        let enrolled = TransactionBody.identityEnrolled(body)
        #expect(try scenario.refusal(of: enrolled, by: [body.identity.signer]) == .missingSignature)
        #expect(try scenario.refusal(of: enrolled, by: [body.member.signer]) == .missingSignature)
        let otherMember = scenario.members[1].signer
        #expect(try scenario.refusal(of: enrolled, by: [body.identity.signer, otherMember]) == .missingSignature)
        #expect(try scenario.refusal(of: enrolled) == nil)
    }

    @Test func onlyAMemberVouches() throws {
        var scenario = try SharingScenario()
        let stranger: MemberID = scenario.identifier()
        _ = try scenario.newSigningKey(for: stranger.signer)
        let body = try scenario.makeEnrollment(.doctor, by: stranger)
        #expect(try scenario.refusal(of: .identityEnrolled(body)) == .unknownMember)
    }

    @Test func identifiersOfMembersIdentitiesAndFoldersAreNotReused() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        for taken in [scenario.auditor.signer, scenario.members[3].signer, folder.id.signer] {
            let body = IdentityEnrolled(
                identity: IdentityID(taken), member: scenario.members[0], role: .auditor,
                signingKey: try scenario.newSigningKey(for: taken))
            #expect(try scenario.refusal(of: .identityEnrolled(body)) == .identifierTaken)
        }
        let own = IdentityEnrolled(
            identity: IdentityID(scenario.members[0].signer), member: scenario.members[0], role: .auditor,
            signingKey: try scenario.newSigningKey(for: scenario.identifier()))
        #expect(try scenario.refusal(of: .identityEnrolled(own), by: [own.member.signer]) == .identifierTaken)
    }

    @Test func signingKeysOfMembersIdentitiesAndFoldersAreNotReused() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        for taken in [scenario.auditor.signer, scenario.members[3].signer, folder.id.signer] {
            let key = try #require(scenario.state.signingKey(of: taken))
            let identity: IdentityID = scenario.identifier()
            let body = IdentityEnrolled(
                identity: identity, member: scenario.members[0], role: .auditor, signingKey: key)
            let transaction = try Transaction(id: scenario.identifier(), body: .identityEnrolled(body))
            let byKey = try scenario.signature(of: taken, on: transaction)
            let signatures = [
                try scenario.signature(of: scenario.members[0].signer, on: transaction),
                try TransactionSignature(signer: identity.signer, signature: byKey.signature),
            ]
            #expect(try scenario.refusal(of: try SignedTransaction(transaction, signatures: signatures)) == .keyTaken)
        }
    }

    @Test func receivingAndSealingKeysAreNotReused() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        let doctorsKey = try #require(scenario.state.identity(scenario.doctor)?.receivingKey)
        for taken in [doctorsKey, folder.signer.verifyingKey, folder.patientShare.publicKey] {
            var body = try scenario.makeEnrollment(.doctor, by: scenario.members[0])
            body = IdentityEnrolled(
                identity: body.identity, member: body.member, role: .doctor, signingKey: body.signingKey,
                receivingKey: taken)
            #expect(try scenario.refusal(of: .identityEnrolled(body)) == .keyTaken)
        }
        let sealingKey = scenario.state.identity(scenario.proxies[0])?.sealingKey
        var body = try scenario.makeEnrollment(.proxy, by: scenario.members[0])
        body = IdentityEnrolled(
            identity: body.identity, member: body.member, role: .proxy, signingKey: body.signingKey,
            sealingKey: sealingKey)
        #expect(try scenario.refusal(of: .identityEnrolled(body)) == .keyTaken)
    }

    // MARK: IdentityRetired

    @Test func eitherTheIdentityOrItsMemberRetiresIt() throws {
        for byMember in [true, false] {
            var scenario = try SharingScenario()
            let body = TransactionBody.identityRetired(IdentityRetired(identity: scenario.auditor))
            let member = scenario.members[3].signer
            let signer = byMember ? member : scenario.auditor.signer
            #expect(try scenario.refusal(of: body, by: [scenario.members[0].signer]) == .missingSignature)
            #expect(try scenario.refusal(of: body, by: [scenario.doctor.signer]) == .missingSignature)
            #expect(try scenario.refusal(of: body, by: [member, scenario.auditor.signer]) == .unexpectedSignature)
            #expect(try scenario.refusal(of: body, by: []) == .missingSignature)
            #expect(try scenario.refusal(of: body, by: [signer]) == nil)
            #expect(scenario.state.identity(scenario.auditor)?.isActive == false)
            #expect(try scenario.refusal(of: body, by: [signer]) == .identityRetired)
        }
    }

    @Test func anUnknownIdentityIsNotRetired() throws {
        var scenario = try SharingScenario()
        let body = IdentityRetired(identity: scenario.identifier())
        #expect(try scenario.refusal(of: .identityRetired(body), by: [scenario.members[0].signer]) == .unknownIdentity)
    }

    @Test func aRetiredIdentitySignsNothing() throws {
        var scenario = try SharingScenario()
        let folder = try scenario.openFolder()
        try scenario.submit(.identityRetired(IdentityRetired(identity: scenario.depositor)))
        let deposit = try scenario.makeDeposit(in: folder).body
        #expect(try scenario.refusal(of: .recordDeposited(deposit)) == .identityRetired)
    }
}
