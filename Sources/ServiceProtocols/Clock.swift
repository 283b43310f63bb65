package import SharingContracts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a service reads the time. Injected, so that a test decides what time it is.
package protocol Clock: Sendable {
    /// The time, as finely as the clock goes. May repeat and may go back: callers that need more must check.
    func now() -> Timestamp
}

/// The machine's real-time clock.
package struct SystemClock: Clock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return Timestamp(microseconds: 0) }
        // A clock before 1970 is set wrongly, and one past the range of 64 bits is none.
        let (seconds, overflow) = UInt64(clamping: time.tv_sec).multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return .latest }
        return Timestamp(microseconds: seconds).adding(microseconds: UInt64(clamping: time.tv_nsec) / 1000)
    }
}
