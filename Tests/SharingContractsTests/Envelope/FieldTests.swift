import Foundation
import Octets
import SharingContracts
import SharingMessages
import SwiftProtobuf
import TestKit
import Testing
import Umbral

/// Every field of every message, spoilt one at a time.
struct FieldTests {
    private func refusal(_ spoil: (inout WireTransaction) throws -> Void) throws -> ContractViolation.Code? {
        var wire = WireTransaction()
        wire.transactionID = Data(repeating: 1, count: 16)
        try spoil(&wire)
        let bytes: [UInt8] = try wire.serializedBytes()
        return try code { try Transaction(serialized: bytes) }
    }

    /// Bodies as an honest scenario writes them, in wire form.
    private static func samples() throws -> [WireTransaction] {
        var world = try GrantedWorld()
        let request = try world.request()
        let fragment = try world.transform(request, by: 0)
        let bodies: [TransactionBody] = [
            .identityRetired(IdentityRetired(identity: world.scenario.auditor)),
            .recordOpened(RecordOpened(request: request)), .recordExported(RecordExported(request: request)),
            .consentRevoked(ConsentRevoked(consent: world.consent)),
            .folderErased(FolderErased(folder: world.folder.id)),
            .fragmentsDestroyed(
                FragmentsDestroyed(holder: world.proxies[0], target: .consent(world.consent), reason: .revoked)),
            .fragmentDisputed(
                FragmentDisputed(
                    request: request, transformer: world.proxies[0], capsule: world.record.capsule.simple.bytes,
                    capsuleFragment: fragment)),
            .contractActivated(
                ContractActivated(ContractVersion(contract: "consent", version: 2), by: world.scenario.members)),
            .accessProposed(world.scenario.makeProposal(to: world.folder.id, scope: .records([world.record.id]))),
            .proposalDeclined(ProposalDeclined(proposal: request)),
        ]
        let built = try bodies.map { try world.scenario.sign($0, by: []).transaction.serialized }
        return try (world.scenario.entries.map(\.transaction.serialized) + built).map {
            try WireTransaction(serializedBytes: $0)
        }
    }

