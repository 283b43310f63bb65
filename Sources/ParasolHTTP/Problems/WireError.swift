/// An error of a service that crosses the wire as a ``Problem`` and comes out as itself.
///
/// For every error `e`, `Self(problem: e.problem) == e`.
package protocol WireError: Error {
    var problem: Problem { get }

    /// Nil for the problem of another kind of error.
    init?(problem: Problem)

    /// What a client throws where there is no answer of the service.
    static func unreachable(_ reason: String) -> Self
}

extension Problem {
    /// The value of a name; nil where it is missing.
    func value(_ name: String) -> String? { values[name] }

    func integer<Value: FixedWidthInteger>(_ name: String, _ type: Value.Type = Value.self) -> Value? {
        values[name].flatMap { Value($0) }
    }
}
