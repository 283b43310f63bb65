import Octets
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    @Test func checkpointsAreReadAndWrittenCanonically() throws {
        for vector in try LogVectors.load().checkpoints.good {
            let checkpoint = try Checkpoint(text: vector.text.octets)
            #expect(checkpoint.origin.description == vector.origin)
            #expect(String(checkpoint.size) == vector.size)
            #expect(checkpoint.text == vector.text.octets)
        }
    }

    @Test func malformedCheckpointsAreRefusedByName() throws {
        for vector in try LogVectors.load().checkpoints.refused {
            let name = errorName { () throws(TransparencyLogError) in _ = try Checkpoint(text: vector.text.octets) }
            #expect(name == vector.error, "\(vector.why)")
        }
    }

    @Test func anImpossibleCheckpointCannotBeMade() throws {
        let origin = try LogOrigin("log.example.org")
        let root = MerkleTree.leafHash(of: [])
        #expect(throws: TransparencyLogError.emptyTreeWithRoot) { try Checkpoint(origin: origin, size: 0, root: root) }
        #expect(throws: TransparencyLogError.sizeOutOfRange) {
            try Checkpoint(origin: origin, size: 1 << 63, root: root)
        }
    }

    @Test func cosignaturesAreFoundWithTheirTimesAndOnlyForWitnesses() throws {
        let vectors = try LogVectors.load()
        let lines = vectors.cosignatures.lines
        let log = try vectors.signer(vectors.keys.good[0].vkey)
        var note = try Checkpoint(text: vectors.cosignatures.text.octets).signed(by: log)
        try note.append(try lines.map { try NoteSignature(encoded: $0.line.octets) })
        let witnesses = try lines.map { try VerifierKey($0.vkey) }
        let both = try VerifiedCheckpoint(note, logs: [log.verifierKey], witnesses: witnesses)
        #expect(both.cosignatures.map(\.time) == lines.map(\.time))
        #expect(both.log == log.verifierKey)
        let one = try VerifiedCheckpoint(note, logs: [log.verifierKey], witnesses: [witnesses[1]])
        #expect(one.cosignatures.map(\.key) == [witnesses[1]])
        #expect(throws: TransparencyLogError.notSignedByLog) {
            try VerifiedCheckpoint(note, logs: [], witnesses: witnesses)
        }
    }
}