    @Test func identifiersAndDigestsOfEveryLengthButTheirOwnAreRefused() throws {
        // Every `bytes` field of every sample, shortened and lengthened through the binary form: a length-delimited field
        // whose content is no message. The identifier of the transaction stands for the simplest.
        for count in [0, 15, 17] {
            #expect(
                try refusal {
                    $0.transactionID = Data(repeating: 1, count: count)
                    $0.recordOpened.requestID = Data(repeating: 1, count: 16)
                } == .malformedField)
        }
        for count in [0, 15, 17] {
            let wrong = Data(repeating: 1, count: count)
            #expect(try refusal { $0.identityRetired.identityID = wrong } == .malformedField)
            #expect(try refusal { $0.recordOpened.requestID = wrong } == .malformedField)
            #expect(try refusal { $0.recordExported.requestID = wrong } == .malformedField)
            #expect(try refusal { $0.consentRevoked.consentID = wrong } == .malformedField)
            #expect(try refusal { $0.folderErased.folderID = wrong } == .malformedField)
            #expect(try refusal { $0.proposalDeclined.proposalID = wrong } == .malformedField)
        }
    }

    @Test func samplesCoverEveryTypeAndAreAccepted() throws {
        var names: Set<String> = []
        for wire in try Self.samples() {
            let bytes: [UInt8] = try wire.serializedBytes()
            names.insert(try Transaction(serialized: bytes).body.name)
        }
        #expect(names.count == 18)
    }

    @Test func spoiltFieldsAreRefused() throws {
        let short = Data(repeating: 1, count: 15)
        let notAPoint = Data([2] + [UInt8](repeating: 0xff, count: 32))
        let infinity = Data(repeating: 0, count: 33)
        let spoils:
            [(name: String, type: String, expected: ContractViolation.Code, spoil: (inout WireTransaction) -> Void)] = [
                ("origin empty", "LedgerFounded", .malformedField, { $0.ledgerFounded.origin = "" }),
                (
                    "origin long", "LedgerFounded", .malformedField,
                    { $0.ledgerFounded.origin = String(repeating: "a", count: 256) }
                ),
                ("origin space", "LedgerFounded", .malformedField, { $0.ledgerFounded.origin = "a b" }),
                ("origin plus", "LedgerFounded", .malformedField, { $0.ledgerFounded.origin = "a+b" }),
                ("origin newline", "LedgerFounded", .malformedField, { $0.ledgerFounded.origin = "a\nb" }),
                ("origin not ASCII", "LedgerFounded", .malformedField, { $0.ledgerFounded.origin = "é" }),
                ("no members", "LedgerFounded", .malformedField, { $0.ledgerFounded.members = [] }),
                ("members descending", "LedgerFounded", .notAscending, { $0.ledgerFounded.members.reverse() }),
                (
                    "member twice", "LedgerFounded", .notAscending,
                    { $0.ledgerFounded.members.append($0.ledgerFounded.members[4]) }
                ),
                ("member id", "LedgerFounded", .malformedField, { $0.ledgerFounded.members[0].memberID = short }),
                ("member name", "LedgerFounded", .malformedField, { $0.ledgerFounded.members[0].name = "" }),
                ("member name line", "LedgerFounded", .malformedField, { $0.ledgerFounded.members[0].name = "a\nb" }),
                (
                    "member name long", "LedgerFounded", .malformedField,
                    { $0.ledgerFounded.members[0].name = String(repeating: "é", count: 128) }
                ),
                (
                    "member key", "LedgerFounded", .malformedField,
                    { $0.ledgerFounded.members[0].signingKey = notAPoint }
                ),
                (
                    "member key infinity", "LedgerFounded", .malformedField,
                    { $0.ledgerFounded.members[0].signingKey = infinity }
                ),
                ("policy", "LedgerFounded", .malformedField, { $0.ledgerFounded.witnessPolicy = "" }),
                (
                    "policy long", "LedgerFounded", .malformedField,
                    { $0.ledgerFounded.witnessPolicy = String(repeating: "a", count: 16_385) }
                ),
                ("no contracts", "LedgerFounded", .malformedField, { $0.ledgerFounded.contracts = [] }),
                ("enrolled id", "IdentityEnrolled", .malformedField, { $0.identityEnrolled.identityID = short }),
                ("enrolled member", "IdentityEnrolled", .malformedField, { $0.identityEnrolled.memberID = short }),
                ("role", "IdentityEnrolled", .malformedField, { $0.identityEnrolled.role = .unspecified }),
                ("unknown role", "IdentityEnrolled", .malformedField, { $0.identityEnrolled.role = .UNRECOGNIZED(6) }),
                ("enrolled key", "IdentityEnrolled", .malformedField, { $0.identityEnrolled.signingKey = notAPoint }),
                (
                    "receiving key of a key service", "IdentityEnrolled", .malformedField,
                    { $0.identityEnrolled.receivingKey = Data(repeating: 2, count: 33) }
                ),
                (
                    "doctor without receiving key", "IdentityEnrolled", .malformedField,
                    { $0.identityEnrolled.role = .doctor }
                ),
                (
                    "proxy without sealing key", "IdentityEnrolled", .malformedField,
                    { $0.identityEnrolled.role = .proxy }
                ),
                (
                    "sealing key of a key service", "IdentityEnrolled", .malformedField,
                    { $0.identityEnrolled.sealingKey = Data(repeating: 2, count: 1216) }
                ),
                (
                    "sealing key short", "IdentityEnrolled", .malformedField,
                    {
                        $0.identityEnrolled.role = .proxy
                        $0.identityEnrolled.sealingKey = Data(repeating: 2, count: 1215)
                    }
                ),
                ("folder id", "FolderOpened", .malformedField, { $0.folderOpened.folderID = short }),
                ("folder key service", "FolderOpened", .malformedField, { $0.folderOpened.keyServiceID = short }),
                ("folder signing key", "FolderOpened", .malformedField, { $0.folderOpened.signingKey = notAPoint }),
                ("folder verifying key", "FolderOpened", .malformedField, { $0.folderOpened.verifyingKey = infinity }),
                (
                    "folder delegating key", "FolderOpened", .malformedField,
                    { $0.folderOpened.delegatingKey = notAPoint }
                ),
                ("patient share missing", "FolderOpened", .malformedField, { $0.folderOpened.clearPatientShare() }),
                ("service share missing", "FolderOpened", .malformedField, { $0.folderOpened.clearServiceShare() }),
                (
                    "share point", "FolderOpened", .malformedField,
                    { $0.folderOpened.patientShare.publicShare = infinity }
                ),
                (
                    "share proof", "FolderOpened", .malformedField,
                    { $0.folderOpened.serviceShare.proof = Data(count: 63) }
                ),
                (
                    "share proof scalar", "FolderOpened", .malformedField,
                    { $0.folderOpened.serviceShare.proof = Data(repeating: 0xff, count: 64) }
                ),
                ("record id", "RecordDeposited", .malformedField, { $0.recordDeposited.recordID = short }),
                ("record folder", "RecordDeposited", .malformedField, { $0.recordDeposited.folderID = short }),
                ("record depositor", "RecordDeposited", .malformedField, { $0.recordDeposited.depositorID = short }),
                ("commitment", "RecordDeposited", .malformedField, { $0.recordDeposited.ciphertextCommitment = short }),
                ("capsule digest", "RecordDeposited", .malformedField, { $0.recordDeposited.capsuleDigest = short }),
                ("size class", "RecordDeposited", .malformedField, { $0.recordDeposited.sizeClass = 65 }),
                ("kind", "RecordDeposited", .malformedField, { $0.recordDeposited.kind = .unspecified }),
                ("consent id", "ConsentGranted", .malformedField, { $0.consentGranted.consentID = short }),
                ("consent folder", "ConsentGranted", .malformedField, { $0.consentGranted.folderID = short }),
                ("grantee", "ConsentGranted", .malformedField, { $0.consentGranted.granteeID = short }),
                ("no scope", "ConsentGranted", .malformedField, { $0.consentGranted.wholeFolder = false }),
                (
                    "both scopes", "ConsentGranted", .malformedField,
                    { $0.consentGranted.recordIds = [Data(repeating: 1, count: 16)] }
                ),
                (
                    "record list descending", "ConsentGranted", .notAscending,
                    {
                        $0.consentGranted.wholeFolder = false
                        $0.consentGranted.recordIds = [Data(repeating: 2, count: 16), Data(repeating: 1, count: 16)]
                    }
                ),
                (
                    "record list long", "ConsentGranted", .malformedField,
                    {
                        $0.consentGranted.wholeFolder = false
                        $0.consentGranted.recordIds = (0..<1025).map {
                            Data([UInt8($0 >> 8), UInt8($0 & 0xff)] + [UInt8](repeating: 0, count: 14))
                        }
                    }
                ),
                ("purpose", "ConsentGranted", .malformedField, { $0.consentGranted.purpose = "CURIOSITY" }),
                (
                    "purpose by another K", "ConsentGranted", .malformedField,
                    { $0.consentGranted.purpose = "HMAR\u{212a}T" }
                ),
                ("not before", "ConsentGranted", .malformedField, { $0.consentGranted.notBefore = 0 }),
                ("not after", "ConsentGranted", .malformedField, { $0.consentGranted.notAfter = .max }),
                ("opens zero", "ConsentGranted", .malformedField, { $0.consentGranted.maximumOpens = 0 }),
                ("opens many", "ConsentGranted", .malformedField, { $0.consentGranted.maximumOpens = 1_000_001 }),
                ("threshold zero", "ConsentGranted", .malformedField, { $0.consentGranted.threshold = 0 }),
                ("threshold above n", "ConsentGranted", .malformedField, { $0.consentGranted.threshold = 6 }),
                ("no proxies", "ConsentGranted", .malformedField, { $0.consentGranted.proxyIds = [] }),
                ("proxies descending", "ConsentGranted", .notAscending, { $0.consentGranted.proxyIds.reverse() }),
                (
                    "proxies many", "ConsentGranted", .malformedField,
                    {
                        $0.consentGranted.proxyIds = (0..<256).map {
                            Data([UInt8($0 >> 8), UInt8($0 & 0xff)] + [UInt8](repeating: 0, count: 14))
                        }
                    }
                ),
                ("issued consent", "KeysIssued", .malformedField, { $0.keysIssued.consentID = short }),
                ("precursor", "KeysIssued", .malformedField, { $0.keysIssued.precursor = notAPoint }),
                ("no fragments", "KeysIssued", .malformedField, { $0.keysIssued.fragments = [] }),
                ("fragments descending", "KeysIssued", .notAscending, { $0.keysIssued.fragments.reverse() }),
                (
                    "fragment id twice", "KeysIssued", .malformedField,
                    { $0.keysIssued.fragments[1].fragmentID = $0.keysIssued.fragments[0].fragmentID }
                ),
                ("fragment proxy", "KeysIssued", .malformedField, { $0.keysIssued.fragments[0].proxyID = short }),
                ("fragment id", "KeysIssued", .malformedField, { $0.keysIssued.fragments[0].fragmentID = short }),
                (
                    "fragment commitment", "KeysIssued", .malformedField,
                    { $0.keysIssued.fragments[0].commitment = infinity }
                ),
                ("authority missing", "AccessRequested", .malformedField, { $0.accessRequested.authority = nil }),
                ("authority consent", "AccessRequested", .malformedField, { $0.accessRequested.consentID = short }),
                ("authority folder", "AccessRequested", .malformedField, { $0.accessRequested.folderID = short }),
                ("requested record", "AccessRequested", .malformedField, { $0.accessRequested.recordID = short }),
                ("requested purpose", "AccessRequested", .malformedField, { $0.accessRequested.purpose = "" }),
                ("no answer key", "AccessRequested", .malformedField, { $0.accessRequested.answerKey = Data() }),
                ("answer key short", "AccessRequested", .malformedField, { $0.accessRequested.answerKey.removeLast() }),
                ("answer key long", "AccessRequested", .malformedField, { $0.accessRequested.answerKey.append(0) }),
                ("transformed request", "Transformed", .malformedField, { $0.transformed.requestID = short }),
                ("transformer", "Transformed", .malformedField, { $0.transformed.transformerID = short }),
                ("fragment digest", "Transformed", .malformedField, { $0.transformed.fragmentDigest = short }),
                ("holder", "FragmentsDestroyed", .malformedField, { $0.fragmentsDestroyed.holderID = short }),
                ("target missing", "FragmentsDestroyed", .malformedField, { $0.fragmentsDestroyed.target = nil }),
                ("target consent", "FragmentsDestroyed", .malformedField, { $0.fragmentsDestroyed.consentID = short }),
                ("target folder", "FragmentsDestroyed", .malformedField, { $0.fragmentsDestroyed.folderID = short }),
                ("reason", "FragmentsDestroyed", .malformedField, { $0.fragmentsDestroyed.reason = .unspecified }),
                (
                    "unknown reason", "FragmentsDestroyed", .malformedField,
                    { $0.fragmentsDestroyed.reason = .UNRECOGNIZED(-1) }
                ),
                ("disputed request", "FragmentDisputed", .malformedField, { $0.fragmentDisputed.requestID = short }),
                (
                    "disputed transformer", "FragmentDisputed", .malformedField,
                    { $0.fragmentDisputed.transformerID = short }
                ),
                ("capsule", "FragmentDisputed", .malformedField, { $0.fragmentDisputed.capsule = Data(count: 97) }),
                (
                    "disputed fragment", "FragmentDisputed", .malformedField,
                    { $0.fragmentDisputed.capsuleFragment = Data(count: 513) }
                ),
                (
                    "no disputed fragment", "FragmentDisputed", .malformedField,
                    { $0.fragmentDisputed.capsuleFragment = Data() }
                ),
                ("no contract", "ContractActivated", .malformedField, { $0.contractActivated.contract = "" }),
                (
                    "long contract", "ContractActivated", .malformedField,
                    { $0.contractActivated.contract = String(repeating: "c", count: 256) }
                ),
                (
                    "contract with a line break", "ContractActivated", .malformedField,
                    { $0.contractActivated.contract = "consent\n" }
                ),
                ("no members", "ContractActivated", .malformedField, { $0.contractActivated.memberIds = [] }),
                (
                    "activating member", "ContractActivated", .malformedField,
                    { $0.contractActivated.memberIds[0] = short }
                ),
                (
                    "65 members", "ContractActivated", .malformedField,
                    { $0.contractActivated.memberIds = (0..<65).map { Data(repeating: $0, count: 16) } }
                ),
                ("members", "ContractActivated", .notAscending, { $0.contractActivated.memberIds.reverse() }),
                (
                    "a member twice", "ContractActivated", .notAscending,
                    { $0.contractActivated.memberIds[1] = $0.contractActivated.memberIds[0] }
                ),
                ("answered proposal", "ConsentGranted", .malformedField, { $0.consentGranted.proposalID = short }),
                ("proposer", "AccessProposed", .malformedField, { $0.accessProposed.proposerID = short }),
                ("proposal's folder", "AccessProposed", .malformedField, { $0.accessProposed.folderID = short }),
                ("proposal's scopes", "AccessProposed", .malformedField, { $0.accessProposed.wholeFolder = true }),
                ("proposal's no scope", "AccessProposed", .malformedField, { $0.accessProposed.recordIds = [] }),
                ("proposal's record", "AccessProposed", .malformedField, { $0.accessProposed.recordIds[0] = short }),
                (
                    "proposal's record twice", "AccessProposed", .notAscending,
                    { $0.accessProposed.recordIds.append($0.accessProposed.recordIds[0]) }
                ),
                (
                    "1,025 proposed records", "AccessProposed", .malformedField,
                    {
                        $0.accessProposed.recordIds = (0..<1025).map {
                            Data([UInt8($0 >> 8), UInt8($0 & 255)]) + Data(count: 14)
                        }
                    }
                ),
                ("proposal's purpose", "AccessProposed", .malformedField, { $0.accessProposed.purpose = "a word" }),
                ("no duration", "AccessProposed", .malformedField, { $0.accessProposed.durationMilliseconds = 0 }),
                (
                    "long duration", "AccessProposed", .malformedField,
                    { $0.accessProposed.durationMilliseconds = 315_576_000_001 }
                ),
                ("no opens proposed", "AccessProposed", .malformedField, { $0.accessProposed.maximumOpens = 0 }),
                ("many opens", "AccessProposed", .malformedField, { $0.accessProposed.maximumOpens = 1_000_001 }),
                (
                    "answerable less than a day", "AccessProposed", .malformedField,
                    { $0.accessProposed.answerableMilliseconds = 86_399_999 }
                ),
                (
                    "answerable more than 90 days", "AccessProposed", .malformedField,
                    { $0.accessProposed.answerableMilliseconds = 7_776_000_001 }
                ),
            ]
        let samples = try Self.samples()
        var byName: [String: WireTransaction] = [:]
        for wire in samples {
            let bytes: [UInt8] = try wire.serializedBytes()
            // The first of each type: of the enrolled identities that is the key service.
            let name = try Transaction(serialized: bytes).body.name
            if byName[name] == nil { byName[name] = wire }
        }
        for spoil in spoils {
            var wire = try #require(byName[spoil.type])
            spoil.spoil(&wire)
            let bytes: [UInt8] = try wire.serializedBytes()
            #expect(try code { try Transaction(serialized: bytes) } == spoil.expected, "\(spoil.type): \(spoil.name)")
        }
    }

    /// Whatever a toolchain's tables say of a character: these and no others are refused.
    @Test func aMembersNameHasNoCharacterThatForgesLinesOrTurnsText() throws {
        let founding = try WireTransaction(serializedBytes: SharingScenario().entries[0].transaction.serialized)
        let refused: Set<UInt32> = [
            0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068,
            0x2069,
        ]
        for value in (0...0x2100) + [0x3000, 0xfdd0, 0xfeff, 0xffff, 0xe0001, 0x10ffff] as [UInt32] {
            guard let scalar = Unicode.Scalar(value) else { continue }
            var wire = founding
            wire.ledgerFounded.members[0].name = "a\(Character(scalar))b"
            let bytes: [UInt8] = try wire.serializedBytes()
            let isRefused = value < 0x20 || 0x7f...0x9f ~= value || refused.contains(value)
            #expect(
                try code { try Transaction(serialized: bytes) } == (isRefused ? .malformedField : nil),
                "U+\(String(value, radix: 16))")
        }
    }

    @Test func leavesBefore1970AndAfter9999AreRefused() throws {
        var scenario = try SharingScenario(seed: 2)
        let signed = try scenario.sign(.identityRetired(IdentityRetired(identity: scenario.auditor)))
        for time in [0, Timestamp.latest.microseconds + 1, .max] {
            #expect(
                try code { try LedgerEntry(sequencedAt: Timestamp(microseconds: time), signed) } == .malformedField)
        }
        for time in [1, 1_772_366_400_000_001, Timestamp.latest.microseconds] {
            let entry = try LedgerEntry(sequencedAt: Timestamp(microseconds: time), signed)
            #expect(try LedgerEntry(serialized: entry.serialized).sequencedAt.microseconds == time)
        }
    }
}
