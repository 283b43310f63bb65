import LedgerReplica
import Testing

/// Waiting for work ends with who waits, and the work does not.
@Suite struct SharedWorkTests {
    /// Work that is done when it is told to be.
    private struct Work {
        let task: Task<Int, any Error>
        let finish: @Sendable () -> Void

        init(_ outcome: Result<Int, any Error> = .success(7)) {
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            finish = { end.finish() }
            task = Task {
                for await _ in stream {}
                return try outcome.get()
            }
        }
    }

    private struct Broken: Error {}

    @Test func whoeverWaitsGetsWhatItMakes() async throws {
        let work = Work()
        async let first = work.task.shared()
        async let second = work.task.shared(within: .seconds(3600))
        work.finish()
        #expect(try await first == 7)
        #expect(try await second == 7)
        #expect(try await work.task.shared(within: .seconds(3600)) == 7)
        let broken = Work(.failure(Broken()))
        broken.finish()
        await #expect(throws: Broken.self) { try await broken.task.shared() }
    }

    @Test func aCancelledCallerWaitsNoLongerAndTheOthersDo() async throws {
        let work = Work()
        let impatient = Task { try await work.task.shared() }
        let patient = Task { try await work.task.shared() }
        impatient.cancel()
        await #expect(throws: WaitError.cancelled) { try await impatient.value }
        #expect(!work.task.isCancelled)
        work.finish()
        #expect(try await patient.value == 7)
    }

    @Test func timeIsUpForWhoSaidSo() async throws {
        let work = Work()
        await #expect(throws: WaitError.timeUp(after: .zero)) { try await work.task.shared(within: .zero) }
        work.finish()
        #expect(try await work.task.shared() == 7)
    }
}
