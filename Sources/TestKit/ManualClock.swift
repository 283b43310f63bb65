import ServiceProtocols
package import SharingContracts
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock {
    private let milliseconds: Mutex<UInt64>

    /// Starts at 2026-01-01T00:00:00Z unless told otherwise.
    package init(milliseconds: UInt64 = 1_767_225_600_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    package func now() -> Timestamp {
        Timestamp(milliseconds: milliseconds.withLock { $0 })
    }

    package func advance(milliseconds step: UInt64) {
        milliseconds.withLock { $0 += step }
    }

    /// Sets the clock back, as a broken machine or an attacker would.
    package func goBack(milliseconds step: UInt64) {
        milliseconds.withLock { $0 -= min(step, $0) }
    }
}
