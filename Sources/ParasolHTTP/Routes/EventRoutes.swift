internal import HTTPTypes
internal import Hummingbird
package import ServiceProtocols

/// A ledger's new final checkpoints as server-sent events (the HTML standard, section 9.2), for whoever follows it.
package enum EventRoutes {
    package static func routes(
        _ ledger: any CheckpointFollowing, origin: String, access: Access,
        limits: FollowerLimits = FollowerLimits()
    ) -> [Route] {
        let room = FollowerRoom(limits)
        return [
            Route(
                .get, LedgerPaths(origin: origin).events, template: LedgerPaths.template.events, access: access,
                cost: 4,
                answers: [200: MediaType.eventStream]
            ) { request in
                let known = try lastEvent(of: request)
                let follower = request.requester.map { "\($0.id)" } ?? "\(request.connection.address)"
                guard let place = room.enter(follower) else {
                    throw RequestRefusal.tooMany(retryAfterSeconds: limits.retrySeconds)
                }
                let feed = EventFeed(
                    checkpoints: try await ledger.finalCheckpoints(), known: known, connection: request.connection,
                    limits: limits, place: place)
                return Answer(
                    fields: [.contentType: MediaType.eventStream, .cacheControl: "no-store"],
                    body: ResponseBody { writer in
                        try await feed.write(to: &writer)
                        try await writer.finish(nil)
                    })
            }
        ]
    }

    /// The size of the checkpoint that the follower has; nil where it says none.
    private static func lastEvent(of request: AdmittedRequest) throws(RequestRefusal) -> UInt64? {
        guard let text = request.head.headerFields[.lastEventID] else { return nil }
        return try AdmittedRequest.decimal(text, "Last-Event-ID")
    }
}

/// Bounds of what followers take, each with its reason.
package struct FollowerLimits: Hashable, Sendable {
    /// At once, of all.
    package var followers = 10_000
    /// At once, of one signer, or of one address without a signer.
    package var followersOfOne = 256
    /// Between a comment and the next where nothing happens: less than what intermediaries take for idle.
    package var heartbeat = Duration.seconds(15)
    /// How long a follower may take no bytes. Then it is dropped: nothing is kept for it but the newest checkpoint.
    package var patience = Duration.seconds(10)
    /// When it may be worth while to come again for whoever found no room.
    package var retrySeconds = 30

    package init() {}
}
