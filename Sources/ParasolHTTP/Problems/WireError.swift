/// An error of a service that crosses the wire as a ``Problem`` and comes out as itself.
///
/// For every error `e`, `Self(problem: e.problem) == e`.
package protocol WireError: Error {
    /// What its problems' codes begin with, before a full stop.
    static var service: String { get }

    var problem: Problem { get }

    /// Nil for the problem of another kind of error.
    init?(problem: Problem)

    /// What a client throws where there is no answer of the service.
    static func unreachable(_ reason: String) -> Self
}

extension WireError {
    /// A problem of this error, which says itself what is wrong this time.
    ///
    /// - Parameters:
    ///   - code: Without the service's name.
    ///   - title: The same for every occurrence.
    ///   - values: What the error carries.
    ///   - retry: Whole seconds after which trying again may help.
    func make(
        _ status: Int, _ code: String, _ title: String, next: String = "", _ values: [String: String] = [:],
        retry: Int? = nil
    ) -> Problem {
        Problem(
            status: status, code: Self.service + "." + code, title: title, detail: "\(self)", next: next,
            values: values,
            retryAfterSeconds: retry)
    }

    /// The code without the service's name; nil for another's problem.
    static func code(of problem: Problem) -> String? {
        problem.code.hasPrefix(service + ".") ? String(problem.code.dropFirst(service.utf8.count + 1)) : nil
    }
}

extension Problem {
    /// The value of a name; nil where it is missing.
    func value(_ name: String) -> String? { values[name] }

    func integer<Value: FixedWidthInteger>(_ name: String, _ type: Value.Type = Value.self) -> Value? {
        values[name].flatMap { Value($0) }
    }
}
