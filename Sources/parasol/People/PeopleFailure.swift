import LedgerReplica
import ParasolClient
import ServiceProtocols

/// An error as people get it: what is wrong, and what to do next.
struct PeopleFailure: Error, Hashable {
    let message: String
    let next: String?

    init(_ error: any Error) {
        switch error {
        case let error as PeopleFailure: self = error
        case let error as PeopleError: (message, next) = (error.message, error.next)
        case let error as ProfileError:
            let error = PeopleError.profile(error)
            (message, next) = (error.message, error.next)
        case let error as ClientError: (message, next) = ("\(error)", Self.next(after: error))
        default: (message, next) = ("\(error)", nil)
        }
    }

    private static let again = "nothing is lost: run the same command again, or `resume`"

    private static func next(after error: ClientError) -> String? {
        switch error {
        case .ledger(let error), .replica(.ledger(let error)): next(after: error)
        case .replica(.rolledBack), .replica(.rootMismatch), .replica(.ruleBroken), .replica(.foreignPolicy):
            "stop: this ledger is not the one you knew, or it was rewritten. Tell your organisation; "
                + "`parasol audit` on a copy gives the evidence"
        case .keyService(.unreachable), .proxy(.unreachable), .vault(.unreachable): again
        case .keyService(.cannotFollowLedger), .proxy(.cannotFollowLedger): again
        case .tooFewProxies: "the request stays good: the same command goes on with it, and counts no other opening"
        default: nil
        }
    }

    private static func next(after error: LedgerError) -> String? {
        switch error {
        case .unreachable, .notFinal, .busy, .storage: again
        default: nil
        }
    }
}

extension PeopleFailure: CustomStringConvertible {
    var description: String { next.map { "\(message)\n  next: \($0)" } ?? message }
}
