import Logging
import Synchronization

/// Where logs go: the standard error, a line a message. The standard output belongs to what was asked for.
enum ServerLog {
    /// Of loggers that are made from now on: warnings where nobody asked for more.
    private static let level = Mutex(Logger.Level.warning)

    /// To be called once, before anything logs.
    static func bootstrap() {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level.withLock { $0 }
            return handler
        }
    }

    static func show(_ name: String) {
        guard let wanted = Logger.Level(rawValue: name) else { return }
        level.withLock { $0 = wanted }
    }
}
