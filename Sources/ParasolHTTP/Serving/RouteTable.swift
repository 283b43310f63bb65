internal import HTTPTypes
package import Hummingbird
package import Logging
package import Metrics
internal import NIOCore

/// What a server answers to: routes behind one gate. A path that is not among them does not exist, for anybody.
package struct RouteTable: Sendable {
    package let routes: [Route]
    private let gate: RequestGate
    private let logger: Logger
    private let metrics: RequestMetrics
    private let demandsNodeCertificates: Bool

    /// - Parameters:
    ///   - demandsNodeCertificates: Whether nodes must show a certificate (``ClientAuthorities``): whoever uses a route that is for nodes, and
    ///     whoever signs as one.
    ///   - metrics: Where requests are counted.
    package init(
        _ routes: [Route], gate: RequestGate, demandsNodeCertificates: Bool = false, logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.demandsNodeCertificates = demandsNodeCertificates
        self.routes = routes
        self.gate = gate
        self.logger = logger
        self.metrics = RequestMetrics(routes, factory: metrics)
    }

    package func router() -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: ProblemMiddleware(logger: logger, metrics: metrics))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await respond(to: request, context, by: route)
            }
        }
        return router
    }

    private func respond(to request: Request, _ context: ServerContext, by route: Route) async throws -> Response {
        let requester: EnrolledSigner?
        let body: [UInt8]
        do {
            try checkPath(of: request)
            try checkSize(of: request, route)
            requester = try await gate.admit(request.head, to: route, from: context.address)
            try await checkCertificate(context, route, requester)
            try checkType(of: request, route)
            body = try await content(of: request, route)
            try gate.check(body, of: request.head, isSigned: requester != nil)
        } catch {
            deny(error, context, route)
            throw error
        }
        let admitted = AdmittedRequest(
            requester: requester, head: request.head, body: body, parameters: context.parameters,
            connection: context.connection)
        let answer: Answer
        do { answer = try await route.handler(admitted) } catch let hidden as HiddenRefusal {
            deny(.notAllowed, context, route)
            throw hidden.problem
        }
        return Response(status: answer.status, headers: answer.fields, body: answer.body)
    }

    /// The router takes other spellings of a path for the same; here each thing has one.
    private func checkPath(of request: Request) throws(RequestRefusal) {
        let path = (request.head.path ?? "").prefix { $0 != "?" }
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.contains("//"), !path.contains("%") else {
            throw .notFound
        }
    }

    private func checkCertificate(
        _ context: ServerContext, _ route: Route, _ requester: EnrolledSigner?
    ) async throws(RequestRefusal) {
        guard demandsNodeCertificates, route.isForNodes || requester?.isNode == true else { return }
        guard await context.connection.hasCertificate() else { throw .noCertificate }
    }

    private func checkSize(of request: Request, _ route: Route) throws(RequestRefusal) {
        guard let text = request.headers[.contentLength] else { return }
        guard let length = Int(text), length >= 0 else { throw .malformed("Content-Length is no number") }
        guard length <= route.maximumBodyBytes else { throw .tooLarge(maximum: route.maximumBodyBytes) }
    }

    private func checkType(of request: Request, _ route: Route) throws(RequestRefusal) {
        guard let accepts = route.accepts else { return }
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }
        guard type.lowercased() == accepts else { throw .unsupportedMediaType(expected: accepts) }
    }

    private func content(of request: Request, _ route: Route) async throws(RequestRefusal) -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: route.maximumBodyBytes))
        } catch is NIOTooManyBytesError {
            throw .tooLarge(maximum: route.maximumBodyBytes)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw .tooLarge(maximum: route.maximumBodyBytes)
        } catch {
            throw .malformed("the content did not arrive whole")
        }
    }

    /// Says who was turned away and why: the signer's pseudonym as claimed, never a name, a nonce or a signature.
    private func deny(_ refusal: RequestRefusal, _ context: ServerContext, _ route: Route) {
        metrics.denied(code: refusal.problem.code)
        logger.notice(
            "request denied",
            metadata: [
                "code": "\(refusal.problem.code)", "method": "\(route.method)", "route": "\(route.path)",
                "address": "\(context.address)",
            ])
    }
}

/// What a request brings along: its connection's address.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let connection: RequestConnection
    package var address: RemoteAddress { connection.address }

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = RequestConnection(source.channel, address: RemoteAddress(source.channel.remoteAddress))
    }
}

/// Makes a problem document of whatever was thrown, sets what every answer has, and counts it.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let logger: Logger
    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: ServerContext, next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        metrics.began()
        var response: Response
        do { response = try await next(request, context) } catch {
            let problem = problem(of: error)
            if problem.status == 500 {
                logger.error("request failed", metadata: ["code": "\(problem.code)", "detail": "\(problem.detail)"])
            }
            let answer = Answer(problem.withoutInternals)
            response = Response(status: answer.status, headers: answer.fields, body: answer.body)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        metrics.ended(
            request.method, path: context.endpointPath, status: response.status.code,
            took: start.duration(to: .now))
        return response
    }

    private func problem(of error: any Error) -> Problem {
        switch error {
        case let error as any WireError: return error.problem
        case let refusal as RequestRefusal: return refusal.problem
        case let problem as Problem: return problem
        case let error as HTTPError where error.status == .notFound: return RequestRefusal.notFound.problem
        default:
            logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            return RequestRefusal.internalError.problem
        }
    }
}
