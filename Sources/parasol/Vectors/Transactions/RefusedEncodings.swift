import Foundation
import Octets
import SharingContracts
import SharingMessages
import SwiftProtobuf

/// Encodings that decode, or nearly, and that nobody may accept.
struct RefusedEncodings {
    /// One of them.
    struct Item {
        let what: String
        /// `entry`, `signedTransaction` or `transaction`.
        let level: String
        let code: ContractViolation.Code
        let bytes: [UInt8]
    }

    private(set) var items: [Item] = []

    /// Spoils the last leaf, and the last of some types.
    init(spoiling entries: [LedgerEntry]) throws {
        let leaf = try Self.last(entries, of: nil)
        addSpoiledBytes(of: leaf)
        try addSpoiledSignatures(of: leaf)
        try addSpoiledTimes(of: leaf)
        try addSpoiledTerms(of: try Self.last(entries, of: "ConsentGranted"))
        try addSpoiledNames(of: try Self.last(entries, of: "LedgerFounded"))
        try addSpoiledAnswers(
            request: try Self.last(entries, of: "AccessRequested"),
            dispute: try Self.last(entries, of: "FragmentDisputed"))
        try addSpoiledParts(
            request: try Self.last(entries, of: "AccessRequested"),
            dispute: try Self.last(entries, of: "FragmentDisputed"))
        try addSpoiledActivations(of: try Self.last(entries, of: "ContractActivated"))
        try addSpoiledProposals(
            of: try Self.last(entries, of: "AccessProposed"), answers: try Self.last(entries, of: "ProposalDeclined"))
    }

    private static func last(_ entries: [LedgerEntry], of type: String?) throws(StoryError) -> LedgerEntry {
        guard let entry = entries.last(where: { type == nil || $0.transaction.body.name == type }) else {
            throw .noLeaf(type ?? "leaf")
        }
        return entry
    }

    private mutating func addSpoiledBytes(of leaf: LedgerEntry) {
        let transaction = leaf.transaction.serialized
        let unknown: [UInt8] = [0x98, 0x06, 0x01]
        add("an unknown field after a leaf", "entry", .nonCanonicalEncoding, leaf.serialized + unknown)
        add(
            "an unknown field after a signed transaction", "signedTransaction", .nonCanonicalEncoding,
            leaf.signedTransaction.serialized + unknown)
        add("an unknown field after a transaction", "transaction", .nonCanonicalEncoding, transaction + unknown)
        let identifier = Array(transaction.prefix(18))
        let body = Array(transaction.dropFirst(18))
        add("fields in descending order", "transaction", .nonCanonicalEncoding, body + identifier)
        add("the identifier twice", "transaction", .nonCanonicalEncoding, identifier + transaction)
        add("the body twice", "transaction", .nonCanonicalEncoding, transaction + body)
        add(
            "a length in two bytes that fits one", "transaction", .nonCanonicalEncoding,
            identifier + [body[0], body[1] | 0x80, 0x00] + body.dropFirst(2))
        add("a group tag", "transaction", .undecodable, transaction + [0x0b])
        add("field number zero", "transaction", .undecodable, transaction + [0x00])
        add("one byte short", "transaction", .undecodable, transaction.dropLast())
        add("no body", "transaction", .missingBody, identifier)
        add("no identifier", "transaction", .malformedField, body)
    }

    private mutating func addSpoiledSignatures(of leaf: LedgerEntry) throws {
        func spoil(
            _ what: String, _ code: ContractViolation.Code, _ change: (inout WireSignedTransaction) -> Void
        ) throws {
            var wire = try WireSignedTransaction(serializedBytes: leaf.signedTransaction.serialized)
            change(&wire)
            add(what, "signedTransaction", code, try wire.serializedBytes())
        }
        try spoil("a high s", .highS) { $0.signatures[0].signature[32] |= 0x80 }
        try spoil("a signature twice", .notAscending) { $0.signatures.append($0.signatures[0]) }
        try spoil("a signature of 63 bytes", .malformedField) { $0.signatures[0].signature.removeLast() }
    }

