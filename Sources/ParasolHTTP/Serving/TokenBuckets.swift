package import ServiceProtocols
internal import SharingContracts
internal import Synchronization

/// How often something may be done by one requester.
package struct RateLimit: Hashable, Sendable {
    /// Requests that may come at once.
    package var burst: Double
    /// Requests that may come every second, in the long run.
    package var perSecond: Double

    /// What a server allows unless it is told otherwise.
    package static let standard = RateLimit(burst: 400, perSecond: 200)

    package init(burst: Double, perSecond: Double) {
        self.burst = max(1, burst)
        self.perSecond = max(0.001, perSecond)
    }
}

/// Token buckets, one a key: each begins full and refills with time.
///
/// Bounded: a bucket that is full again says nothing and is forgotten. Where more are in use than there is room for, new keys wait.
package final class TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Timestamp
    }

    private let buckets = Mutex<[Key: Bucket]>([:])
    private let limit: RateLimit
    private let maximumKeys: Int
    private let clock: any Clock

    package init(_ limit: RateLimit, keys: Int = 65_536, clock: any Clock) {
        self.limit = limit
        maximumKeys = max(1, keys)
        self.clock = clock
    }

    /// Takes tokens out of a key's bucket.
    ///
    /// - Returns: Nil where there were enough; else after how many seconds there will be, at least 1.
    /// - Complexity: O(1), and O(n) in the buckets when there is no room for a new key.
    package func take(_ cost: Double = 1, for key: Key) -> Int? {
        let now = clock.now()
        return buckets.withLock { buckets in
            if buckets[key] == nil, buckets.count >= maximumKeys {
                buckets = buckets.filter { refilled($0.value, at: now).tokens < limit.burst }
                guard buckets.count < maximumKeys else { return 1 }
            }
            var bucket = refilled(buckets[key] ?? Bucket(tokens: limit.burst, filledAt: now), at: now)
            let isEnough = bucket.tokens >= min(cost, limit.burst)
            if isEnough { bucket.tokens -= min(cost, limit.burst) }
            buckets[key] = bucket
            return isEnough ? nil : max(1, Int((min(cost, limit.burst) - bucket.tokens) / limit.perSecond + 0.999))
        }
    }

    private func refilled(_ bucket: Bucket, at now: Timestamp) -> Bucket {
        // A clock that goes back refills nothing.
        guard now > bucket.filledAt else { return bucket }
        let seconds = Double(now.microseconds - bucket.filledAt.microseconds) / 1_000_000
        return Bucket(tokens: min(limit.burst, bucket.tokens + seconds * limit.perSecond), filledAt: now)
    }
}
