import CValgrind

/// One operation on secrets.
struct Check: Sendable {
    let name: String
    private let body: @Sendable () throws -> Void

    init(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Runs the operation and returns how many reports memcheck made meanwhile.
    func reports() throws -> Int {
        let before = memcheck_error_count()
        try body()
        return memcheck_error_count() - before
    }
}
