internal import AsyncHTTPClient
internal import HTTPTypes
internal import LedgerReplica
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization

/// The way to one server: its address, the roots that its certificate must come from, and who signs requests to it.
///
/// To be shut down by whoever made it.
package final class ServerConnection: Sendable {
    /// How long to wait, and for how much.
    package struct Limits: Hashable, Sendable {
        package var connectSeconds: Int64 = 5
        /// From sending a request to the head of its answer. A submission waits for the witnesses.
        package var answerSeconds: Int64 = 60
        /// How long the server's machine may acknowledge nothing of what was sent: then the network loses it.
        package var unacknowledgedSeconds: Int64 = 15
        /// How long the content of an answer may pause.
        package var contentPause = Duration.seconds(10)
        /// Bytes of content a second, on the whole, below which an answer is given up: of a server that drips, 4 MiB take nine minutes at most.
        package var contentBytesPerSecond = 8 << 10
        /// From the answer's head on, before that rate is asked for.
        package var contentGrace = Duration.seconds(10)
        /// How often a request that may be sent again is sent at most.
        package var attempts = 3
        /// Before the second attempt; then twice that, and so on.
        package var pause: Duration = .milliseconds(200)
        /// How long after its first attempt a request may be sent again. Where a network loses what is sent, each attempt lasts
        /// ``answerSeconds``: whoever waits has waited long enough after one. As long, all together, a client waits when a server says
        /// that there were too many requests, and after how long there may be another.
        package var patience: Duration = .seconds(10)

        package init() {}
    }

    /// `https://HOST[:PORT][/PATH]`.
    package let url: String
    private let authority: String
    /// Of the authority, for whoever finds out why there is no connection.
    private let host: String
    private let port: Int
    /// What every target comes after: empty, or with a slash at its beginning and none at its end.
    private let prefix: String
    private let client: HTTPClient
    private let signer: RequestSigner?
    private let limits: Limits
    private let sleep: @Sendable (Duration) async throws -> Void
    private let tls: TLSConfiguration
    /// With the certificate that is shown since it was replaced; nil where it was not. Connections are reused only within one.
    private let renewed = Mutex<TLSConfiguration?>(nil)
    private let hasAnswered = Atomic(false)

    /// - Parameters:
    ///   - url: `https://HOST` or `https://HOST:PORT`, then nothing or the path below which the service answers.
    ///   - trustRootsPEM: The certificates that a server's must come from; there is no other trust.
    ///   - signer: Signs every request; nil for a reader without a name.
    ///   - identity: The certificate shown to a server that asks for one; nil for none.
    ///   - sleep: Waits before a request is sent again.
    /// - Throws: ``ServerSetupError/badURL(_:)``, ``ServerSetupError/badTrustRoots(_:)``.
    package init(
        url: String, trustRootsPEM: [UInt8], signer: RequestSigner?, identity: ServerCertificate? = nil,
        limits: Limits = Limits(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) throws(ServerSetupError) {
        guard url.hasPrefix("https://") else { throw .badURL(url) }
        let rest = url.dropFirst("https://".count)
        let authority = rest.prefix { $0 != "/" }
        let prefix = rest.dropFirst(authority.count)
        guard !authority.isEmpty, !rest.contains(where: { "?#@ ".contains($0) }), prefix.last != "/" else {
            throw .badURL(url)
        }
        let roots: [NIOSSLCertificate]
        do { roots = try NIOSSLCertificate.fromPEMBytes(trustRootsPEM) } catch { throw .badTrustRoots("\(error)") }
        guard !roots.isEmpty else { throw .badTrustRoots("there is none in it") }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.curves = [.x25519_MLKEM768, .x25519, .secp256r1]
        tls.trustRoots = .certificates(roots)
        self.tls = identity.map { tls.showing($0) } ?? tls
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: self.tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(limits.connectSeconds)), decompression: .disabled)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.hold(to: UnacknowledgedLimit(duration: .seconds(limits.unacknowledgedSeconds)))
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.url = url
        self.authority = String(authority)
        (host, port) = Self.place(of: authority)
        self.prefix = String(prefix)
        self.signer = signer
        self.limits = limits
        self.sleep = sleep
    }

    /// Shows this certificate to a server that asks for one, from the next request on. Requests under way keep the connection that they have.
    ///
    /// - Throws: ``ServerSetupError/badCertificate(_:)``, also for a key that is not the certificate's; then the one before stays.
    package func show(_ identity: ServerCertificate) throws(ServerSetupError) {
        let shown = tls.showing(identity)
        do { _ = try NIOSSLContext(configuration: shown) } catch { throw .badCertificate("\(error)") }
        renewed.withLock { $0 = shown }
    }

    /// The host, without brackets, and the port, 443 where none is written.
    private static func place(of authority: Substring) -> (host: String, port: Int) {
        let isBracketed = authority.hasPrefix("[")
        let host = isBracketed ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        let rest = authority.dropFirst(host.count + (isBracketed ? 2 : 0))
        return (String(host), Int(rest.dropFirst()) ?? 443)
    }

    // The client must be shut down before it goes, also where its owner failed half-way.
    deinit { Task { [client] in try? await client.shutdown() } }

    /// Ends its connections. Nothing can be called afterwards.
    package func shutdown() async { try? await client.shutdown() }

    /// Sends a request and takes the whole answer.
    ///
    /// Each attempt is signed anew. A request is sent again where it is said to change nothing when it arrives twice and no answer
    /// came; and any, where the server let none of it in because there were too many, when it says that there may be another.
    ///
    /// - Throws: ``CallFailure``; every status that is not 2xx or one of the call's is a failure.
    package func call(_ call: Call) async throws(CallFailure) -> CallAnswer {
        var attempt = 1
        var waited = Duration.zero
        let start = ContinuousClock.now
        while true {
            do throws(Missing) {
                return try await send(call)
            } catch {
                let unanswered: any Error
                switch error {
                case .failure(let failure):
                    guard let wait = failure.waitForAnother, waited + wait <= limits.patience else { throw failure }
                    waited += wait
                    try await pause(wait)
                    continue
                case .answer(let cause): unanswered = cause
                }
                guard call.isIdempotent, attempt < limits.attempts, ContinuousClock.now - start < limits.patience else {
                    throw await unreachable(unanswered)
                }
                try await pause(limits.pause * (1 << (attempt - 1)))
                attempt += 1
            }
        }
    }

    private func pause(_ duration: Duration) async throws(CallFailure) {
        do { try await sleep(duration) } catch { throw .unreachable("cancelled") }
    }

    /// Why there is nothing that a caller can use.
    private enum Missing: Error {
        /// No answer came, or not all of it.
        case answer(any Error)
        case failure(CallFailure)
    }

    private func send(_ call: Call) async throws(Missing) -> CallAnswer {
        let request: HTTPClientRequest
        do { request = try signed(call) } catch { throw .failure(error) }
        let answer: CallAnswer
        do {
            let response = try await client.execute(request, timeout: .seconds(limits.answerSeconds))
            hasAnswered.store(true, ordering: .relaxed)
            let status = Int(response.status.code)
            let bound = (200...299).contains(status) ? call.maximumAnswerBytes : Problem.maximumBytes
            answer = CallAnswer(
                status: status, fields: HTTPFields(response.headers),
                body: try await content(of: response.body, atMost: bound))
        } catch is NIOTooManyBytesError {
            throw .failure(.badAnswer("\(url): more than \(call.maximumAnswerBytes) bytes"))
        } catch { throw .answer(error) }
        guard (200...299).contains(answer.status) || call.alsoExpects.contains(answer.status) else {
            throw .failure(answer.failure)
        }
        return answer
    }

    /// All of an answer's content, from a server that neither stops nor drips.
    private func content(of body: HTTPClientResponse.Body, atMost bound: Int) async throws -> [UInt8] {
        let heard = Heard()
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                var content: [UInt8] = []
                for try await piece in body {
                    heard.note(piece.readableBytes)
                    guard content.count + piece.readableBytes <= bound else {
                        throw NIOTooManyBytesError(maxBytes: bound)
                    }
                    content += piece.readableBytesView
                }
                return content
            }
            group.addTask { [limits] in
                while let rest = heard.remaining(limits) { try await SharedTimer.shared.sleep(for: rest) }
                throw SlowContent(byteCount: heard.bytes)
            }
            // Whichever ends first.
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func unreachable(_ error: any Error) async -> CallFailure {
        let flaw = await ConnectionFlaw(
            error, host: host, port: port, renewed.withLock { $0 } ?? tls,
            hasAnswered: hasAnswered.load(ordering: .relaxed))
        return .unreachable("\(url): \(flaw)")
    }

    /// Sends a request and takes its answer piece by piece, until the server ends it or says nothing for too long.
    ///
    /// - Parameters:
    ///   - silence: How long the server may say nothing.
    ///   - take: Is given each piece as it arrives; where it throws, the connection is ended.
    /// - Throws: ``CallFailure``, also where `take` does: ``CallFailure/badAnswer(_:)``. Cancelling is ``CallFailure/unreachable(_:)``.
    package func stream(
        _ call: Call, silence: Duration, _ take: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws(CallFailure) {
        let request = try signed(call)
        do {
            let response = try await client.execute(request, timeout: .seconds(limits.answerSeconds))
            hasAnswered.store(true, ordering: .relaxed)
            let status = Int(response.status.code)
            guard (200...299).contains(status) else {
                let body = Array(buffer: try await response.body.collect(upTo: Problem.maximumBytes))
                throw CallAnswer(status: status, fields: HTTPFields(response.headers), body: body).failure
            }
            let heard = Heard()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await piece in response.body {
                        heard.note(piece.readableBytes)
                        do { try take(Array(buffer: piece)) } catch { throw CallFailure.badAnswer("\(error)") }
                    }
                }
                group.addTask {
                    while let rest = heard.remaining(of: silence) { try await SharedTimer.shared.sleep(for: rest) }
                    throw CallFailure.unreachable("nothing was heard for \(silence)")
                }
                // Whichever ends first.
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch let failure as CallFailure { throw failure } catch { throw await unreachable(error) }
    }

    private func signed(_ call: Call) throws(CallFailure) -> HTTPClientRequest {
        var head = HTTPRequest(
            method: call.method, scheme: "https", authority: authority, path: prefix + call.target,
            headerFields: call.fields)
        if let type = call.contentType { head.headerFields[.contentType] = type }
        if let signer {
            do { try signer.sign(&head, content: call.content) } catch {
                throw .unreachable("the request cannot be signed: \(error)")
            }
        }
        var request = HTTPClientRequest(url: url + call.target)
        request.method = NIOHTTP1.HTTPMethod(rawValue: call.method.rawValue)
        for field in head.headerFields { request.headers.add(name: field.name.rawName, value: field.value) }
        if call.contentType != nil { request.body = .bytes(call.content) }
        request.tlsConfiguration = renewed.withLock { $0 }
        return request
    }
}

