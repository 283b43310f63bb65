internal import HTTPTypes

/// Whether a server lives, and whether it is ready to serve; for whoever starts and watches it.
package enum HealthRoutes {
    /// - Parameter unready: Why the server is not ready, in words without secrets or names; empty where it is.
    package static func routes(unready: @escaping @Sendable () async -> [String]) -> [Route] {
        [
            Route(.get, "/livez", access: .anyone, answers: [200: MediaType.text]) { _ in answer("ok\n") },
            Route(.get, "/readyz", access: .anyone, answers: [200: MediaType.text]) { _ in
                let reasons = await unready()
                guard reasons.isEmpty else {
                    throw Problem(
                        status: 503, code: "server.unready", title: "The server is not ready",
                        detail: reasons.joined(separator: "; "), next: "try again", retryAfterSeconds: 2)
                }
                return answer("ok\n")
            },
        ]
    }

    private static func answer(_ text: String) -> Answer {
        Answer(Array(text.utf8), type: MediaType.text, fields: [.cacheControl: "no-store"])
    }
}
