import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import ParasolHTTP

@Suite struct TokenBucketTests {
    private let clock = ManualClock()

    @Test func aBucketBeginsFullAndRefillsWithTime() {
        let buckets = TokenBuckets<Int>(RateLimit(burst: 2, perSecond: 0.5), clock: clock)
        #expect([buckets.take(for: 1), buckets.take(for: 1), buckets.take(for: 1)] == [nil, nil, 2])
        #expect(buckets.take(for: 2) == nil)
        clock.advance(milliseconds: 1000)
        #expect(buckets.take(for: 1) == 1)
        clock.advance(milliseconds: 1000)
        #expect(buckets.take(for: 1) == nil)
        #expect(buckets.take(for: 1) == 2)
    }

    @Test func whatCostsMoreThanABucketHoldsCostsAWholeOne() {
        let buckets = TokenBuckets<Int>(RateLimit(burst: 2, perSecond: 1), clock: clock)
        #expect(buckets.take(10, for: 1) == nil)
        #expect(buckets.take(for: 1) != nil)
        clock.advance(milliseconds: 60_000)
        #expect(buckets.take(for: 1) == nil)
    }

    @Test func aClockThatGoesBackRefillsNothing() {
        let buckets = TokenBuckets<Int>(RateLimit(burst: 1, perSecond: 1), clock: clock)
        #expect(buckets.take(for: 1) == nil)
        clock.goBack(milliseconds: 10_000)
        #expect(buckets.take(for: 1) == 1)
    }

    @Test func asManyKeysAsThereIsRoomForAreKept() {
        let buckets = TokenBuckets<Int>(RateLimit(burst: 1, perSecond: 1), keys: 2, clock: clock)
        #expect([buckets.take(for: 1), buckets.take(for: 2), buckets.take(for: 3)] == [nil, nil, 1])
        clock.advance(milliseconds: 1000)
        #expect(buckets.take(for: 3) == nil)
    }
}

@Suite struct RemoteAddressTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8:0:0::/64"), ("::1", "0:0:0:0::/64"), ("fe80::1%eth0", "fe80:0:0:0::/64"),
    ])
    func anAddressIsWhatLimitsAreFor(_ text: String, _ expected: String) {
        #expect(RemoteAddress(text: text).description == expected)
    }

    @Test func addressesOfOneNetworkAreOne() {
        #expect(RemoteAddress(text: "2001:db8::1") == RemoteAddress(text: "2001:db8::ffff:1"))
        #expect(RemoteAddress(text: "2001:db8::1") != RemoteAddress(text: "2001:db8:0:1::1"))
        #expect(RemoteAddress(text: nil).description == "none")
    }
}

@Suite struct ServerNamesTests {
    @Test func aServerAnswersToItsNamesOnItsPort() {
        let names = ServerNames(["Ledger.example", "other.example:8443", "[::1]"])
        names.listen(onPort: 9000)
        for name in ["ledger.example", "ledger.example:9000", "other.example:8443", "[::1]:9000"] {
            #expect(names.contains(name), "\(name)")
        }
        for name in ["ledger.example:8443", "other.example", "other.example:9000", "", "example"] {
            #expect(!names.contains(name), "\(name)")
        }
    }
}
