import LedgerReplica
import ServiceProtocols
import SharingContracts
import Synchronization

/// The answers of proxies that are asked at once, in the order they come. Who is slow is not waited for, not even at the end: tasks of
/// a group would be.
///
/// An answer counts only when the proxy has logged exactly it.
final class ProxyAnswers: Sendable {
    /// A part for each of the request's records.
    typealias Answer = (proxy: IdentityID, answer: Result<[[UInt8]], ClientError>)

    private let services: ServiceDirectory
    private let asked: Doctor.Request
    private let capsules: [[UInt8]]
    private let trust: TrustAnchor
    private let key: AnswerKey
    private let stream: AsyncStream<Answer>
    private let continuation: AsyncStream<Answer>.Continuation
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameter capsules: Of each of the request's records, in its order.
    init(
        of services: ServiceDirectory, to asked: Doctor.Request, capsules: [[UInt8]], trust: TrustAnchor, key: AnswerKey
    ) {
        self.services = services
        self.asked = asked
        self.capsules = capsules
        self.trust = trust
        self.key = key
        (stream, continuation) = AsyncStream.makeStream()
    }

    /// Asks these proxies, each by itself.
    func ask(_ proxies: [IdentityID]) {
        for proxy in proxies {
            let task = Task { [services, asked, capsules, trust, key, continuation] in
                do throws(ClientError) {
                    let parts = try await Doctor.parts(from: proxy, to: asked, capsules, services, trust, key)
                    continuation.yield((proxy, .success(parts)))
                } catch { continuation.yield((proxy, .failure(error))) }
            }
            tasks.withLock { $0.append(task) }
        }
    }

    /// The next answer of those that were asked for.
    ///
    /// - Throws: ``ClientError/other(_:)`` where the caller's task is cancelled.
    func next() async throws(ClientError) -> Answer {
        for await answer in stream { return answer }
        throw .other("cancelled")
    }

    /// Nobody waits for answers any more: requests under way are given up.
    func cancel() {
        continuation.finish()
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }
}
