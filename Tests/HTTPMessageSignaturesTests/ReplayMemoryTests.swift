import HTTPMessageSignatures
import Testing

@Suite struct ReplayMemoryTests {
    private let fixture = SigningFixture()
    private let now = SigningFixture.now

    private func signature(_ nonce: String, by keyID: String = "key", created: Int64? = nil) throws -> VerifiedSignature
    {
        try fixture.verify(
            try fixture.signed(nonce: nonce, created: created ?? now, keyID: keyID), now: created ?? now)
    }

    @Test func aNonceIsTakenOnce() throws {
        let memory = ReplayMemory()
        let signature = try signature("a")
        try memory.use(signature, now: now)
        for moment in [now, now + 60] {
            #expect(throws: MessageSignatureError.replayed) { try memory.use(signature, now: moment) }
        }
        try memory.use(try self.signature("b"), now: now)
        try memory.use(try self.signature("a", by: "other"), now: now)
    }

    @Test func aFullMemoryRefusesRatherThanForgetALiveNonce() throws {
        let memory = ReplayMemory(noncesPerKey: 2)
        let first = try signature("a")
        try memory.use(first, now: now)
        try memory.use(try signature("b"), now: now)
        #expect(throws: MessageSignatureError.replayMemoryFull) { try memory.use(try signature("c"), now: now + 60) }
        #expect(throws: MessageSignatureError.replayed) { try memory.use(first, now: now + 60) }
        try memory.use(try signature("c", created: now + 61), now: now + 61)
    }

    @Test func oneKeyCannotFillTheMemoryOfOthers() throws {
        let memory = ReplayMemory(noncesPerKey: 1)
        try memory.use(try signature("a"), now: now)
        #expect(throws: MessageSignatureError.replayMemoryFull) { try memory.use(try signature("b"), now: now) }
        try memory.use(try signature("b", by: "other"), now: now)
    }

    @Test func asManyKeysAsThereIsRoomForAreRemembered() throws {
        let memory = ReplayMemory(noncesPerKey: 1, keys: 2)
        for key in ["a", "b"] { try memory.use(try signature("n", by: key), now: now) }
        #expect(throws: MessageSignatureError.replayMemoryFull) {
            try memory.use(try signature("n", by: "c"), now: now + 60)
        }
        try memory.use(try signature("n", by: "c", created: now + 61), now: now + 61)
    }
}
