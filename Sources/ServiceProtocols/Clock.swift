package import SharingContracts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a service reads the time. Injected, so that a test decides what time it is.
package protocol Clock: Sendable {
    /// Milliseconds since the Unix epoch. May repeat and may go back: callers that need more must check.
    func now() -> Timestamp
}

/// The machine's real-time clock.
package struct SystemClock: Clock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return Timestamp(milliseconds: 0) }
        return Timestamp(milliseconds: UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000)
    }
}
