import SharingContracts
import Umbral

/// Which proxies were asked for a record, what they answered, and whom to ask next. No I/O: the doctor's errand drives it.
struct FragmentGathering {
    private var waiting: [IdentityID]
    private let threshold: Int
    private let asksAllAtOnce: Bool
    /// Proxies that were asked and have not answered.
    private(set) var outstanding = 0
    private var usable: [(proxy: IdentityID, fragment: CapsuleFragment)] = []
    private(set) var liars: [Doctor.WrongAnswer] = []
    private(set) var refusals: [ClientError.ProxyRefusal] = []

    /// - Parameter asksAllAtOnce: Whether all are asked at once, and not only as many as are missing.
    init(proxies: [IdentityID], threshold: Int, asksAllAtOnce: Bool) {
        waiting = proxies
        self.threshold = threshold
        self.asksAllAtOnce = asksAllAtOnce
    }

    var fragments: [CapsuleFragment] { usable.map(\.fragment) }
    var proxiesInUse: [IdentityID] { usable.map(\.proxy) }
    var isEnough: Bool { usable.count >= threshold }

    /// The proxies to ask now, of those not asked yet: all, or as many as are missing.
    mutating func takeNext() -> [IdentityID] {
        let count = asksAllAtOnce ? waiting.count : max(0, threshold - usable.count - outstanding)
        let next = Array(waiting.prefix(count))
        waiting.removeFirst(next.count)
        outstanding += next.count
        return next
    }

    /// Takes what a proxy that was asked has answered.
    mutating func add(
        _ answer: Result<[UInt8], ClientError>, of proxy: IdentityID, request: TransactionID, capsule: [UInt8]
    ) {
        outstanding -= 1
        switch answer {
        case .failure(let error): refusals.append(.init(proxy: proxy, reason: "\(error)"))
        case .success(let bytes):
            do { usable.append((proxy, try CapsuleFragment(simple: bytes))) } catch {
                liars.append(
                    .init(proxy: proxy, request: request, capsule: capsule, fragment: bytes, reason: "\(error)"))
            }
        }
    }

    /// Moves the fragments that were found wrong to the liars; indices are those of ``fragments``.
    mutating func reject(_ rejected: [RejectedFragment], request: TransactionID, capsule: [UInt8]) {
        for wrong in rejected.sorted(by: { $0.index > $1.index }) where usable.indices.contains(wrong.index) {
            let (proxy, fragment) = usable.remove(at: wrong.index)
            liars.append(
                .init(
                    proxy: proxy, request: request, capsule: capsule, fragment: fragment.simple,
                    reason: "\(wrong.reason)"))
        }
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

extension UmbralError {
    /// The fragments at fault, where the error names any.
    var rejectedFragments: [RejectedFragment] {
        switch self {
        case .tooFewFragments(_, _, let rejected), .seedRefused(let rejected): rejected
        default: []
        }
    }
}
