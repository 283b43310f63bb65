import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts

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
        case let error as PairingError: (message, next) = ("\(error)", Self.next(after: error))
        case let error as ClientError: (message, next) = ("\(error)", Self.next(after: error))
        default: (message, next) = ("\(error)", nil)
        }
    }

    private static let again = "nothing is lost: run the same command again, or `resume`"

    private static func next(after error: ClientError) -> String? {
        switch error {
        case .ledger(let error), .replica(.ledger(let error)), .directory(.ledger(let error)): next(after: error)
        case .directory(let error): next(after: error)
        case .replica(.rolledBack), .replica(.rootMismatch), .replica(.ruleBroken), .replica(.foreignPolicy):
            "stop: this ledger is not the one you knew, or it was rewritten. Tell your organisation; "
                + "`parasol audit` on a copy gives the evidence"
        case .keyService(.unreachable), .proxy(.unreachable), .vault(.unreachable): again
        case .keyService(.cannotFollowLedger), .proxy(.cannotFollowLedger): again
        case .tooFewProxies: "the request stays good: the same command goes on with it, and counts no other opening"
        default: nil
        }
    }

    private static func next(after error: PairingError) -> String? {
        switch error {
        case .code, .wrongCode: "type the code that stands on the new device now; where it is right, start again there"
        case .expired, .cannotOpen, .malformedAnswer, .malformedRequest:
            "start again on the new device: parasol device join"
        case .fromTheFuture: "set the clocks right, and start again on the new device: parasol device join"
        case .otherKind: "name the kind of profile with --kind, on both devices"
        case .otherIdentity: "join under another name: add --profile"
        case .profile, .otherLedger: nil
        }
    }

    private static func next(after error: DirectoryError) -> String? {
        switch error {
        case .unknown, .otherStanding: "compare the identifier with whoever gave it to you, all of its digits"
        case .ended: "ask for the new identifier: a key that is retired never comes back"
        case .stale: "try again; where it stays so, the ledger's witnesses do not answer it"
        case .ahead: "set this machine's clock"
        case .receipt, .checkpoint, .otherSubject, .foreignPolicy, .impossibleEnd, .notCovered, .outOfOrder:
            "stop: whoever answered put something else in its place. Tell your organisation"
        case .ledger: nil
        }
    }

    private static func next(after error: LedgerError) -> String? {
        switch error {
        case .unreachable(let reason) where reason.contains("request.not-allowed"):
            "this ledger lets you read only what concerns you: leave out --whole-ledger"
        case .unreachable, .notFinal, .busy, .storage: again
        case .refused(let violation): next(after: violation.code)
        default: nil
        }
    }

    private static func next(after code: ContractViolation.Code) -> String? {
        switch code {
        case .notInForce:
            "the members put it in force: parasol org activate consent 3 -o activation; until then, tell the patient your identifier"
        case .tooManyProposals: "wait until the patient grants one or one lapses: parasol doctor proposals"
        case .proposalLapsed, .proposalAnswered: "parasol patient proposals --all says what became of it"
        default: nil
        }
    }
}

extension PeopleFailure: CustomStringConvertible {
    var description: String { next.map { "\(message)\n  next: \($0)" } ?? message }
}
