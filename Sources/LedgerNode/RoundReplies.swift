internal import ServiceProtocols
internal import TransparencyLog

/// What the witnesses said.
enum Cosigning: Sendable {
    /// Enough of them, with their lines.
    case quorum(SignedNote)
    /// A quorum has cosigned a larger tree, the largest of this size.
    case ahead(UInt64)
    /// Too few, and why.
    case missing(String)
}

/// What can happen in a cosigning round.
enum RoundEvent: Sendable {
    case reply(VerifierKey, Result<NoteSignature, WitnessRefusal>)
    /// Whoever has not answered is not waited for.
    case deadline
}

/// The answers of one cosigning round as they come in, and what they add up to.
struct RoundReplies: Sendable {
    private let head: SignedHead
    private var awaited: Set<VerifierKey>
    private(set) var signatures: [VerifierKey: NoteSignature] = [:]
    private var ahead: [VerifierKey: UInt64] = [:]
    private var reasons: [String] = []

    init(_ witnesses: [VerifierKey], head: SignedHead) {
        awaited = Set(witnesses)
        self.head = head
    }

    /// Whether nobody is waited for any more.
    var isComplete: Bool { awaited.isEmpty }

    mutating func take(_ event: RoundEvent) {
        switch event {
        case .reply(let key, let result):
            guard awaited.remove(key) != nil else { return }
            switch result {
            case .success(let signature): signatures[key] = signature
            case .failure(let refusal):
                if case .conflict(let size) = refusal, size > head.size { ahead[key] = size }
                reasons.append("\(key.name): \(refusal)")
            }
        case .deadline:
            reasons += awaited.map { "\($0.name): no answer in time" }
            awaited = []
        }
    }

    func outcome(by policy: TrustPolicy) -> Cosigning {
        if policy.isMet(by: signatures.keys) {
            // In the policy's order, so that equal answers make equal notes.
            let lines = policy.witnesses.compactMap { signatures[$0.key] }
            var note = head.note
            do { try note.append(lines) } catch { return .missing("\(error)") }
            return .quorum(note)
        }
        if let largest = ahead.values.max(), policy.isMet(by: ahead.keys) { return .ahead(largest) }
        return .missing(reasons.isEmpty ? "no witness is connected" : reasons.sorted().joined(separator: "; "))
    }
}