    private mutating func addSpoiledTimes(of leaf: LedgerEntry) throws {
        var wire = try WireLedgerEntry(serializedBytes: leaf.serialized)
        wire.sequencedAt = Timestamp.latest.microseconds + 1
        add("a time after the year 9999", "entry", .malformedField, try wire.serializedBytes())
        wire.sequencedAt = 0
        add("no time", "entry", .malformedField, try wire.serializedBytes())
    }

    private mutating func addSpoiledTerms(of grant: LedgerEntry) throws {
        func spoil(
            _ what: String, _ code: ContractViolation.Code, _ change: (inout WireConsentGranted) -> Void
        ) throws {
            var wire = try WireTransaction(serializedBytes: grant.transaction.serialized)
            change(&wire.consentGranted)
            add(what, "transaction", code, try wire.serializedBytes())
        }
        try spoil("a purpose outside the value set", .malformedField) { $0.purpose = "CURIOSITY" }
        try spoil("a purpose with another K", .malformedField) { $0.purpose = "HMAR\u{212a}T" }
        try spoil("both scopes", .malformedField) { $0.wholeFolder = true }
        try spoil("no scope", .malformedField) { $0.recordIds = [] }
        try spoil("threshold above the number of proxies", .malformedField) { $0.threshold = 6 }
        try spoil("threshold zero", .malformedField) { $0.threshold = 0 }
        try spoil("no opens", .malformedField) { $0.maximumOpens = 0 }
        try spoil("proxies in descending order", .notAscending) { $0.proxyIds.reverse() }
        try spoil("an identifier of 15 bytes", .malformedField) { $0.consentID.removeLast() }
        try spoil("an answered proposal of 15 bytes", .malformedField) { $0.proposalID = $0.consentID.dropLast() }
    }

    private mutating func addSpoiledNames(of founding: LedgerEntry) throws {
        for (what, name) in [
            ("a name with a line break", "a\nb"), ("a name with a next-line control", "a\u{85}b"),
            ("a name with a line separator", "a\u{2028}b"), ("a name that turns its text around", "a\u{202e}b"),
            ("a name with an Arabic letter mark", "a\u{61c}b"), ("a name with an isolate", "a\u{2069}b"),
        ] {
            var wire = try WireTransaction(serializedBytes: founding.transaction.serialized)
            wire.ledgerFounded.members[0].name = name
            add(what, "transaction", .malformedField, try wire.serializedBytes())
        }
    }

    private mutating func addSpoiledAnswers(request: LedgerEntry, dispute: LedgerEntry) throws {
        func spoil(_ what: String, _ leaf: LedgerEntry, _ change: (inout WireTransaction) -> Void) throws {
            var wire = try WireTransaction(serializedBytes: leaf.transaction.serialized)
            change(&wire)
            add(what, "transaction", .malformedField, try wire.serializedBytes())
        }
        try spoil("no answer key", request) { $0.accessRequested.answerKey.removeAll() }
        try spoil("an answer key of 31 bytes", request) { $0.accessRequested.answerKey.removeLast() }
        try spoil("a dispute of nothing", dispute) { $0.fragmentDisputed.capsuleFragment.removeAll() }
        try spoil("a dispute of 513 bytes", dispute) { spoilt in
            while spoilt.fragmentDisputed.capsuleFragment.count < 513 {
                spoilt.fragmentDisputed.capsuleFragment.append(0)
            }
        }
    }

