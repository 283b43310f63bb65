internal import HTTPTypes
internal import Metrics

/// What a server counts of its requests, by swift-metrics. Labels are a route's template and a role's name, which the program
/// knows: nothing of a request becomes one.
struct RequestMetrics: Sendable {
    /// What is counted of one route.
    struct OfRoute: Sendable {
        /// By the hundreds of the status: 2 to 5.
        private let answers: [Counter]
        private let duration: Timer

        init(_ route: Route, factory: any MetricsFactory) {
            self.init(role: route.role, method: route.method.rawValue, template: route.template, factory: factory)
        }

        init(role: String, method: String, template: String, factory: any MetricsFactory) {
            let labels = [("role", role), ("route", template), ("method", method)]
            answers = (2...5).map { hundreds in
                Counter(
                    label: "parasol_http_requests_total", dimensions: labels + [("status", "\(hundreds)xx")],
                    factory: factory)
            }
            duration = Timer(
                label: "parasol_http_request_duration_seconds", dimensions: labels, factory: factory)
        }

        func record(status: Int, took elapsed: Duration) {
            if (200...599).contains(status) { answers[status / 100 - 2].increment() }
            let (seconds, attoseconds) = elapsed.components
            duration.recordNanoseconds(seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
        }
    }

    private let routes: [String: OfRoute]
    private let others: OfRoute
    private let inFlight: Meter
    private let factory: any MetricsFactory

    init(_ routes: [Route], factory: any MetricsFactory) {
        self.routes = Dictionary(
            routes.map { (Self.key($0.method, $0.path), OfRoute($0, factory: factory)) },
            uniquingKeysWith: { first, _ in first })
        others = OfRoute(role: "none", method: "any", template: "none", factory: factory)
        inFlight = Meter(label: "parasol_http_requests_in_flight", dimensions: [], factory: factory)
        self.factory = factory
    }

    func began() { inFlight.increment() }

    /// - Parameter path: The path of the route that answered, as the router knows it; anything else where none did.
    func ended(_ method: HTTPRequest.Method, path: String?, status: Int, took elapsed: Duration) {
        inFlight.decrement()
        (path.flatMap { routes[Self.key(method, $0)] } ?? others).record(status: status, took: elapsed)
    }

    /// A request was turned away before anything was done for it.
    func denied(code: String) {
        Counter(label: "parasol_http_denied_total", dimensions: [("code", code)], factory: factory).increment()
    }

    private static func key(_ method: HTTPRequest.Method, _ path: String) -> String { "\(method.rawValue) \(path)" }
}

/// What the metrics of ``RequestMetrics`` mean.
package enum RequestMetricHelps {
    package static let helps = [
        "parasol_http_requests_total": "Answered requests, by role, route, method and class of status.",
        "parasol_http_request_duration_seconds": "From a request's head to its answer's, by role, route and method.",
        "parasol_http_requests_in_flight": "Requests that are being answered.",
        "parasol_http_denied_total": "Requests turned away before anything was done for them, by the problem's code.",
    ]
}
