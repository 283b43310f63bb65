import Crypto
import Octets
import Synchronization
import Testing

@testable import P256Verification

struct SignatureVerifierTests {
    /// Keeps what is to be made until it is asked for.
    private final class Later: Sendable {
        private let jobs = Mutex<[@Sendable () -> Void]>([])

        func put(_ job: @escaping @Sendable () -> Void) { jobs.withLock { $0.append(job) } }

        func run() {
            let waiting = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            for job in waiting { job() }
        }

        var count: Int { jobs.withLock { $0.count } }
    }

    private let digest = SHA256.hash(data: Array("message".utf8))

    private func verify(_ verifier: SignatureVerifier, _ key: TestKey) throws -> Bool {
        try verifier.isValid(
            key.signature(on: "message"), for: digest, by: key.secret.publicKey, compressed: key.compressed)
    }

    @Test func aKeyThatSignsOftenGetsATableOnce() throws {
        let later = Later()
        let verifier = SignatureVerifier(usesBeforeTable: 3, startMaking: later.put)
        let key = try TestKey(0)
        for use in 1...6 {
            #expect(try verify(verifier, key))
            #expect(later.count == (use < 3 ? 0 : 1))
        }
        #expect(verifier.tableCount == 0)
        later.run()
        #expect(verifier.tableCount == 1)
        #expect(try verify(verifier, key))
        #expect(later.count == 0)
    }

    @Test func aTableIsNotBelievedOfAnotherKey() throws {
        let verifier = SignatureVerifier(usesBeforeTable: 1, startMaking: { make in make() })
        let keys = try (0..<2).map { try TestKey($0) }
        for key in keys + keys { #expect(try verify(verifier, key)) }
        #expect(verifier.tableCount == 2)
        let crossed = try verifier.isValid(
            keys[0].signature(on: "message"), for: digest, by: keys[1].secret.publicKey, compressed: keys[1].compressed)
        #expect(!crossed)
    }

    @Test func oneTableIsMadeAtATime() throws {
        let later = Later()
        let verifier = SignatureVerifier(usesBeforeTable: 1, startMaking: later.put)
        for number in 0..<3 { #expect(try verify(verifier, TestKey(number))) }
        #expect(later.count == 1)
        later.run()
        #expect(try verify(verifier, TestKey(1)))
        #expect(later.count == 1)
    }

    @Test func aBusierKeyTakesTheTableOfOneThatIsUsedLess() throws {
        let verifier = SignatureVerifier(usesBeforeTable: 2, tableLimit: 1, startMaking: { make in make() })
        let (first, second) = (try TestKey(0), try TestKey(1))
        for _ in 0..<3 { #expect(try verify(verifier, first)) }
        #expect(verifier.tableCount == 1)
        for _ in 0..<20 { #expect(try verify(verifier, second)) }
        #expect(verifier.tableCount == 1)
        #expect(try verify(verifier, first))
    }

    @Test func manyTasksShareAKeysTable() async throws {
        let verifier = SignatureVerifier(usesBeforeTable: 8, startMaking: { make in make() })
        let key = try TestKey(0)
        let valid = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { try verify(verifier, key) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(valid == 64)
        #expect(verifier.tableCount == 1)
    }
}