    /// Of a request for several records, and a dispute about one of them.
    private mutating func addSpoiledParts(request: LedgerEntry, dispute: LedgerEntry) throws {
        func spoil(
            _ what: String, _ leaf: LedgerEntry, _ code: ContractViolation.Code = .malformedField,
            _ change: (inout WireTransaction) -> Void
        ) throws {
            var wire = try WireTransaction(serializedBytes: leaf.transaction.serialized)
            change(&wire)
            add(what, "transaction", code, try wire.serializedBytes())
        }
        try spoil("a request for nothing", request) { $0.accessRequested.recordIds = [] }
        try spoil("a request for one record and several", request) {
            $0.accessRequested.recordID = $0.accessRequested.recordIds[0]
        }
        try spoil("several requested records that are one", request) { $0.accessRequested.recordIds.removeLast() }
        try spoil("a request for 65 records", request) { spoilt in
            spoilt.accessRequested.recordIds = (1...65).map { Data(repeating: $0, count: 16) }
        }
        try spoil("requested records in descending order", request, .notAscending) {
            $0.accessRequested.recordIds.reverse()
        }
        try spoil("a requested record twice", request, .notAscending) {
            $0.accessRequested.recordIds[1] = $0.accessRequested.recordIds[0]
        }
        try spoil("a requested record of 15 bytes", request) { $0.accessRequested.recordIds[0].removeLast() }
        try spoil("a disputed record without digests", dispute) { $0.fragmentDisputed.partDigests = [] }
        try spoil("digests without a disputed record", dispute) { $0.fragmentDisputed.recordID.removeAll() }
        try spoil("a disputed record of 15 bytes", dispute) { $0.fragmentDisputed.recordID.removeLast() }
        try spoil("a digest of one part", dispute) { $0.fragmentDisputed.partDigests.removeLast() }
        try spoil("digests of 65 parts", dispute) { spoilt in
            spoilt.fragmentDisputed.partDigests = Array(repeating: spoilt.fragmentDisputed.partDigests[0], count: 65)
        }
        try spoil("a part's digest of 31 bytes", dispute) { $0.fragmentDisputed.partDigests[1].removeLast() }
    }

    private mutating func addSpoiledActivations(of activation: LedgerEntry) throws {
        func spoil(
            _ what: String, _ code: ContractViolation.Code, _ change: (inout WireContractActivated) -> Void
        ) throws {
            var wire = try WireTransaction(serializedBytes: activation.transaction.serialized)
            change(&wire.contractActivated)
            add(what, "transaction", code, try wire.serializedBytes())
        }
        try spoil("an activation of no contract", .malformedField) { $0.contract = "" }
        try spoil("an activation with a line break", .malformedField) { $0.contract = "consent\n" }
        try spoil("an activation of 256 bytes", .malformedField) { $0.contract = String(repeating: "c", count: 256) }
        try spoil("an activation by nobody", .malformedField) { $0.memberIds = [] }
        try spoil("an activating member of 15 bytes", .malformedField) { $0.memberIds[0].removeLast() }
        try spoil("activating members in descending order", .notAscending) { $0.memberIds.reverse() }
    }

    private mutating func addSpoiledProposals(of asked: LedgerEntry, answers declined: LedgerEntry) throws {
        func spoil(_ what: String, _ leaf: LedgerEntry, _ change: (inout WireTransaction) -> Void) throws {
            var wire = try WireTransaction(serializedBytes: leaf.transaction.serialized)
            change(&wire)
            add(what, "transaction", .malformedField, try wire.serializedBytes())
        }
        try spoil("a proposal by nobody", asked) { $0.accessProposed.proposerID.removeAll() }
        try spoil("a proposal to a folder of 15 bytes", asked) { $0.accessProposed.folderID.removeLast() }
        try spoil("a proposal of both scopes", asked) { $0.accessProposed.wholeFolder = true }
        try spoil("a proposal of no scope", asked) { $0.accessProposed.recordIds = [] }
        try spoil("a proposal in words", asked) { $0.accessProposed.purpose = "see you on Monday" }
        try spoil("a proposal of no duration", asked) { $0.accessProposed.durationMilliseconds = 0 }
        try spoil("a proposal of more than ten years", asked) {
            $0.accessProposed.durationMilliseconds = Limits.consentMilliseconds + 1
        }
        try spoil("a proposal of no opens", asked) { $0.accessProposed.maximumOpens = 0 }
        try spoil("a proposal of too many opens", asked) { $0.accessProposed.maximumOpens = Limits.maximumOpens + 1 }
        try spoil("a proposal answerable for less than a day", asked) {
            $0.accessProposed.answerableMilliseconds = Limits.answerableMilliseconds.lowerBound - 1
        }
        try spoil("a proposal answerable for more than 90 days", asked) {
            $0.accessProposed.answerableMilliseconds = Limits.answerableMilliseconds.upperBound + 1
        }
        try spoil("declining nothing", declined) { $0.proposalDeclined.proposalID.removeAll() }
    }

    private mutating func add(
        _ what: String, _ level: String, _ code: ContractViolation.Code, _ bytes: [UInt8]
    ) {
        items.append(Item(what: what, level: level, code: code, bytes: bytes))
    }
}
