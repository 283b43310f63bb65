/// Why a call to a server has no answer that can be used.
package enum CallFailure: Error, Hashable, Sendable {
    /// The server says what is wrong.
    case problem(Problem)
    /// A status that is no success, without a problem document of ours.
    case status(Int, String)
    /// No answer came: no connection, a time-out, a certificate that is not trusted.
    case unreachable(String)
    /// An answer that is not what it should be.
    case badAnswer(String)
}

extension CallFailure {
    /// After how long the server takes another request, where it took none of this one because there were too many (RFC 6585,
    /// section 4) or because it cannot look up who signs; nil for every other failure.
    var waitForAnother: Duration? {
        guard case .problem(let problem) = self,
            problem.status == 429 || problem.code == RequestRefusal.unavailable("").problem.code
        else { return nil }
        return problem.retryAfterSeconds.map { .seconds(max(1, $0)) }
    }
}

extension CallFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .problem(let problem): "\(problem)"
        case .status(let status, let text): "status \(status): \(text)"
        case .unreachable(let reason): reason
        case .badAnswer(let reason): "an answer that cannot be used: \(reason)"
        }
    }

    /// As the service's own error where the problem is one; else as *unreachable*, with what is known.
    package func error<Failure: WireError>(as type: Failure.Type = Failure.self) -> Failure {
        if case .problem(let problem) = self, let error = Failure(problem: problem) { return error }
        return .unreachable("\(self)")
    }
}
