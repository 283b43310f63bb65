import Octets
import Testing
import TransparencyLog

@Suite struct NoteTests {
    @Test func keysAreReadAndWrittenCanonically() throws {
        for vector in try LogVectors.load().keys.good {
            let key = try VerifierKey(vector.vkey)
            #expect(key.vkey == vector.vkey)
            #expect(key.name.description == vector.name)
            #expect(key.algorithm.rawValue == vector.type)
        }
    }

    @Test func weakAndMalformedKeysAreRefusedByName() throws {
        let refused = try LogVectors.load().keys.refused
        for vector in refused {
            let name = errorName { () throws(TransparencyLogError) in _ = try VerifierKey(vector.vkey) }
            #expect(name == vector.error, "\(vector.why)")
        }
        #expect(refused.count { $0.error == "weakKey" } == 18)
    }

    @Test func notesAreReadAndVerified() throws {
        for vector in try LogVectors.load().notes.good {
            let note = try SignedNote(encoded: vector.note.octets)
            let verified = try note.verified(by: try vector.keys.map { try VerifierKey($0) })
            #expect(verified.map(\.key.vkey) == vector.verified, "\(vector.why)")
            #expect(note.encoded == vector.note.octets, "\(vector.why)")
        }
    }

    @Test func damagedNotesAreRefusedByName() throws {
        let notes = try LogVectors.load().notes
        for vector in notes.refused {
            let keys = try vector.keys.map { try VerifierKey($0) }
            let name = errorName { () throws(TransparencyLogError) in
                _ = try SignedNote(encoded: vector.note.octets).verified(by: keys)
            }
            #expect(name == vector.error, "\(vector.why)")
        }
        let bytes = try [UInt8](hexadecimal: notes.notUtf8)
        #expect(errorName { () throws(TransparencyLogError) in _ = try SignedNote(encoded: bytes) } == "notText")
    }

    @Test func noBitOfASignedNoteCanBeFlippedUnnoticed() throws {
        let vectors = try LogVectors.load()
        let text = vectors.cosignatures.text.octets
        let log = try vectors.signer(vectors.keys.good[0].vkey)
        let note = try SignedNote(text: text, signatures: [try log.sign(text: text)]).encoded
        for index in note.indices {
            for bit in 0..<8 {
                var flipped = note
                flipped[index] ^= 1 << UInt8(bit)
                #expect(throws: TransparencyLogError.self, "byte \(index), bit \(bit)") {
                    try SignedNote(encoded: flipped).verified(by: [log.verifierKey])
                }
            }
        }
    }

    @Test func signersMakeTheVectorsSignatures() throws {
        let vectors = try LogVectors.load()
        let text = vectors.cosignatures.text.octets
        let log = try vectors.signer(vectors.keys.good[0].vkey)
        #expect(try log.sign(text: text).encoded == vectors.cosignatures.logLine.octets)
        for vector in vectors.cosignatures.lines {
            let witness = try vectors.signer(vector.vkey)
            #expect(witness.verifierKey.vkey == vector.vkey)
            let line = try witness.cosign(text: text, time: vector.time)
            #expect(line.encoded == vector.line.octets)
            #expect(try NoteSignature(encoded: vector.line.octets) == line)
        }
    }

    @Test func aKeySignsForOnePurposeOnly() throws {
        let vectors = try LogVectors.load()
        let log = try vectors.signer(vectors.keys.good[0].vkey)
        let witness = try vectors.signer(vectors.cosignatures.lines[0].vkey)
        #expect(throws: TransparencyLogError.wrongKeyType(log.verifierKey.name)) {
            try log.cosign(text: "x\n".octets, time: 1)
        }
        #expect(throws: TransparencyLogError.wrongKeyType(witness.verifierKey.name)) {
            try witness.sign(text: "x\n".octets)
        }
        #expect(throws: TransparencyLogError.notCanonicalDecimal) {
            try witness.cosign(text: "x\n".octets, time: 1 << 63)
        }
        #expect(throws: TransparencyLogError.badSecretKey) {
            try NoteSigner(name: KeyName("a"), algorithm: .ed25519, seed: SecretOctets(copying: [1, 2, 3]))
        }
    }

    @Test func aSignerPrintsNoSecret() throws {
        let vectors = try LogVectors.load()
        let key = vectors.keys.good[0]
        let signer = try vectors.signer(key.vkey)
        var dumped = ""
        dump(signer, to: &dumped)
        for text in ["\(signer)", String(reflecting: signer), dumped] { #expect(!text.contains(key.seed.prefix(8))) }
        #expect("\(signer)" == "NoteSigner(\(key.vkey))")
    }

    @Test func signaturesAreAppendedOnceAndWithinBounds() throws {
        let vectors = try LogVectors.load()
        let text = vectors.cosignatures.text.octets
        var note = try SignedNote(text: text, signatures: [])
        let line = try NoteSignature(encoded: vectors.cosignatures.lines[0].line.octets)
        try note.append([line, line])
        try note.append([line])
        #expect(note.signatures == [line])
        let witness = try vectors.signer(vectors.cosignatures.lines[0].vkey)
        let before = note
        #expect(throws: TransparencyLogError.tooManySignatures(bound: 100)) {
            try note.append(try (1...100).map { try witness.cosign(text: text, time: $0) })
        }
        #expect(note == before)
        #expect(throws: TransparencyLogError.malformed(.note, line: 1)) {
            try SignedNote(text: "no newline".octets, signatures: [])
        }
    }

    @Test func namesAreComparedAsBytes() throws {
        // "é" composed and decomposed: equal as Swift strings, two names in a note.
        #expect(try KeyName("caf\u{e9}") != KeyName("cafe\u{301}"))
        for name in ["", "a b", "a+b", "a\u{2003}b", "a\u{7f}", String(repeating: "a", count: 513)] {
            #expect(throws: TransparencyLogError.badKeyName) { try KeyName(name) }
        }
        #expect(throws: TransparencyLogError.badOrigin) { try LogOrigin("") }
        #expect(throws: TransparencyLogError.badOrigin) { try LogOrigin("a\nb") }
    }
}
