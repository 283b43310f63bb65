import LogStorage
import ParasolClient
import SharingContracts
import TestKit
import Testing
import TransparencyLog

/// A proof and its leaf stand alone, and nothing else passes for them.
@Suite struct LeafProofTests {
    private let place: TemporaryFolder
    private let ledger: AuditLedger
    private let folder: LogFolder

    init() throws {
        place = try TemporaryFolder()
        ledger = try AuditLedger.enrolled(300)
        folder = try ledger.write(to: place.path("log"))
    }

    @Test(arguments: [0, 1, 255, 256, 299]) func everyLeafIsProvedByIndexAndByTransaction(_ index: Int) throws {
        let entry = ledger.scenario.entries[index]
        let byIndex = try LeafProof(of: .index(UInt64(index)), in: folder, trust: ledger.trust)
        let byTransaction = try LeafProof(of: .transaction(entry.transaction.id), in: folder, trust: nil)
        #expect(byIndex.leaf == entry.serialized)
        #expect(byIndex.proof == byTransaction.proof)
        let proven = try ProvenLeaf(proof: byIndex.proof.encoded, leaf: byIndex.leaf, trust: ledger.trust)
        #expect(proven.entry == entry)
        #expect(proven.index == UInt64(index))
        #expect(proven.cosignatures.count == 3)
    }

    @Test func nothingElsePassesForTheProvenLeaf() throws {
        let made = try LeafProof(of: .index(17), in: folder, trust: nil)
        #expect(throws: AuditError.log(.inclusionNotProved)) {
            try ProvenLeaf(proof: made.proof.encoded, leaf: ledger.leaves[18], trust: ledger.trust)
        }
        let weak = try LeafProof(
            of: .index(17), in: try ledger.write(to: place.path("weak"), cosigners: 1), trust: nil)
        #expect(throws: AuditError.checkpoint(.quorumNotMet)) {
            try ProvenLeaf(proof: weak.proof.encoded, leaf: weak.leaf, trust: ledger.trust)
        }
    }

    @Test func aProofCutAnywhereIsNone() throws {
        // By as many witnesses as must have cosigned: none can be spared.
        let made = try LeafProof(
            of: .index(17), in: try ledger.write(to: place.path("scarce"), cosigners: 2), trust: ledger.trust)
        for length in 0..<made.proof.encoded.count {
            #expect(throws: AuditError.self) {
                try ProvenLeaf(
                    proof: Array(made.proof.encoded.prefix(length)), leaf: made.leaf, trust: ledger.trust)
            }
        }
    }

    @Test func whatIsProvedButNoEntryIsSaidToBeNone() throws {
        let odd = try ledger.write(to: place.path("odd"), leaves: [[1, 2, 3], ledger.leaves[0]])
        let made = try LeafProof(of: .index(0), in: odd, trust: nil)
        #expect(throws: AuditError.ruleBroken(index: 0, ContractViolation(.undecodable, ""))) {
            try ProvenLeaf(proof: made.proof.encoded, leaf: made.leaf, trust: ledger.trust)
        }
    }

    @Test func anUnknownLeafAndADamagedTileAreErrors() throws {
        #expect(throws: AuditError.noSuchLeaf("leaf 300", size: 300)) {
            try LeafProof(of: .index(300), in: folder, trust: nil)
        }
        let unknown = try TransactionID(hexadecimal: String(repeating: "ab", count: 16))
        #expect(throws: AuditError.noSuchLeaf("transaction \(unknown)", size: 300)) {
            try LeafProof(of: .transaction(unknown), in: folder, trust: nil)
        }
        var tile = try folder.bytes(at: "tile/0/000")
        tile[40 * 32] ^= 1
        try folder.put(tile, at: "tile/0/000")
        #expect(throws: AuditError.log(.inclusionNotProved)) {
            try LeafProof(of: .index(41), in: folder, trust: nil)
        }
    }

    @Test func namesOfLeavesAreReadOneWay() throws {
        #expect(LeafName("17") == .index(17))
        #expect(LeafName("017") == nil)
        #expect(LeafName("-1") == nil)
        #expect(LeafName("+1") == nil)
        let digits = String(repeating: "0A", count: 16)
        #expect(LeafName(digits) == .transaction(try TransactionID(hexadecimal: digits.lowercased())))
        #expect(LeafName("abc") == nil)
    }
}
