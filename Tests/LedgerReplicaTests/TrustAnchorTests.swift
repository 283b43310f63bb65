import LedgerReplica
import TestKit
import Testing
import TransparencyLog

@Suite struct TrustAnchorTests {
    @Test func aNoteThatWasVerifiedVouchesForNoOther() throws {
        let fixture = try Fixture()
        let trust = try fixture.trust
        let note = try fixture.checkpoint(of: fixture.leaves)
        let verified = try trust.verify(checkpoint: note)
        #expect(try trust.verify(checkpoint: note) == verified)
        // Every digit of the text and of the signatures, one at a time.
        for position in note.indices where note[position] != UInt8(ascii: "\n") {
            var other = note
            other[position] ^= 1
            #expect(throws: TransparencyLogError.self, "byte \(position)") { try trust.verify(checkpoint: other) }
        }
        #expect(try trust.verify(checkpoint: note) == verified)
    }

    @Test func moreNotesThanAreRememberedVerifyAllTheSame() throws {
        let fixture = try Fixture()
        let trust = try fixture.trust
        let notes = try (0..<150).map {
            try fixture.checkpoint(of: fixture.leaves, at: Fixture.start + UInt64($0) * 1_000)
        }
        for note in notes + notes { #expect(try trust.verify(checkpoint: note).note == note) }
    }

    @Test func whoTrustsAnotherPolicyRemembersNothingOfThis() throws {
        let (fixture, other) = (try Fixture(), try TrustAnchor(origin: Fixture.origin, policyText: foreignPolicy()))
        let note = try fixture.checkpoint(of: fixture.leaves)
        _ = try fixture.trust.verify(checkpoint: note)
        #expect(throws: TransparencyLogError.self) { try other.verify(checkpoint: note) }
        #expect(try fixture.trust != other)
        #expect(try fixture.trust == fixture.trust)
    }

    private func foreignPolicy() throws -> String {
        try LogKeys(origin: Fixture.origin, seed: 77).policyText
    }
}