extension TLSConfiguration {
    fileprivate func showing(_ identity: ServerCertificate) -> TLSConfiguration {
        var shown = self
        shown.certificateChain = identity.chain.map { .certificate($0) }
        shown.privateKey = .privateKey(identity.key)
        return shown
    }
}

/// An answer's content came too slowly.
private struct SlowContent: Error, CustomStringConvertible {
    let byteCount: Int

    var description: String { "the answer came too slowly: \(byteCount) bytes, and then it was given up" }
}

/// When a server was heard last, and how much it has said.
private final class Heard: Sendable {
    private let began = ContinuousClock.now
    private let state = Mutex((last: ContinuousClock.now, bytes: 0))

    var bytes: Int { state.withLock { $0.bytes } }

    func note(_ count: Int) { state.withLock { $0 = (.now, $0.bytes + count) } }

    /// What is left of a silence that is allowed; nil where it is over.
    func remaining(of silence: Duration) -> Duration? {
        let rest = silence - state.withLock { $0.last }.duration(to: .now)
        return rest > .zero ? rest : nil
    }

    /// How long nothing more need be said; nil where something should have been.
    func remaining(_ limits: ServerConnection.Limits) -> Duration? {
        guard let pause = remaining(of: limits.contentPause) else { return nil }
        let earned = Duration.seconds(Double(bytes) / Double(max(1, limits.contentBytesPerSecond)))
        let rest = limits.contentGrace + earned - began.duration(to: .now)
        return rest > .zero ? min(pause, rest) : nil
    }
}

extension HTTPFields {
    /// Those that are fields; what is not one, nothing here reads.
    fileprivate init(_ headers: HTTPHeaders) {
        self.init()
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            append(HTTPField(name: name, value: value))
        }
    }
}
