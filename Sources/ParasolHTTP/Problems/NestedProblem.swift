internal import ServiceProtocols
internal import SharingContracts

extension Problem {
    /// The problem of a service that met a ledger's: the ledger's status, values and code, under the service's own name.
    static func of(_ error: LedgerError, within service: String) -> Problem {
        let inner = error.problem
        return Problem(
            status: inner.status, code: service + ".ledger", title: "The ledger did not do its part",
            detail: inner.detail, next: inner.next,
            values: inner.values.merging(["cause": inner.code]) { own, _ in own },
            retryAfterSeconds: inner.retryAfterSeconds)
    }

    /// The ledger's error that a service met; nil where this is no such problem.
    var nestedLedgerError: LedgerError? {
        guard let cause = value("cause") else { return nil }
        return LedgerError(
            problem: Problem(status: status, code: cause, title: title, detail: detail, next: next, values: values))
    }

    /// The identifier under a name.
    func identifier<Kind>(_ name: String, _ kind: Kind.Type = Kind.self) -> Identifier<Kind>? {
        value(name).flatMap { try? Identifier<Kind>(hexadecimal: $0) }
    }
}
