import SharingContracts
import Umbral

/// One record's fragments of a request's answers: which suffice, which are wrong, who refused. No I/O: the doctor's errand drives it.
struct FragmentGathering {
    /// Which part of the answers it is about.
    struct Place {
        let request: TransactionID
        /// The request's, in its order.
        let records: [RecordID]
        /// The record's place among them.
        let index: Int
        /// The record's, in simple form.
        let capsule: [UInt8]
    }

    private struct Usable {
        let proxy: IdentityID
        let fragment: CapsuleFragment
        /// The whole answer, of which a dispute shows the other parts' digests.
        let answer: [[UInt8]]
    }

    private let place: Place
    private let threshold: Int
    private var usable: [Usable] = []
    private(set) var liars: [Doctor.WrongAnswer] = []
    private(set) var refusals: [ClientError.ProxyRefusal] = []

    init(_ place: Place, threshold: Int) {
        self.place = place
        self.threshold = threshold
    }

    var fragments: [CapsuleFragment] { usable.map { $0.fragment } }
    var proxiesInUse: [IdentityID] { usable.map { $0.proxy } }
    /// How many fragments are missing.
    var missing: Int { max(0, threshold - usable.count) }

    /// Takes what a proxy that was asked has answered: a part for each of the request's records.
    mutating func add(_ answer: Result<[[UInt8]], ClientError>, of proxy: IdentityID) {
        switch answer {
        case .failure(let error): refusals.append(.init(proxy: proxy, reason: "\(error)"))
        case .success(let parts):
            do {
                usable.append(
                    Usable(proxy: proxy, fragment: try CapsuleFragment(simple: parts[place.index]), answer: parts))
            } catch { liars.append(wrong(parts, of: proxy, "\(error)")) }
        }
    }

    /// Moves the fragments that were found wrong to the liars; indices are those of ``fragments``.
    mutating func reject(_ rejected: [RejectedFragment]) {
        for found in rejected.sorted(by: { $0.index > $1.index }) where usable.indices.contains(found.index) {
            let one = usable.remove(at: found.index)
            liars.append(wrong(one.answer, of: one.proxy, "\(found.reason)"))
        }
    }

    private func wrong(_ parts: [[UInt8]], of proxy: IdentityID, _ reason: String) -> Doctor.WrongAnswer {
        let digests = parts.map { LedgerDigest.fragment($0, by: proxy, for: place.request) }
        return Doctor.WrongAnswer(
            proxy: proxy, request: place.request, capsule: place.capsule, fragment: parts[place.index],
            part: parts.count == 1 ? nil : DisputedPart(record: place.records[place.index], digests: digests),
            reason: reason)
    }

    /// What to say when nobody is left to ask.
    var failure: ClientError {
        .tooFewProxies(
            answered: usable.count, threshold: threshold,
            refusals: refusals
                + liars.map {
                    .init(proxy: $0.proxy, reason: "answered wrongly: \($0.reason)", wrongAnswer: $0)
                })
    }
}

/// Which proxies were asked for a request, and whom to ask next.
struct ProxyQueue {
    private var waiting: [IdentityID]
    private let asksAllAtOnce: Bool
    /// Proxies that were asked and have not answered.
    private(set) var outstanding = 0

    /// - Parameter asksAllAtOnce: Whether all are asked at once, and not only as many as are missing.
    init(_ proxies: [IdentityID], asksAllAtOnce: Bool) {
        waiting = proxies
        self.asksAllAtOnce = asksAllAtOnce
    }

    /// The proxies to ask now, of those not asked yet: all, or as many as are missing.
    ///
    /// - Parameter missing: Fragments that the record lacks which lacks most.
    mutating func takeNext(missing: Int) -> [IdentityID] {
        let count = asksAllAtOnce ? waiting.count : max(0, missing - outstanding)
        let next = Array(waiting.prefix(count))
        waiting.removeFirst(next.count)
        outstanding += next.count
        return next
    }

    /// Takes note that one of those who were asked answered, or refused.
    mutating func noteAnswer() { outstanding -= 1 }
}

extension UmbralError {
    /// The fragments at fault, where the error names any.
    var rejectedFragments: [RejectedFragment] {
        switch self {
        case .tooFewFragments(_, _, let rejected), .seedRefused(let rejected): rejected
        default: []
        }
    }
}
